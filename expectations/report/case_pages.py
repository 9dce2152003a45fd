"""Cases: the list of all, and a page each with its charts, its rows and what to ask."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from functools import cached_property

from expectations.cases.life import STATUSES
from expectations.cases.reading import at_hand, files_of, in_turn, rows_of
from expectations.contracts.amounts import amounts
from expectations.contracts.model import Contract
from expectations.report.case_charts import Run, line, strip
from expectations.report.case_series import CaseSeries, Measure, level_of, peers_said
from expectations.report.pages import Page, case_page
from expectations.report.source import Row, Source
from warehouse.codes import DIGITS

LIST = "cases.html"
MAX_FIRST = 12
FEWEST_COMPARED = 3
MAX_CASES, MAX_SHOWN_ROWS, MAX_COLUMNS = 600, 40, 7

_COMPARED = """
    with places as (
        select region_code, arg_max(name, coalesce(valid_from, date '0001-01-01')) as name from regions group by all
    )
    select r.reconciliation, r.region_code, r.period, coalesce(p.name, r.region_code) as name,
        r.left_value as told, 100 * (r.left_value / r.right_value - 1) as off
    from reconciliations r left join places p using (region_code)
    where r.reconciliation in (select unnest($names::varchar[])) and r.period in (select unnest($months::varchar[]))
        and r.left_value is not null and r.right_value <> 0
"""


def first_cases(source: Source) -> Row:
    """What the first page says of cases: those to see to first, how many there are, whom they concern, what is to be done."""
    open_ones = at_hand(source.cases)
    first = [row for row in open_ones if row["is_high"]]
    return {
        "cases": in_turn(open_ones)[:MAX_FIRST],
        "case_count": len(open_ones),
        "first_count": len(first),
        "actions": Counter(row["action"] for row in first or open_ones).most_common(),
        "asked": Counter(row["asked_of"] for row in first or open_ones).most_common(),
    }


def cases_of(source: Source, county: str) -> list[Row]:
    """The cases of a county (six digits) that there is something to do about, by importance."""
    return [row for row in at_hand(source.cases) if row["county"] == county]


def late_or_crossing(source: Source, county: str) -> list[Row]:
    """Of a county's cases those in which a target was crossed: by a late correction, or by what was told alone."""
    return [
        row
        for row in source.cases
        if row["county"] == county
        and row["status"] != "closed"
        and (row["crosses_target"] or row["kind"] == "late_correction")
    ]


def case_pages(source: Source) -> Iterator[Page]:
    """The list, then the cases."""
    shown = source.cases[:MAX_CASES]
    open_ones = in_turn(at_hand(shown))
    there = {row["case_id"] for row in open_ones}
    values = {
        "open": open_ones,
        "others": [row for row in shown if row["case_id"] not in there],
        "total": len(source.cases),
        "statuses": STATUSES,
    }
    yield Page(LIST, LIST, "案件", "cases", values)
    cases = _Cases(source, shown)
    for row in shown:
        yield Page(case_page(row["case_id"]), "case.html", row["place"], "cases", cases.values(row))


