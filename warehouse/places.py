"""Where a region lies, by name: what people read beside a code."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_LATEST = "arg_max(name, coalesce(valid_from, date '0001-01-01'))"

PLACES = f"""
    select r.region_code,
           concat_ws('·', county.name, case when r.level in ('township', 'village') then township.name end,
                     case when r.level = 'village' then r.name end,
                     case when r.level not in ('county', 'township', 'village') then r.name end) as place
    from (select distinct on (region_code) * from regions order by region_code, valid_from desc) r
    left join (select region_code, {_LATEST} as name from regions where level = 'county' group by all) county
      on county.region_code = left(r.region_code, 6) || '000000'
    left join (select region_code, {_LATEST} as name from regions where level = 'township' group by all) township
      on township.region_code = left(r.region_code, 9) || '000'
"""  # noqa: S608 - fixed text
"""Region codes with their latest names from the county down: ``region_code, place``. What lies in what, the codes say."""


NAMES = "select region_code, any_value(name) as name from regions group by region_code"
"""Region codes each with one of the names that it has had: ``region_code, name``."""


def with_places(connection: DuckDBPyConnection, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Rows that have a ``region_code``, with a ``region`` that says code and name."""
    listed = [dict(row) for row in rows]
    codes = sorted({row["region_code"] for row in listed if row["region_code"]})
    found = connection.execute(
        f"select region_code, place from ({PLACES}) where list_contains(?::varchar[], region_code)",  # noqa: S608
        [codes],
    ).fetchall()
    names = dict(found)
    for row in listed:
        row["region"] = " ".join(filter(None, (row["region_code"], names.get(row["region_code"]))))
    return listed
