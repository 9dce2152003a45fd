"""What a bulletin is made from: the connection, the quarter, the scheme, and who is assessed under it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from expectations.bulletin.quarter import Quarter
from warehouse.assessment.model import Scheme
from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from expectations.contracts.model import Contract
    from warehouse.indicators.model import Indicator

Row = dict[str, Any]

_PLACES = """
    select region_code, level, arg_max(name, coalesce(valid_from, date '0001-01-01')) as name
    from regions where level in ('city', 'county') and valid_to is null group by all order by region_code
"""
_SCHEMES = """
    select scheme, text from schemes
    where level = 'county' and scheme in (select scheme from standings where period = $period) order by scheme
"""


class NoBulletin(LookupError):
    """A bulletin that cannot be made; says why and what there is."""


@dataclass(frozen=True)
class Basis:
    """The bulletin's inputs.

    Attributes:
        connection: The warehouse as released.
        contracts: By dataset.
        indicators: By id.
        quarter: Told of.
        scheme: Under which counties are assessed.
        as_of: The data's time, UTC: what is due is judged by it.
    """

    connection: DuckDBPyConnection
    contracts: Mapping[str, Contract]
    indicators: Mapping[str, Indicator]
    quarter: Quarter
    scheme: Scheme
    as_of: dt.datetime

    def rows(self, sql: str, **given: object) -> list[Row]:
        """The answer to a question."""
        rows: list[Row] = ask(self.connection, sql, given).to_pylist()
        return rows

    @cached_property
    def _places(self) -> list[Row]:
        return self.rows(_PLACES)

    @cached_property
    def names(self) -> dict[str, str]:
        """Names of counties and the city, by code."""
        return {row["region_code"]: row["name"] for row in self._places}

    @cached_property
    def counties(self) -> list[str]:
        """Codes of the counties in force."""
        return [row["region_code"] for row in self._places if row["level"] == "county"]

    @cached_property
    def cities(self) -> list[str]:
        """Codes of the cities in force: one as a rule."""
        return [row["region_code"] for row in self._places if row["level"] == "city"]

    @cached_property
    def groups(self) -> dict[str, str]:
        """Titles of the scheme's groups, by id, in its order."""
        return {group.id: group.title for group in self.scheme.groups}

    @cached_property
    def standings(self) -> list[Row]:
        """Standings of the quarter: wholes and dimensions, by place."""
        return self._standings(self.quarter)

    @cached_property
    def wholes(self) -> list[Row]:
        """Of the standings the wholes: a row per county, by place."""
        return [row for row in self.standings if not row["dimension"]]

    @cached_property
    def before(self) -> dict[str, Row]:
        """The wholes of the quarter before by county; empty where it was not scored."""
        return {
            row["region_code"]: row for row in self._standings(self.quarter.before) if not row["dimension"]
        }

    def _standings(self, quarter: Quarter) -> list[Row]:
        return self.rows(
            "from standings where scheme = $scheme and period = $period order by place nulls last, region_code",
            scheme=self.scheme.id,
            period=quarter.text,
        )

    @cached_property
    def measured(self) -> dict[str, Indicator]:
        """By the name of each of the scheme's objectives, what it is measured by."""
        return {one.name: self.indicators[one.indicator] for one in self.scheme.objectives}

    def name(self, code: str) -> str:
        """A county's name; its code where it has none."""
        return self.names.get(code, code)


def scheme_of(
    connection: DuckDBPyConnection, indicators: Mapping[str, Indicator], quarter: Quarter, wanted: str | None
) -> Scheme:
    """The scheme asked for as it was scored; else the first of counties that is scored in the quarter.

    Raises:
        NoBulletin: There is none, or it measures by indicators that are no longer defined.
    """
    rows = ask(connection, _SCHEMES, {"period": quarter.text}).to_pylist()
    texts = {row["scheme"]: row["text"] for row in rows}
    name = wanted or next(iter(texts), "")
    if name not in texts:
        there = ", ".join(texts) or "none"
        raise NoBulletin(
            f"no scores of counties under {name or 'any scheme'} in {quarter.text}; there are: {there}. "
            "shiji score says which schemes and periods are scored"
        )
    scheme = Scheme.model_validate_json(texts[name])
    if unknown := sorted(scheme.indicators - indicators.keys()):
        raise NoBulletin(
            f"{name} measures by indicators that are no longer defined: {', '.join(unknown)}; run shiji load"
        )
    return scheme


def last_quarter(connection: DuckDBPyConnection, indicators: Mapping[str, Indicator]) -> Quarter | None:
    """The newest quarter that a bulletin can be made of; None where there is none."""
    asked = "select max(period) as period from standings where contains(period, 'Q') and level = 'county'"
    found = ask(connection, asked)["period"][0].as_py()
    if not found:
        return None
    try:
        scheme_of(connection, indicators, Quarter(found), None)
    except NoBulletin:
        return None
    return Quarter(found)