class _Cases:
    """What the pages of cases show; what many need is asked for once."""

    def __init__(self, source: Source, cases: Sequence[Row]) -> None:
        self._source = source
        self._cases = cases
        self._series = CaseSeries(source, cases)

    def values(self, case: Row) -> Row:
        """Of one page."""
        contract = self._source.contracts.get(case["dataset"] or "")
        there = contract is not None and contract.dataset in self._source.datasets
        rows = rows_of(self._source.connection, case)
        return {
            "case": case,
            "county": self._source.county_names.get(case["county"], ""),
            "charts": list(self._charts(case)),
            "rows": rows,
            "records": _records(self._source, case, contract) if contract and there else None,
            "files": [] if rows else self._files.get(case["case_id"], []),
        }

    @cached_property
    def _files(self) -> dict[str, list[Row]]:
        cases = [case for case in self._cases if not case["records"]]
        return files_of(self._source.connection, cases, self._source.datasets)

    def _charts(self, case: Row) -> Iterator[Row]:
        if compared := self._compared(case):
            yield compared
        measure = self._series.measure(case)
        if measure is None:
            return
        yield from self._drawn(case, measure, with_strip=compared is None)

    def _drawn(self, case: Row, measure: Measure, *, with_strip: bool) -> Iterator[Row]:
        own, peers = self._series.series(case, measure)
        months = self._source.months
        claimed = self._claimed(case) if not measure.is_index else None
        run = Run(months, own, peers, measure.unit, case["period_from"], case["period_to"], claimed)
        if sum(value is not None for value in own) > 1 or claimed is not None:
            said = (
                f"{measure.title}：逐月，{case['place']}与同级 {peers_said(case['region_code'], len(peers))}"
            )
            yield {"title": said, "chart": line(run, said), "kind": "line"}
        at = max((i for i, m in enumerate(months) if m <= case["period_to"]), default=0)
        others = [(self._name(code), values[at]) for code, values in peers.items()]
        known = [(name, value) for name, value in others if value is not None]
        value = own[at]
        if with_strip and value is not None and len(known) >= FEWEST_COMPARED:
            said = (
                f"{measure.title}：{months[at]} 在同级 {peers_said(case['region_code'], len(known))}中的位置"
            )
            chart = strip(value, self._name(case["region_code"]), known, measure.unit, said)
            yield {"title": said, "chart": chart, "kind": "strip"}

    def _claimed(self, case: Row) -> float | None:
        """What the region claims of the indicator, where the case is about a claim."""
        name, code, month = _reconciliation(case) or ("", "", "")
        if name.partition("/")[0] != "claim_vs_observation" or code != case["region_code"]:
            return None
        rows = self._compared_rows[(name, month)]
        return next((row["told"] for row in rows if row["region_code"] == code), None)

    def _compared(self, case: Row) -> Row | None:
        """Where the gap of its reconciliation lies among those of the other regions."""
        lead = _reconciliation(case)
        if lead is None:
            return None
        name, code, month = lead
        same = {
            row["region_code"]: row
            for row in self._compared_rows[(name, month)]
            if level_of(row["region_code"]) == level_of(code)
        }
        inside = {other for other in same if other[: DIGITS["county"]] == code[: DIGITS["county"]]}
        if len(inside) > FEWEST_COMPARED:
            same = {other: row for other, row in same.items() if other in inside}
        own = same.pop(code, None)
        if own is None or len(same) < FEWEST_COMPARED:
            return None
        titles = self._source.reconciliation_titles(name)
        left, right = titles["left_title"], titles["right_title"]
        said = f"{titles['title']}：{left}比{right}多百分之几，{month}，{peers_said(code, len(same) + 1)}"
        others = [(row["name"], row["off"]) for row in same.values()]
        return {"title": said, "chart": strip(own["off"], own["name"], others, "%", said), "kind": "strip"}

    @cached_property
    def _compared_rows(self) -> dict[tuple[str, str], list[Row]]:
        leads = [lead for case in self._cases if (lead := _reconciliation(case))]
        found: dict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in self._source.rows(_COMPARED, names=sorted({name for name, _, _ in leads})):
            found[(row["reconciliation"], row["period"])].append(row)
        return found

    def _name(self, region_code: str) -> str:
        return self._names.get(region_code, region_code)

    @cached_property
    def _names(self) -> dict[str, str]:
        rows = self._source.rows(
            "select region_code, arg_max(name, coalesce(valid_from, date '0001-01-01')) as name from regions group by all"
        )
        return {row["region_code"]: row["name"] for row in rows}


def _reconciliation(case: Row) -> tuple[str, str, str] | None:
    """Name, region and month of the reconciliation that is clearest: one of the case's own region, the latest."""
    split = [tuple(one.split("@")) for one in case["evidence"] if one.count("@") == 2]
    if not split:
        return None
    own = [one for one in split if one[1] == case["region_code"]]
    name, code, month = max(own or split, key=lambda one: one[2])
    return name, code, month


def _records(source: Source, case: Row, contract: Contract) -> Row | None:
    """What stands in the rows that a case names: a few columns that are no secret."""
    if not case["records"]:
        return None
    sums = [column.name for column in amounts(contract)]
    dates = [column.name for column in contract.columns if column.type == "date"]
    wanted = dict.fromkeys([*contract.key, *dates[:2], *sums[:3]])
    columns = [
        contract.by_name[name]
        for name in wanted
        if name in contract.by_name and not contract.by_name[name].private
    ][:MAX_COLUMNS]
    if not columns:
        return None
    named = ", ".join(column.name for column in columns)
    rows = source.rows(
        f"""
        select "row", {named} from {contract.dataset}
        where submission_id || ' ' || "row" || ' ' || sheet in (select unnest($records::varchar[]))
        order by submission_id, sheet, "row" limit {MAX_SHOWN_ROWS}
        """,  # noqa: S608 - names of contracts
        records=list(case["records"]),
    )
    titles = [f"{column.title}{f'（{column.unit}）' if column.unit else ''}" for column in columns]
    return {"titles": titles, "rows": [list(row.values()) for row in rows]} if rows else None
