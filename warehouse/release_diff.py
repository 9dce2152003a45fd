"""What moved between two releases, and what lies behind it: rows that came or went, and codes that changed.

Everything is read from the table versions that the releases name, so that it is told of the numbers as readers saw them.
Definitions are not kept with a release: where nothing else changed behind a number, they, or the program, did.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.handed_in import TABLE
from warehouse.indicators import Indicator
from warehouse.indicators.model import measured
from warehouse.periods import months_of
from warehouse.region_changes import changes_by
from warehouse.region_tree import TREE
from warehouse.relations import Source
from warehouse.release import Release
from warehouse.schemas import OBSERVATIONS, RECORD_FIELDS, REGIONS, SUBMISSIONS
from warehouse.scratch import scratch
from warehouse.store import Store

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

COUNTING = ("accepted", "partial", "superseded")


@dataclass(frozen=True)
class Between:
    """Two releases of a store, the earlier first.

    Attributes:
        store: The tables.
        before, now: The releases.
    """

    store: Store
    before: Release
    now: Release

    def both(
        self, table: str, schema: pa.Schema, where: pc.Expression | None = None
    ) -> tuple[pa.Table, pa.Table]:
        """A table as it was and is; empty where a release has none."""
        return self._of(self.before, table, schema, where), self._of(self.now, table, schema, where)

    def differ(self, table: str) -> bool:
        """Whether the releases have another version of a table."""
        return self.before.versions.get(table) != self.now.versions.get(table)

    def periods(self, dataset: str) -> set[str]:
        """Months in which the files of a dataset are others."""
        files = [
            set(self.store.files(dataset, release.versions[dataset]))
            if dataset in release.versions
            else set()
            for release in (self.before, self.now)
        ]
        return {_period(path) for path in files[0] ^ files[1]}

    def _of(self, release: Release, table: str, schema: pa.Schema, where: pc.Expression | None) -> pa.Table:
        if table not in release.versions:
            return schema.empty_table()
        return self.store.read(table, where=where, as_of=release.versions[table])


def _period(path: Path) -> str:
    return path.parent.name.partition("=")[2]


def moved(between: Between, indicator: str | None = None, region_code: str | None = None) -> pa.Table:
    """Observations that came out otherwise: indicator, region_code, period, and both states of each; sorted by these.

    An observation that only one of the releases has is there too; its other state is null.
    """
    wanted = {"indicator": indicator, "region_code": region_code}
    parts = [pc.field(name) == value for name, value in wanted.items() if value]
    where = None
    for part in parts:
        where = part if where is None else where & part
    before, now = between.both("observations", OBSERVATIONS, where)
    with scratch() as work:
        work.register("observed_before", before)
        work.register("observed_now", now)
        return work.sql(_MOVED).to_arrow_table()


_SIDES = ("value", "numerator", "denominator", "evidence")
_MOVED = f"""
select indicator, region_code, period, {", ".join(f"b.{name} as {name}_before, n.{name} as {name}_now" for name in _SIDES)}
from observed_before b full join observed_now n using (indicator, region_code, period)
where {" or ".join(f"b.{name} is distinct from n.{name}" for name in _SIDES)}
order by indicator, period, region_code
"""  # noqa: S608 - fixed names


def causes(
    between: Between, moved: pa.Table, indicators: Mapping[str, Indicator], sources: Mapping[str, Source]
) -> list[dict[str, Any]]:
    """Rows, and nil reports, that came or went behind observations that moved, by observation and submission.

    Args:
        between: The releases.
        moved: Some of ``moved``.
        indicators: What reads which dataset.
        sources: Facts by dataset.

    Returns:
        Of each: ``nth`` (the observation's place in ``moved``), dataset, submission_id, came and went (rows behind the
        observation), all_came and all_went (rows of the submission anywhere).
    """
    named = pc.unique(moved["indicator"]).to_pylist()
    reads = [
        {"indicator": name, "dataset": dataset, "is_month": window == "in_month", "is_year": window == "in_year",
         "coverage": sources[dataset].coverage,
         "stands": sources[dataset].stands if sources[dataset].keeps == "snapshot" else None}
        for name in named if name in indicators
        for dataset, window in sorted(measured(indicators[name], indicators).relations)
    ]  # fmt: skip
    with scratch() as work:
        work.execute("create temp table changed (dataset varchar, submission_id varchar, region_code varchar, "
                     "period varchar, came bigint, went bigint)")  # fmt: skip
        for dataset in sorted({str(one["dataset"]) for one in reads}):
            _note_changed(work, between, dataset)
        work.register("reads", pa.Table.from_pylist(reads, schema=_READS))
        work.register("moved", _spans(moved))
        work.register("regions", _regions(between))
        _note_nils(work, between)
        for statements in (f"create temp table tree as {TREE}", _MEET, _BESIDE):
            work.execute(statements)
        rows: list[dict[str, Any]] = work.sql(_CAUSES).to_arrow_table().to_pylist()
    return rows


_READS = pa.schema([
    ("indicator", pa.string()), ("dataset", pa.string()), ("is_month", pa.bool_()), ("is_year", pa.bool_()),
    ("coverage", pa.string()), ("stands", pa.int64()),
])  # fmt: skip


def _spans(moved: pa.Table) -> pa.Table:
    """Observations with their number and the first and last month of their period."""
    months = [months_of(period) for period in moved["period"].to_pylist()]
    return pa.table(
        {
            "nth": pa.array(range(moved.num_rows), pa.int64()),
            "indicator": moved["indicator"],
            "observed": moved["region_code"],
            "first": pa.array([str(each[0]) for each in months], pa.string()),
            "last": pa.array([str(each[-1]) for each in months], pa.string()),
        }
    )


def _note_changed(work: DuckDBPyConnection, between: Between, dataset: str) -> None:
    periods = between.periods(dataset) if between.differ(dataset) else set()
    if not periods:
        return
    tables = between.both(dataset, pa.schema(RECORD_FIELDS), pc.field("period").isin(sorted(periods)))
    for name, table in zip(("rows_before", "rows_now"), tables, strict=True):
        # A table written before it was noted says the same without it.
        work.register(name, table.select([one for one in table.column_names if one != "handed_in_as"]))
    work.execute(_CHANGED, {"dataset": dataset})


def _note_nils(work: DuckDBPyConnection, between: Between) -> None:
    """Nil reports that came or went: they have no rows, but make a region known (``relations.nil_reports``)."""
    for name, table in zip(("handed_before", "handed_now"), between.both(TABLE, SUBMISSIONS), strict=True):
        work.register(name, table)
    work.execute(_NILS)


_NIL = "(select dataset, submission_id, unnest(regions) as region_code, period from {0} where status = 'accepted' and rows_in = 0)"
_NILS = f"""
insert into changed select *, 0, 0 from (
    ({_NIL.format("handed_now")} except {_NIL.format("handed_before")})
    union ({_NIL.format("handed_before")} except {_NIL.format("handed_now")})
)
"""  # noqa: S608 - fixed names

_ROWS = "select submission_id, region_code, period, hash({0}) as said from {0}"
_CHANGED = f"""
insert into changed
select $dataset, submission_id, region_code, period, count(*) filter (is_new), count(*) filter (not is_new) from (
    select *, true as is_new from ({_ROWS.format("rows_now")} except all {_ROWS.format("rows_before")})
    union all
    select *, false from ({_ROWS.format("rows_before")} except all {_ROWS.format("rows_now")})
) group by all
"""  # noqa: S608 - fixed names

_WITHIN = """
changed.period <= last and (not is_month or changed.period >= first) and (not is_year or left(changed.period, 4) = left(last, 4))
and (stands is null or is_month or is_year
     or changed.period > strftime(strptime(first, '%Y-%m') - to_months(stands::integer), '%Y-%m'))
