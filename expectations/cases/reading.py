"""The table ``cases`` as people read it: with places, those at hand first, and the rows each is about.

No more than three cases of one county come before the next county's: an office that starts at the top sees the whole city.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from expectations.cases.life import STATUSES
from warehouse.guard import ask
from warehouse.places import PLACES

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

Row = dict[str, Any]

IN_TURN = 3
"""Cases of one county before the next county's."""

AT_HAND = ("open", "asked", "confirmed")
"""Statuses of what there is still something to do about."""

_CASES = f"""
    with places as ({PLACES})
    select c.*, coalesce(p.place, c.region_code) as place, left(c.region_code, 6) as county
    from cases c left join places p using (region_code)
    where c.period_from <= $until and c.period_to >= $since
    order by importance desc, region_code, case_id
"""  # noqa: S608 - fixed text

_ROWS = """
    select split_part(record, ' ', 1) as submission_id, split_part(record, ' ', 2)::bigint as "row",
        substr(record, length(split_part(record, ' ', 1)) + length(split_part(record, ' ', 2)) + 3) as sheet
    from (select unnest($records::varchar[]) as record)
"""

_NAMED = f"""
    select n.submission_id, coalesce(s.sender_path, n.submission_id) as file, n.sheet, n."row"
    from ({_ROWS}) n left join submissions s using (submission_id)
    order by file, sheet, "row"
"""  # noqa: S608 - fixed text

_FILES = """
    with asked as (
        select unnest($ids::varchar[]) as case_id, unnest($digits::varchar[]) as digits,
            unnest($since::varchar[]) as since, unnest($until::varchar[]) as until
    ), parts as (
        select region_code, period, submission_id, sheet, min("row") as first, max("row") as last, count(*) as records
        from {dataset} where period between $earliest and $latest group by all
    ), files as (
        select a.case_id, p.submission_id, coalesce(s.sender_path, p.submission_id) as file, p.sheet, p.period,
            min(p.first) as first, max(p.last) as last, sum(p.records)::bigint as records
        from parts p join asked a on p.period between a.since and a.until and starts_with(p.region_code, a.digits)
        left join submissions s using (submission_id)
        group by all
    )
    select * from files
    qualify row_number() over (partition by case_id order by period desc, file, sheet) <= $most
    order by case_id, period desc, file, sheet
"""


def listed(connection: DuckDBPyConnection, since: str = "0000-01", until: str = "9999-12") -> list[Row]:
    """Every case that touches the months, by importance; with ``place``, ``county`` (six digits) and ``status_word``."""
    rows: list[Row] = ask(connection, _CASES, {"since": since, "until": until}).to_pylist()
    return [row | {"status_word": STATUSES.get(row["status"], row["status"])} for row in rows]


def in_turn(rows: Iterable[Row], most: int = IN_TURN) -> list[Row]:
    """The rows in their order, but of each county no more than ``most`` before every other has had its turn."""
    seen: Counter[str] = Counter()
    turns = []
    for place, row in enumerate(rows):
        turns.append((seen[row["county"]] // most, place, row))
        seen[row["county"]] += 1
    return [row for _, _, row in sorted(turns, key=lambda turn: turn[:2])]


def at_hand(rows: Iterable[Row]) -> list[Row]:
    """Those that there is still something to do about."""
    return [row for row in rows if row["status"] in AT_HAND]


def rows_of(connection: DuckDBPyConnection, case: Mapping[str, Any]) -> list[Row]:
    """The rows a case names: ``submission_id, file, sheet, row``; none where it rests on no rows."""
    if not case["records"]:
        return []
    found: list[Row] = ask(connection, _NAMED, {"records": list(case["records"])}).to_pylist()
    return found


def files_of(
    connection: DuckDBPyConnection,
    cases: Sequence[Mapping[str, Any]],
    datasets: Iterable[str],
    most: int = 20,
) -> dict[str, list[Row]]:
    """By case, where its figures stand: of its dataset, region and months every file and sheet, with first and last row."""
    found: dict[str, list[Row]] = {}
    for dataset in datasets:
        own = [case for case in cases if case["dataset"] == dataset]
        if not own:
            continue
        places = [
            (case, _digits(code)) for case in own for code in (case["regions"] or [case["region_code"]])
        ]
        given = {
            "ids": [case["case_id"] for case, _ in places],
            "digits": [digits for _, digits in places],
            "since": [case["period_from"] for case, _ in places],
            "until": [case["period_to"] for case, _ in places],
            "earliest": min(case["period_from"] for case in own),
            "latest": max(case["period_to"] for case in own),
            "most": most,
        }
        for row in ask(connection, _FILES.format(dataset=dataset), given).to_pylist():
            found.setdefault(row["case_id"], []).append(row)
    return found


def _digits(region_code: str) -> str:
    """The first digits of everything inside a region."""
    if not region_code.endswith("000"):
        return region_code
    return region_code[:6] if region_code.endswith("000000") else region_code[:9]
