"""Every open finding: pages of tables per dataset up to a cap, and all of them in a CSV beside."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import IO

from expectations.contracts.words import rule_title
from expectations.report.pages import Page, findings_csv, findings_page
from expectations.report.source import IN_MONTHS, OPEN, Row, Source
from warehouse.places import PLACES

PAGE_ROWS = 400
MAX_PAGES = 5

_CSV_COLUMNS = {
    "台账": "dataset_title",
    "所属期": "period",
    "地区": "place",
    "地区代码": "region_code",
    "文件": "sender_path",
    "单元格": "cell",
    "程度": "severity_word",
    "规则": "rule",
    "内容": "value",
    "问题": "message",
    "怎么改": "remedy",
    "状态": "status",
    "编号": "finding_id",
}


def finding_pages(source: Source) -> Iterator[Page]:
    """The list of datasets, then the pages of each."""
    counts = _counts(source)
    yield Page("findings.html", "findings.html", "问题清单", "findings", {"datasets": counts})
    for count in counts:
        shown = _shown(source, count["dataset"])
        chunks = [shown[start : start + PAGE_ROWS] for start in range(0, len(shown), PAGE_ROWS)]
        for number, chunk in enumerate(chunks, start=1):
            yield Page(
                findings_page(count["dataset"], number),
                "findings_of.html",
                f"{count['title']}：问题清单",
                "findings",
                {
                    "dataset": count["dataset"],
                    "findings": chunk,
                    "number": number,
                    "pages": len(chunks),
                    "first": (number - 1) * PAGE_ROWS + 1,
                    "shown": len(shown),
                    "total": count["findings"],
                    "rows_per_page": PAGE_ROWS,
                },
            )


def write_findings_csv(source: Source, dataset: str, target: Path) -> None:
    """All open findings of a dataset, for Excel: UTF-8 with a byte order mark; no text is taken for a formula."""
    import pyarrow as pa
    from pyarrow import csv

    table = source.connection.sql(
        _all_sql(),
        params={"dataset": dataset, "periods": source.periods, "title": source.dataset_title(dataset)},
    ).to_arrow_table()
    titles = {rule: rule_title(rule, source.contracts) for rule in table["rule"].unique().to_pylist()}
    named = pa.array([titles[rule] for rule in table["rule"].to_pylist()], pa.string())
    table = table.set_column(table.schema.get_field_index("rule"), "rule", named)
    table = table.select(list(_CSV_COLUMNS.values())).rename_columns(list(_CSV_COLUMNS))
    with target.open("wb") as stream:
        _write_bom(stream)
        csv.write_csv(table, stream)


def _write_bom(stream: IO[bytes]) -> None:
    stream.write(b"\xef\xbb\xbf")


def _counts(source: Source) -> list[Row]:
    found = source.rows(
        f"""
        select coalesce(dataset, '') as dataset, count(*) as findings,
               count(*) filter (severity = 'error') as errors, count(distinct submission_id) as files,
               count(distinct rule) as rules
        from findings where {OPEN} and {IN_MONTHS} group by all order by findings desc, 1
        """  # noqa: S608
    )
    return [row | {"title": source.dataset_title(row["dataset"])} for row in found]


def _shown(source: Source, dataset: str) -> list[Row]:
    return source.rows(
        f"""
        with places as ({PLACES}),
        kept as (
            select * from findings where {OPEN} and {IN_MONTHS} and coalesce(dataset, '') = $dataset
            order by severity, period desc, region_code, submission_id, sheet, "row", finding_id
            limit {PAGE_ROWS * MAX_PAGES}
        )
        select kept.*, coalesce(place, kept.region_code, '') as place, s.sender_path
        from kept left join places using (region_code)
        left join (select submission_id, sender_path from submissions) s using (submission_id)
        order by severity, period desc, region_code, submission_id, sheet, "row", finding_id
        """,  # noqa: S608
        dataset=dataset,
    )


def _all_sql() -> str:
    safe = ", ".join(
        f"case when regexp_matches({name}, '^[=+@\\t\\r-]') and try_cast({name} as double) is null "
        f"then '''' || {name} else {name} end as {name}"
        for name in ("value", "cell", "message", "remedy", "sender_path")
    )
    return f"""
        with places as ({PLACES}),
        joined as (
            select f.*, coalesce(place, f.region_code, '') as place, s.sender_path
            from findings f left join places using (region_code)
            left join (select submission_id, sender_path from submissions) s using (submission_id)
            where {OPEN} and {IN_MONTHS} and coalesce(f.dataset, '') = $dataset
        )
        select $title as dataset_title, * replace ({safe}),
               case severity when 'error' then '错误' else '提醒' end as severity_word
        from joined order by severity, period desc, region_code, submission_id, sheet, "row", finding_id
    """  # noqa: S608


def csv_files(source: Source) -> Iterator[tuple[str, str]]:
    """Every dataset with open findings, and its CSV's name."""
    for count in _counts(source):
        yield count["dataset"], findings_csv(count["dataset"])
