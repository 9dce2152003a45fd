"""What units claim of themselves beside what their records come to, for one region or for all."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from warehouse.guard import ask

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from warehouse.indicators import Indicator

_DIGITS = {"city": 4, "county": 6, "township": 9, "village": 12}
_NAMED = """
    select distinct region_code, level from regions
    where (region_code = $text or name = $text) and valid_to is null order by region_code
"""


class NoSuchRegion(LookupError):
    """No region, or more than one, is called so; says what to write instead."""


def digits_of(connection: DuckDBPyConnection, region: str) -> str:
    """The first digits that all codes inside a region have; the region by its code or name.

    Raises:
        NoSuchRegion: None is called so, or several are.
    """
    found = ask(connection, _NAMED, {"text": region}).to_pylist()
    if len(found) == 1:
        return str(found[0]["region_code"])[: _DIGITS.get(found[0]["level"], 2)]
    codes = ", ".join(row["region_code"] for row in found[:10])
    told = (
        f"more than one region is called {region}; give its code: {codes}" if found else f"no region {region}"
    )
    raise NoSuchRegion(told if found else f'{told}; shiji query "from regions" lists them')


def listed(
    connection: DuckDBPyConnection, indicators: Mapping[str, Indicator], region: str | None
) -> list[dict[str, Any]]:
    """Rows of ``expectations.claims.claims``, with the verdict in Chinese as ``told``.

    Raises:
        NoSuchRegion: None is called so, or several are.
    """
    from expectations.claims import VERDICTS, claims

    within = "" if region is None else digits_of(connection, region)
    return [
        {**row, "told": VERDICTS[row["verdict"]] + (f"（{row['slip']}）" if row["slip"] else "")}
        for row in claims(connection, indicators, within=within)
    ]
