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
    select r.submission_id, coalesce(s.sender_path, r.submission_id) as file, r.sheet, r.period,
        min(r."row") as first, max(r."row") as last, count(*) as records
    from {dataset} r left join submissions s using (submission_id)
    where r.period between $since and $until
      and exists (select 1 from (select unnest($digits::varchar[]) as digits) d where starts_with(r.region_code, d.digits))
    group by all order by r.period desc, file, r.sheet limit $most
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
    connection: DuckDBPyConnection, case: Mapping[str, Any], datasets: Sequence[str], most: int = 20
) -> list[Row]:
    """Where the figures of a case stand, by file, sheet and first and last row: of the datasets given, its region and months."""
    given = {
        "since": case["period_from"],
        "until": case["period_to"],
        "digits": [_digits(code) for code in (case["regions"] or [case["region_code"]])],
        "most": most,
    }
    return [
        row | {"dataset": dataset}
        for dataset in datasets
        for row in ask(connection, _FILES.format(dataset=dataset), given).to_pylist()
    ][:most]


def _digits(region_code: str) -> str:
    """The first digits of everything inside a region."""
    if not region_code.endswith("000"):
        return region_code
    return region_code[:6] if region_code.endswith("000000") else region_code[:9]