"""
"""Whether a changed row is of a month that an observation reads."""

_THEN = "{0}.since <= if(is_month, changed.period, last) and if(is_month, changed.period, last) < {0}.until"
"""Whether a place in the tree holds in the month that a changed row is counted for."""

# Each step is a table of its own: as one statement, observations meet rows before either meets the tree, and for a city
# whose every row was read anew that takes hours instead of seconds.
_MEET = f"""
create temp table places as
select changed.*, ancestor, since, until from changed join tree using (region_code);

create temp table wanted as select * from moved join reads using (indicator);

create temp table own as
select distinct nth, changed.* exclude (ancestor, since, until)
from places as changed join wanted on wanted.dataset = changed.dataset and wanted.observed = changed.ancestor
where {_WITHIN} and {_THEN.format("changed")};
"""  # noqa: S608 - fixed text

# Where no row of its own changed, a number is there or gone because of the rows of what is handed in together with it.
_BESIDE = f"""
create temp table units as
select changed.*, coalesce(tree.ancestor, changed.region_code) as unit, coalesce(since, '0000-00') as since,
    coalesce(until, '9999-99') as until
from changed join (select distinct dataset, coverage from reads) using (dataset)
left join tree on tree.region_code = changed.region_code and tree.level = coverage;

create temp table left_over as
select wanted.*, ancestor, since as lies_since, until as lies_until
from (select * from wanted anti join own using (nth)) wanted join tree on tree.region_code = observed;

