"""Two states of the same rows, held against each other by key; without one, by what they say besides figures and dates."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.contracts.amounts import amounts
from warehouse.codes import DIGITS
from warehouse.scratch import scratch

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Contract

_PLACE = ("submission_id", "region_code", "period", "sheet", "row", "handed_in_as")


@dataclass(frozen=True)
class Comparison:
    """What a submission changes in what was in force.

    Attributes:
        same, changed, added, gone: Rows; changed and gone are counted as they were before, added as they are now.
        totals: By column of amounts, its sum before and now over the regions and periods that had rows before.
        gone_at: Of rows that are gone, submission_id, region_code, sheet, row: where they stood.
        changed_at: Of rows that changed, sheet, row: where they stand now.
        elsewhere: Rows of the submission whose key stands in another region too; what stands there stays.
    """

    same: int = 0
    changed: int = 0
    added: int = 0
    gone: int = 0
    totals: dict[str, tuple[float, float]] = field(default_factory=dict)
    gone_at: tuple[tuple[str, str, str, int], ...] = ()
    changed_at: tuple[tuple[str, int], ...] = ()
    elsewhere: int = 0

    @property
    def before(self) -> int:
        """Rows that were in force."""
        return self.same + self.changed + self.gone

    @property
    def now(self) -> int:
        """Rows of the submission, as far as they can be told apart."""
        return self.same + self.changed + self.added


def compare(now: pa.Table, before: pa.Table, contract: Contract, *, by_region: bool = False) -> Comparison:
    """Hold the records of a submission against the records that were in force where it speaks.

    Args:
        now, before: With the columns of the contract's records.
        contract: Its key tells rows apart within a period; without one, what they say in words. Of several rows about
            one thing those meet that say the same, then those handed in for one region.
        by_region: A row only meets rows handed in for the same region, at the contract's level of coverage; else those
            that lie in it, and were handed in for one of which the submission has no row.
    """
    about = _quoted(contract.identity or _words(contract))
    wide = [*about, _region(contract)]
    if by_region:
        about.append("handed_in_as")
    content = _quoted(column.name for column in contract.columns if column.name not in _PLACE)
    texts = {
        "thing": _text(["period", *about]),
        "wide": _text(["period", *wide]),
        "content": _text(["region_code", "period", *content]),
    }
    with scratch() as connection:
        for side, rows in (("now", now), ("before", before)):
            connection.register(f"rows_{side}", rows)
            connection.execute(_SIDE.format(side=side, **texts))
        same, changed = _pair(connection, by_region=by_region)
        gone, changed_at = connection.execute(_GONE).fetchall(), connection.execute(_CHANGED).fetchall()
        totals = _totals(connection, contract)
    return Comparison(
        same=same,
        changed=changed,
        added=now.num_rows - same - changed,
        gone=len(gone),
        totals=totals,
        gone_at=tuple(gone),
        changed_at=tuple(changed_at),
    )


_SIDE = """
create temp table {side} as
select row_number() over () as id, submission_id, region_code, sheet, row,
       handed_in_as as region, {thing} as thing, {wide} as wide, {content} as content
from rows_{side}
"""

_MEET = """
insert into met
with now_left as (select *, row_number() over (partition by {by} order by region, content) as turn
                  from now where id not in (select now_id from met)),
     before_left as (select *, row_number() over (partition by {by} order by region, content) as turn
                     from before where id not in (select before_id from met) and {among})
select now_left.id, before_left.id from now_left join before_left using ({by}, turn)
"""

_GONE = """
select submission_id, region_code, sheet, row from before where id not in (select before_id from met) order by all
"""

_CHANGED = """
select distinct now.sheet, now.row
from met join now on now.id = now_id join before on before.id = before_id
where now.content <> before.content order by all
"""


_OF_OTHERS = "region not in (select region from now)"

_TOLD_APART = """
select count(*) filter (now.content = before.content), count(*) filter (now.content <> before.content)
from met join now on now.id = now_id join before on before.id = before_id
"""


def _pair(connection: DuckDBPyConnection, *, by_region: bool) -> tuple[int, int]:
    """Let rows about one thing meet, the likest first: how many say the same, and how many do not."""
    connection.execute("create temp table met (now_id bigint, before_id bigint)")
    for by in ("thing, content, region", "thing, content", "thing, region", "thing"):
        connection.execute(_MEET.format(by=by, among="true"))
    for by in ("wide, content", "wide") if by_region else ():
        connection.execute(_MEET.format(by=by, among=_OF_OTHERS))
    same, changed = connection.execute(_TOLD_APART).fetchall()[0]
    return int(same), int(changed)


def known_elsewhere(
    now: pa.Table, in_force: pa.Table, contract: Contract, reached: Collection[tuple[str, str]] = ()
) -> int:
    """How many rows of a submission have the key of a row that is in force in another region in the same period.

    Args:
        now, in_force: As for ``compare``; regions are told apart as they were handed in for.
        contract: With a key.
        reached: Regions and periods that the submission speaks for without a row: what was handed in for these is not
            elsewhere, where it lies in the row's region on the map and nothing else has its key there.
    """
    with scratch() as connection:
        connection.register("rows_now", now)
        connection.register("rows_before", in_force)
        counted = _ELSEWHERE.format(
            key=_text(["period", *_quoted(contract.identity)]), place=_region(contract)
        )
        units = {"regions": [region for region, _ in reached], "periods": [period for _, period in reached]}
        return int(connection.execute(counted, units).fetchall()[0][0])


_ELSEWHERE = """
with now as (select {key} as key, {place} as place, handed_in_as as region from rows_now),
     reached as (select unnest($regions::varchar[]) as handed_in_as, unnest($periods::varchar[]) as period),
     before as (select {key} as key, {place} as place, handed_in_as as region, reached.period is not null as is_reached
                from rows_before left join reached using (handed_in_as, period))
select count(*) from now
where exists (select 1 from before where before.key = now.key and before.region <> now.region
              and not (before.is_reached and before.place = now.place and (now.key, now.region) not in (select (key, region) from before)))
"""


def _region(contract: Contract) -> str:
    return f"left(region_code, {DIGITS[contract.coverage]})"


def _quoted(names: Iterable[str]) -> list[str]:
    return [f'"{name}"' for name in names]


def _words(contract: Contract) -> list[str]:
    """Where there is no key: what a row is about."""
    if contract.form:
        return ["region_code", "form", "indicator_code", "indicator", "item", "basis"]
    return ["region_code", *(one.name for one in contract.columns if one.type == "string" and not one.role)]


def _text(expressions: Iterable[str]) -> str:
    parts = ", ".join(f"coalesce({part}::varchar, chr(30))" for part in dict.fromkeys(expressions))
    return f"concat_ws(chr(31), {parts})"


def _totals(connection: DuckDBPyConnection, contract: Contract) -> dict[str, tuple[float, float]]:
    """By column of amounts, where they differ."""
    names = [column.name for column in amounts(contract)]
    sums = ", ".join(f'coalesce(sum("{name}"), 0)::double' for name in names)
    before, now = (
        connection.execute(_TOTALS.format(sums=sums or "0", side=side, region=_region(contract))).fetchall()[
            0
        ]
        for side in ("before", "now")
    )
    pairs = zip(names, before, now, strict=bool(names))
    return {name: (earlier, later) for name, earlier, later in pairs if earlier != later}


_TOTALS = """
select {sums} from rows_{side} where ({region}, period) in (select ({region}, period) from rows_before)
"""
