"""The first page: what to see to first, what arrived, what is missing, what does not agree."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.hand_ins import HandIn, unused
from expectations.office_words import DEPARTMENTS, STATUSES
from expectations.report.calendars import city_calendar
from expectations.report.case_pages import first_cases
from expectations.report.pages import Page
from expectations.report.source import IN_MONTHS, OPEN, Row, Source

MAX_RULES = 60


def overview(source: Source, hand_ins: Sequence[HandIn], title: str) -> Iterator[Page]:
    """The page of the whole city."""
    yield Page(
        "index.html",
        "overview.html",
        title,
        "overview",
        {
            "counts": _counts(source),
            **first_cases(source),
            "calendar": city_calendar(source, hand_ins),
            "unused": [
                source.dataset_title(dataset) for dataset in unused(source.connection, source.contracts)
            ],
            "disagreements": _disagreements(source),
            "rules": _rules(source),
            "severities": _severities(source),
            "counties": _counties(source, hand_ins),
            "departments": _departments(source, hand_ins),
        },
    )


def rules_of(source: Source, where: str, parameters: Row, limit: int = 60) -> list[Row]:
    """Open findings by dataset, rule and severity, the most frequent first, each with a message and remedy."""
    found = source.rows(
        f"""
        select dataset, rule, severity, count(*) as findings, count(distinct submission_id) as files,
               min(message) as message, min(remedy) as remedy
        from findings where {OPEN} and {IN_MONTHS} and {where}
        group by all order by severity, findings desc, dataset, rule limit {limit}
        """,  # noqa: S608
        **parameters,
    )
    return [row | {"title": source.dataset_title(row["dataset"])} for row in found]


_ALWAYS = ("accepted", "partial", "refused", "repeat")
"""Statuses that are told even where no file has them; together with those that some have they add up to the files."""


_NOT_IN_FORCE = ("superseded", "held", "withdrawn")
"""Statuses of files whose good rows do not count."""


def _counts(source: Source) -> Row:
    """Files by status, rows by what became of them; either add up."""
    found = source.rows(
        f"""
        select status, count(*) as files, coalesce(sum(rows_in), 0)::bigint as rows_in,
               coalesce(sum(rows_recorded), 0)::bigint as rows_recorded,
               coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined
        from submissions where {IN_MONTHS} group by status
        """  # noqa: S608
    )
    files = {row["status"]: row["files"] for row in found}
    good = {row["status"]: row["rows_recorded"] for row in found}
    besides = [(STATUSES[name], good[name]) for name in _NOT_IN_FORCE if good.get(name)]
    return {
        "files": sum(files.values()),
        "statuses": [
            (word, files.get(name, 0)) for name, word in STATUSES.items() if name in {*_ALWAYS, *files}
        ],
        "rows_in": sum(row["rows_in"] for row in found),
        "rows": [
            ("入库", sum(rows for name, rows in good.items() if name not in _NOT_IN_FORCE)),
            *besides,
            ("隔离", sum(row["rows_quarantined"] for row in found)),
        ],
    }


def _rules(source: Source) -> list[Row]:
    """Open findings of the whole city by rule and severity, with the datasets they are in."""
    found = source.rows(
        f"""
        select rule, severity, count(*) as findings, count(distinct submission_id) as files,
               min(message) as message, min(remedy) as remedy,
               list(distinct coalesce(dataset, '') order by coalesce(dataset, '')) as datasets
        from findings where {OPEN} and {IN_MONTHS}
        group by rule, severity order by severity, findings desc, rule limit {MAX_RULES}
        """  # noqa: S608
    )
    return [
        row | {"links": [(source.dataset_title(name), name) for name in row["datasets"]]} for row in found
    ]


def _severities(source: Source) -> dict[str, int]:
    found = source.rows(
        f"select severity, count(*) as n from findings where {OPEN} and {IN_MONTHS} group by all"  # noqa: S608
    )
    return {row["severity"]: row["n"] for row in found}


def _disagreements(source: Source) -> list[Row]:
    found = source.rows(
        f"""
        select reconciliation, coalesce(min(importance), 'medium') as importance, min(operator) as operator,
               arg_max(instruction, abs(gap)) filter (not agrees) as instruction,
               count(*) filter (not agrees) as disagree, count(*) filter (agrees is null) as one_sided,
               count(*) filter (agrees) as agree,
               count(distinct left(region_code, 6)) filter (not agrees) as counties
        from reconciliations where {IN_MONTHS}
        group by reconciliation having disagree > 0
        order by case min(importance) when 'high' then 0 when 'medium' then 1 else 2 end, disagree desc, reconciliation
        """  # noqa: S608
    )
    return [row | source.reconciliation_titles(row["reconciliation"]) for row in found]


def _counties(source: Source, hand_ins: Sequence[HandIn]) -> list[Row]:
    counts = {
        row["county"]: row
        for row in source.rows(
            f"""
            select left(region_code, 6) as county, count(*) filter (severity = 'error') as errors,
                   count(*) filter (severity <> 'error') as warnings
            from findings where {OPEN} and {IN_MONTHS} and region_code is not null group by all
            """  # noqa: S608
        )
    }
    gaps = {
        row["county"]: row["n"]
        for row in source.rows(
            f"""
            select left(region_code, 6) as county, count(*) as n
            from reconciliations where not agrees and {IN_MONTHS} group by all
            """  # noqa: S608
        )
    }
    rows = []
    for county in source.counties:
        code = county["region_code"][:6]
        found = counts.get(code, {"errors": 0, "warnings": 0})
        rows.append(
            {
                **county,
                **found,
                **_punctual(h for h in hand_ins if h.county == code),
                "gaps": gaps.get(code, 0),
            }
        )
    return rows


def _departments(source: Source, hand_ins: Sequence[HandIn]) -> list[Row]:
    counts = {
        row["department"]: row
        for row in source.rows(
            f"""
            select department, count(*) as files, count(*) filter (status = 'refused') as refused,
                   coalesce(sum(rows_in), 0)::bigint as rows_in,
                   coalesce(sum(rows_quarantined), 0)::bigint as rows_quarantined
            from submissions where {IN_MONTHS} group by all
            """  # noqa: S608
        )
    }
    none = {"files": 0, "refused": 0, "rows_in": 0, "rows_quarantined": 0}
    return [
        {
            **none,
            **counts.get(department, {}),
            **_punctual(h for h in hand_ins if h.dataset in datasets),
            "department": department,
            "name": DEPARTMENTS.get(department, department),
            "titles": "、".join(source.dataset_title(dataset) for dataset in datasets),
        }
        for department, datasets in source.departments.items()
    ]


def _punctual(hand_ins: Iterator[HandIn]) -> Row:
    """How many hand-ins were due by now, how many came, how many in time."""
    states = [hand_in.state for hand_in in hand_ins]
    on_time, late = states.count("on_time"), states.count("late")
    due = on_time + late + states.count("missing") + states.count("refused")
    return {"due": due, "handed": on_time + late, "on_time": on_time}
