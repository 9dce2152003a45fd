"""Comparing both sides of every reconciliation, for many months at once. Sums are exact decimals."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.reconciliations.model import Reconciliation, Side
from warehouse.engines import Question, Unanswered
from warehouse.indicators import Indicator
from warehouse.region_tree import TREE
from warehouse.relations import (
    Source,
    check_months,
    finds_rows,
    located,
    nils_in,
    relations_in,
    with_relations,
)
from warehouse.schemas import RECONCILIATIONS

if TYPE_CHECKING:
    from warehouse.engines import Desk, Engine

NAMED = (
    "indicators as (select unnest($ids::varchar[]) as indicator, unnest($titles::varchar[]) as title, "
    "unnest($units::varchar[]) as unit)"
)
"""What a per-item reconciliation may join: the indicators computed from records, with title and unit."""

_SIDES = pa.schema(
    [
        ("reconciliation", pa.string()),
        ("side", pa.string()),
        ("as_of", pa.string()),
        ("region_code", pa.string()),
        ("item", pa.string()),
        ("value", pa.decimal128(38, 6)),
        ("blanks", pa.int64()),
    ]
)
_SHAPE = (
    "select as_of, region_code, {item} as item, sum(value::decimal(38, 6)) as value, "
    "count(*) - count(value) as blanks from stated group by all"
)


def _shown(value: str) -> str:
    """SQL for a figure as people read it: at most four decimals, no noughts at the end."""
    text = f"round({value}, 4)::decimal(38, 4)::varchar"
    return f"coalesce(rtrim(rtrim({text}, '0'), '.'), '未报')"


# A total with a part missing is no total: one blank below makes the side unknown.
_COMPARED = f"""
with placed as (
    select s.reconciliation, s.side, s.as_of, s.item, s.value, s.blanks,
        case when d.rolled then t.ancestor else s.region_code end as region_code
    from sides s join definitions d using (reconciliation, side)
    left join tree t on t.region_code = s.region_code and t.level = d.level
        and s.as_of >= t.since and s.as_of < t.until
    where d.level = 'stated' or (t.ancestor is not null and (d.rolled or t.ancestor = s.region_code))
), totals as (
    select reconciliation, side, as_of, region_code, item,
        case when sum(blanks) = 0 then sum(value) end as value
    from placed group by all
), paired as (
    select reconciliation, region_code, as_of as period, item,
        any_value(value) filter (side = 'left') as left_value, any_value(value) filter (side = 'right') as right_value,
        count(*) filter (side = 'left') > 0 as has_left, count(*) filter (side = 'right') > 0 as has_right
    from totals group by all
), judged as (
    select p.*, r.*, left_value - right_value as gap,
        r.absolute + r.relative * abs(right_value)::decimal(26, 6) as allowed
    from paired p join rules r on r.name = p.reconciliation
    where r.listed_by = 'either' or (r.listed_by = 'left' and has_left) or (r.listed_by = 'right' and has_right)
), agreed as (
    select *, case operator
        when '=' then abs(gap) <= allowed
        when '≤' then gap <= allowed
        when '≥' then gap >= -allowed
        when '<' then gap < allowed
        when '>' then gap > -allowed end as agrees
    from judged
)
select reconciliation || case when item = '' then '' else '/' || item end as reconciliation,
    region_code, period, left_value::double as left_value, operator, right_value::double as right_value,
    gap::double as gap, agrees,
    case when agrees is distinct from true then
        replace(replace(replace(replace(instruction, '{{left}}', {_shown("left_value")}), '{{right}}', {_shown("right_value")}),
            '{{gap}}', {_shown("gap")}), '{{item}}', coalesce(titles.title, item)) end as instruction,
    importance
