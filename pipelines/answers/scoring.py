"""What the office asks of scores: who stands where and how surely, what a region's points are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from warehouse.assessment.figures import last_month
from warehouse.guard import ask
from warehouse.places import NAMES

if TYPE_CHECKING:
    import pyarrow as pa
    from duckdb import DuckDBPyConnection

    from pipelines.home.site import Site
    from warehouse.assessment import Assessment, Scheme
    from warehouse.indicators import Indicator

_STANDINGS = f"""
    select standings.*, names.name as region
    from standings left join ({NAMES}) as names using (region_code)
    where scheme = $scheme and period = $period
    order by place nulls last, region_code
"""  # noqa: S608 - fixed text
_PARTS = """
    select * from scores where scheme = $scheme and period = $period and region_code = $region
"""
_PERIODS = "select distinct scheme, period from standings"


_CLAIMS = """
    select split_part(reconciliation, '/', 2) as indicator, region_code, left_value as value from reconciliations
    where reconciliation like 'claim_vs_observation/%' and period = $month and left_value is not null
"""


class NoScoresError(LookupError):
    """Nothing is scored that was asked for; says what there is."""


def schemes_and_periods(connection: DuckDBPyConnection) -> dict[str, list[str]]:
    """By scheme, the periods that are scored: months, quarters, the year."""
    found: dict[str, list[str]] = {}
    for row in sorted(ask(connection, _PERIODS).to_pylist(), key=lambda row: _when(row["period"])):
        found.setdefault(row["scheme"], []).append(row["period"])
    return dict(sorted(found.items()))


def _when(period: str) -> tuple[str, int, str]:
    """Months in their order, a quarter after its last month, the year last."""
    year, is_quarter, number = period.partition("Q")
    month = f"{year}-{int(number) * 3:02}" if is_quarter else period if "-" in period else f"{period}-99"
    return month[:4], int(month[5:]), "b" if is_quarter else "a"


def order(connection: DuckDBPyConnection, scheme: str, period: str) -> list[dict[str, Any]]:
    """Regions by place, with intervals of places and the objective share; rows of ``standings`` with names."""
    rows = [row for row in _standings(connection, scheme, period) if not row["dimension"]]
    names = {row["region_code"]: row["region"] for row in rows}
    return [{**row, "tied_with": [names[code] for code in row["tied_with"] or ()]} for row in rows]


def _standings(connection: DuckDBPyConnection, scheme: str, period: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = ask(connection, _STANDINGS, {"scheme": scheme, "period": period}).to_pylist()
    return rows


def chosen(connection: DuckDBPyConnection, scheme: str | None, period: str | None) -> tuple[str, str]:
    """The scheme and period asked for; else the only scheme, or the first by name, and its newest period.

    Raises:
        NoScoresError: There is no such thing.
    """
    known = schemes_and_periods(connection)
    if not known:
        raise NoScoresError(
            "nothing is scored: put a scheme into config/schemes (shiji scheme show demo_2025 is an example) "
            "and run shiji load"
        )
    name = scheme or next(iter(known))
    if name not in known:
        raise NoScoresError(f"no scores under {name}; there are: {', '.join(known)}")
    when = period or known[name][-1]
    if when not in known[name]:
        raise NoScoresError(f"{name} has no scores of {when}; there are: {', '.join(known[name])}")
    return name, when


def workbook(connection: DuckDBPyConnection, scheme: str, period: str, site: Site) -> bytes:
    """The scores of one period as an xlsx with live formulas, from the scheme and the observations that are seen.

    Raises:
        NoScoresError: The tables were made before schemes were kept with them.
    """
    from warehouse.assessment.workbook import WorkbookError, score_workbook

    note = "合成演示数据 (synthetic)" if site.home.settings.synthetic else ""
    try:
        return score_workbook(_assessed(connection, scheme, site), period, site.indicators, note)
    except WorkbookError as error:
        raise NoScoresError(f"{scheme}: {error}") from error


def pace(
    connection: DuckDBPyConnection, scheme: str, period: str | None, region: str | None, site: Site
) -> list[dict[str, Any]]:
    """Objectives with a target against how much of the year has passed, in one month; the newest by default.

    Raises:
        NoScoresError: The tables were made before schemes were kept with them, or nothing has a target then.
    """
    from warehouse.assessment.pace import paces

    found = paces(_assessed(connection, scheme, site), site.indicators)
    months = sorted({one.period for one in found})
    month = period or (months[-1] if months else "")
    if month not in months:
        raise NoScoresError(
            f"no pace of {month or scheme}; there is one of: {', '.join(months) or 'nothing'}"
        )
    return [
        {
            "region": one.region.name,
            **{name: value for name, value in vars(one).items() if name != "region"},
            "region_code": one.region.code,
        }
        for one in found
        if one.period == month and region in (None, one.region.code)
    ]


def yardsticks(connection: DuckDBPyConnection, scheme: str, period: str, site: Site) -> list[dict[str, Any]]:
    """Regions by the scheme, by equal weights, and by what they claim: points and places.

    Raises:
        NoScoresError: The tables were made before schemes were kept with them.
    """
    from warehouse.assessment.yardsticks import measured

    seen = _seen(connection, scheme)
    claims = ask(connection, _CLAIMS, {"month": last_month(period)})
    found = measured(
        seen.scheme, period, seen.observations, claims, seen.regions, site.indicators, site.decisions
    )
    return [
        {
            "region": one.region.name,
            "region_code": one.region.code,
            **{
                f"{name}_{what}": None if (value := getattr(by, what)) is None else float(value)
                for name, by in (("scheme", one.scheme), ("equal", one.equal), ("claimed", one.claimed))
                for what in ("points", "place")
            },
        }
        for one in found
    ]


class _Seen(NamedTuple):
    scheme: Scheme
    observations: pa.Table
    regions: pa.Table


def _seen(connection: DuckDBPyConnection, scheme: str) -> _Seen:
    """A scheme as it was scored, and what it was scored on."""
    from warehouse.assessment import Scheme

    found = ask(connection, "select text from schemes where scheme = $scheme", {"scheme": scheme}).to_pylist()
    if not found:
        raise NoScoresError(f"the tables do not hold what {scheme} said; run shiji load")
    said = Scheme.model_validate_json(found[0]["text"])
    read = "from observations where list_contains($read, indicator)"
    observations = ask(connection, read, {"read": sorted(said.indicators)})
    return _Seen(said, observations, ask(connection, "from regions"))


def _assessed(connection: DuckDBPyConnection, scheme: str, site: Site) -> Assessment:
    """The scheme carried out on what a connection sees."""
    from warehouse.assessment import assess

    seen = _seen(connection, scheme)
    return assess(seen.scheme, seen.observations, seen.regions, site.indicators, site.decisions)


def region_named(connection: DuckDBPyConnection, scheme: str, text: str) -> str:
    """The code of an assessed region, by its code or its name.

    Raises:
        NoScoresError: None is called so, or several are.
    """
    rows = ask(
        connection,
        f"select distinct region_code, name from standings join ({NAMES}) using (region_code) where scheme = $scheme",  # noqa: S608 - fixed text
        {"scheme": scheme},
    ).to_pylist()
    found = [row["region_code"] for row in rows if text in (row["region_code"], row["name"])]
    if len(found) == 1:
        return str(found[0])
    names = "、".join(sorted(row["name"] for row in rows)[:20])
    raise NoScoresError(f"{'no' if not found else 'more than one'} region called {text} is assessed: {names}")


def explained(
    connection: DuckDBPyConnection,
    scheme: str,
    period: str,
    region: str,
    indicators: Mapping[str, Indicator],
) -> dict[str, Any]:
    """One region's points as a tree: the whole, dimensions, objectives with every number put in.

    Returns:
        The row of the whole, with ``dimensions`` (each with ``objectives``) and ``items``.
    """
    asked = {"scheme": scheme, "period": period, "region": region}
    (whole,) = [row for row in order(connection, scheme, period) if row["region_code"] == region]
    parts = [_titled(row, indicators) for row in ask(connection, _PARTS, asked).to_pylist()]
    dimensions = [
        row
        for row in _standings(connection, scheme, period)
        if row["dimension"] and row["region_code"] == region
    ]
    for one in dimensions:
        one["objectives"] = [
            row for row in parts if row["dimension"] == one["dimension"] and row["part"] == "objective"
        ]
    return {**whole, "dimensions": dimensions, "items": [row for row in parts if row["part"] != "objective"]}


def _titled(row: dict[str, Any], indicators: Mapping[str, Indicator]) -> dict[str, Any]:
    known = indicators.get(row["objective"])
    return {**row, "title": known.title if known else row["objective"], "unit": known.unit if known else ""}


def lines(tree: Mapping[str, Any], scheme: str, period: str) -> Sequence[str]:
    """The tree as lines of text, with the command that goes on from each observation to its records."""
    told = [f"{tree['region']} {period} {scheme}: {_points(tree)}, place {tree['place'] or '-'}"]
    told += [f"  ! {why}" for why in tree["reasons"]]
    for dimension in tree["dimensions"]:
        told.append(f"  {dimension['dimension']}  {_points(dimension)} of {_number(dimension['weight'])}")
        for one in dimension["objectives"]:
            told += [
                f"    {one['title']}  {_points(one)} of {_number(one['weight'])}  [{one['evidence'] or '-'}]"
            ]
            told += [f"      {line}" for line in _behind(one, period)]
    for one in tree["items"]:
        told.append(f"  {one['part']}  {one['title']}  {_points(one)}  [{one['evidence']}]")
        told += [f"      {why}" for why in one["reasons"]]
    return told


def _behind(one: Mapping[str, Any], period: str) -> list[str]:
    numbers = {"value": one["value"], "target": one["target"], "year before": one["base"], "raw": one["raw"]}
    said = ", ".join(f"{name} {_number(number)}" for name, number in numbers.items() if number is not None)
    told = [f"{one['rule']}: {said}" if said else f"{one['rule']}: {one['status']}"]
    if one["weight"] != one["planned"]:
        told.append(f"weight by the scheme {_number(one['planned'])}")
    told += list(one["reasons"])
    if one["value"] is not None:
        told.append(f"shiji trace {one['objective']} {one['region_code']} {last_month(period)}")
    return told


def _points(row: Mapping[str, Any]) -> str:
    return "no points" if row["points"] is None else f"{row['points']:.4f}"


def _number(number: float) -> str:
    return f"{number:.6g}"