create temp table beside as
select distinct nth, changed.* exclude (unit, since, until)
from units as changed join left_over on left_over.dataset = changed.dataset and left_over.ancestor = changed.unit
where {_WITHIN} and {_THEN.format("changed")} and changed.since < lies_until and lies_since < changed.until;
"""  # noqa: S608 - fixed text

_CAUSES = """
with whole as (
    select dataset, submission_id, sum(came)::bigint as all_came, sum(went)::bigint as all_went
    from changed group by all
)
select nth, dataset, submission_id, sum(came)::bigint as came, sum(went)::bigint as went,
    any_value(all_came) as all_came, any_value(all_went) as all_went
from (from own union all from beside) join whole using (dataset, submission_id)
group by nth, dataset, submission_id order by nth, dataset, submission_id
"""


def _regions(between: Between) -> pa.Table:
    """The codes of both releases; of a code that both have, as it is now."""
    before, now = _codes(between)
    gone = before.filter(pc.invert(pc.is_in(before["region_code"], value_set=pc.unique(now["region_code"]))))
    return pa.concat_tables([now, gone])


def _codes(between: Between) -> tuple[pa.Table, pa.Table]:
    before, now = (
        pa.Table.from_pylist(side.to_pylist(), schema=REGIONS) for side in between.both("regions", REGIONS)
    )
    return before, now


def regions_behind(between: Between, observed: Iterable[str]) -> dict[str, list[str]]:
    """By region of an observation, the codes in it, itself included, that changed between the releases."""
    if not between.differ("regions"):
        return {}
    before, now = _codes(between)
    codes = sorted({change.region_code for change in changes_by(before, now).changes})
    found: dict[str, list[str]] = {}
    if not codes:
        return found
    with scratch() as work:
        for name, regions in (("before", before), ("now", now)):
            work.register("regions", regions)
            work.execute(f"create temp table tree_{name} as {TREE}")
        rows = work.execute(
            "select distinct ancestor, region_code from (from tree_before union all from tree_now) "
            "where list_contains($codes::varchar[], region_code) and list_contains($observed::varchar[], ancestor) "
            "order by all",
            {"codes": codes, "observed": sorted(set(observed))},
        ).fetchall()
    for ancestor, code in rows:
        found.setdefault(ancestor, []).append(code)
    return found


def statuses(between: Between) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """By submission, its row of ``submissions`` as each release kept it."""
    sides = between.both(TABLE, SUBMISSIONS)
    before, now = ({row["submission_id"]: row for row in side.to_pylist()} for side in sides)
    return before, now


def happened(before: str | None, now: str | None, came: int, went: int) -> str:
    """What happened to a submission of which so many rows came or went, from its statuses in both releases.

    ``received``, ``accepted`` (it was held), ``withdrawn``, ``superseded``, ``in force again``, ``amended`` (a later one
    stands for some of its rows) or ``read anew`` (by another contract, region list or program).
    """
    if now == "withdrawn":
        return "withdrawn"
    if before in (None, "received", "failed"):
        return "received"
    if before == "held" and now in COUNTING:
        return "accepted"
    if not went and before == "superseded" and now in COUNTING:
        return "in force again"
    if not came and now in COUNTING:
        return "superseded" if now == "superseded" else "amended"
    return "read anew"