from agreed left join titles on titles.indicator = agreed.item
order by reconciliation, region_code, period
"""  # noqa: S608 - fixed names


class ReconciliationError(RuntimeError):
    """A reconciliation that cannot be computed; names it and the cause."""


def reconcile(
    engine: Engine,
    reconciliations: Mapping[str, Reconciliation],
    regions: pa.Table,
    months: Iterable[str],
    sources: Mapping[str, Source],
    indicators: Mapping[str, Indicator] | None = None,
) -> pa.Table:
    """Compare both sides, region by region and month by month.

    Args:
        engine: Has a table per dataset read, and ``observations`` where one reads them.
        reconciliations: By id.
        regions: Columns of ``warehouse.schemas.REGIONS``.
        months: ``2025-06`` …
        sources: Facts by dataset.
        indicators: Those that claims are matched to by title.

    Returns:
        ``warehouse.schemas.RECONCILIATIONS``, sorted; ``agrees`` is null where a side is unreported; rows that agree
        carry no instruction. A per-item reconciliation is named ``<id>/<item>``.

    Raises:
        ReconciliationError: SQL that fails.
    """
    named = indicators or {}
    sources = located(engine, sources)
    asked = {"months": check_months(months)}
    with engine.desk() as desk:
        _gather(desk, list(_sides(reconciliations, sources, asked, named)))
        desk.lay("regions", regions)
        desk.lay("definitions", _definitions(reconciliations))
        desk.lay("rules", _rules(reconciliations))
        desk.lay("titles", _titles(named))
        desk.make("tree", TREE)
        return desk.ask(_COMPARED).cast(RECONCILIATIONS)


def _gather(desk: Desk, questions: list[Question]) -> None:
    try:
        desk.gather("sides", _SIDES, questions)
    except Unanswered as error:
        named = error.question.labels
        raise ReconciliationError(
            f"reconciliation {named['reconciliation']}: {named['side']} cannot be computed: {error}"
        ) from error


def _sides(
    reconciliations: Mapping[str, Reconciliation],
    sources: Mapping[str, Source],
    asked: Mapping[str, list[str]],
    indicators: Mapping[str, Indicator],
) -> Iterator[Question]:
    for one in reconciliations.values():
        for name, side in (("left", one.left), ("right", one.right)):
            labels = {"reconciliation": one.id, "side": name}
            if finds_rows(side.statement, sources):
                yield _side(one, side, sources, {**asked, **_given(one, indicators)}, labels)
            if nothing := _nothing(one, side, sources):
                yield Question(nothing, asked, labels)


def _side(
    one: Reconciliation,
    side: Side,
    sources: Mapping[str, Source],
    given: Mapping[str, list[str]],
    labels: Mapping[str, str],
) -> Question:
    shape = _SHAPE.format(item="item" if one.per_item else "''")
    try:
        statement = with_relations(side.statement, sources, shape, [NAMED] if one.per_item else [])
    except KeyError as error:
        raise ReconciliationError(
            f"reconciliation {one.id}: {labels['side']} reads {error}, which has no contract"
        ) from error
    return Question(statement, given, labels)


def _nothing(one: Reconciliation, side: Side, sources: Mapping[str, Source]) -> str | None:
    """SQL for a nought of every region whose nil report a side rests on: what it has no rows of there is reported.

    Of a side that reads several datasets one of them does not tell what the whole comes to; neither does a region tell
    which item has nothing, nor a report that is compared where it was stated what each village states.
    """
    read = relations_in(side.statement)
    if len(read) != 1 or one.per_item or one.level == "stated":
        return None
    ((dataset, window),) = read
    source = sources.get(dataset)
    if source is None or not (source.is_there and source.has_nils):
        return None
    nils = nils_in(dataset, window, source)
    return f"select distinct as_of, region_code, '' as item, 0 as value, 0 as blanks from ({nils})"  # noqa: S608 — names of contracts


def _given(one: Reconciliation, indicators: Mapping[str, Indicator]) -> dict[str, list[str]]:
    return _named(indicators) if one.per_item else {}


def _named(indicators: Mapping[str, Indicator]) -> dict[str, list[str]]:
    computed = [one for one in indicators.values() if one.kind != "adopted"]
    return {
        "ids": [one.id for one in computed],
        "titles": [one.title for one in computed],
        "units": [one.unit for one in computed],
    }


def _definitions(reconciliations: Mapping[str, Reconciliation]) -> pa.Table:
    rows = [
        {
            "reconciliation": one.id,
            "side": name,
            "level": one.level,
            "rolled": one.level != "stated" and bool(side.sql),
        }
        for one in reconciliations.values()
        for name, side in (("left", one.left), ("right", one.right))
    ]
    texts = [(name, pa.string()) for name in ("reconciliation", "side", "level")]
    return pa.Table.from_pylist(rows, schema=pa.schema([*texts, ("rolled", pa.bool_())]))


def _rules(reconciliations: Mapping[str, Reconciliation]) -> pa.Table:
    exact = pa.decimal128(18, 6)
    rows = [
        {
            "name": one.id,
            "operator": one.operator,
            "absolute": one.tolerance.absolute,
            "relative": one.tolerance.relative,
            "listed_by": one.listed_by,
            "instruction": one.instruction,
            "importance": one.importance,
        }
        for one in reconciliations.values()
    ]
    texts = ("name", "operator", "listed_by", "instruction", "importance")
    numbers = ("absolute", "relative")
    loose = pa.schema([*((name, pa.string()) for name in texts), *((name, pa.float64()) for name in numbers)])
    fixed = pa.schema([*((name, pa.string()) for name in texts), *((name, exact) for name in numbers)])
    return pa.Table.from_pylist(rows, schema=loose).cast(fixed)


def _titles(indicators: Mapping[str, Indicator]) -> pa.Table:
    named = _named(indicators)
    columns = {"indicator": named["ids"], "title": named["titles"]}
    return pa.table(columns, schema=pa.schema([("indicator", pa.string()), ("title", pa.string())]))
