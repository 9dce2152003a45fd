"""Small tables, contracts and regions for tests of conforming, validation and staging."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pandas as pd
import pyarrow as pa

from connectors.extract import Extract
from connectors.tables.model import Column as GridColumn
from connectors.tables.model import Table
from expectations.conform import Conformed, RegionIndex, conform
from expectations.conform.joined import Joined
from expectations.contracts.model import Column, Contract, Rule
from expectations.privacy.masks import Privacy
from expectations.privacy.people import shield_of
from expectations.privacy.shield import Shield
from expectations.routing import Route
from expectations.submissions.staging import Own, Staged, stage
from warehouse.schemas import REGIONS

VILLAGE = (
    Column("township_name", "乡镇", role="township_name"),
    Column("village_name", "村", role="village_name"),
)
HERE = {"township_name": "清河镇", "village_name": "柳树村"}
VALID_ID = "46032219900101123X"


def contract(*columns: Column, rules: Sequence[Rule] = (), frequency: str = "monthly") -> Contract:
    """A contract with these columns."""
    return Contract(
        dataset="ledger",
        title="台账",
        department="office",
        version="1.0.0",
        purpose="",
        columns=columns,
        rules=tuple(rules),
        evidence="B",
        frequency=frequency,  # type: ignore[arg-type]
        due_day=10,
        keeps="snapshot",
        coverage="township",
        source=Path("ledger.yaml"),
        digest="",
    )


def extract(
    cells: Mapping[str, Sequence[str | None]],
    *,
    sheet: str = "Sheet1",
    titles: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
) -> Extract:
    """A table whose header is in the row after the titles, columns from A on."""
    rows = len(next(iter(cells.values()), ()))
    head = len(titles)
    return Extract(
        sheet=sheet,
        hidden=False,
        table=Table(
            title_rows=range(head),
            header_rows=(head,),
            body_rows=range(head + 1, head + 1 + rows),
            total_rows=(),
            section_rows=(),
            note_rows=(),
            columns=[GridColumn(at, (name,), (units or {}).get(name)) for at, name in enumerate(cells)],
        ),
        titles=tuple(titles),
        cells=pa.table({str(at): pa.chunked_array([pa.array(v, pa.string())]) for at, v in enumerate(cells.values())}),
        rows=pa.array(range(head + 2, head + 2 + rows), pa.int64()),
        totals=pa.table({}),
    )  # fmt: skip


def regions(*rows: tuple[str, str, str] | tuple[str, str, str, str]) -> RegionIndex:
    """An index of (code, name, level[, successor]); parents follow from the codes."""
    table = [
        {
            "region_code": code.ljust(12, "0"),
            "name": name,
            "level": level,
            "parent_code": _parent(code, level),
            "successor": successor[0] if successor else None,
            "provisional": False,
        }
        for code, name, level, *successor in rows
    ]
    return RegionIndex(pa.Table.from_pylist(table, schema=REGIONS))


def _parent(code: str, level: str) -> str | None:
    digits = {"city": 0, "county": 4, "township": 6, "village": 9}[level]
    return code[:digits].ljust(12, "0") if digits else None


def city() -> RegionIndex:
    """Two counties; a township name in both, a village name in three townships."""
    return regions(
        ("9901", "云河市", "city"),
        ("990101", "东山县", "county"),
        ("990101100", "清河镇", "township"),
        ("990101100201", "柳树村", "village"),
        ("990101100202", "三村村", "village"),
        ("990101101", "白石乡", "township"),
        ("990101101201", "柳树村", "village"),
        ("990101101001", "白石社区", "village"),
        ("990102", "西林区", "county"),
        ("990102100", "清河镇", "township"),
        ("990102100201", "柳树村", "village"),
        ("990102100202", "小湾村", "village"),
        ("990199", "西林县", "county", "990102000000"),
        ("990199100", "清河镇", "township", "990102100000"),
    )


def conformed(
    cells: Mapping[str, Sequence[str | None]],
    *columns: Column,
    rules: Sequence[Rule] = (),
    period: str | None = "2025-06",
    index: RegionIndex | None = None,
    scope: Sequence[str] = ("东山县",),
    sheet: str = "Sheet1",
    titles: Sequence[str] = (),
    units: Mapping[str, str] | None = None,
    frequency: str = "monthly",
) -> tuple[Conformed, Contract]:
    """Conform cells given by contract column name; rows lie in a known village unless they say otherwise."""
    if not any(column.role and column.role != "period" for column in columns):
        rows = len(next(iter(cells.values()), ()))
        cells = {**cells, **{name: [text] * rows for name, text in HERE.items()}}
        columns = (*columns, *VILLAGE)
    terms = contract(*columns, rules=rules, frequency=frequency)
    table = extract(cells, sheet=sheet, titles=titles, units=units)
    names = {column.name for column in columns}
    route = Route(terms, {name: at for at, name in enumerate(cells) if name in names}, 1.0, (), ())
    return conform(table, route, period, index or city(), scope), terms


def staged_alone(
    table: Conformed, judged: pd.DataFrame, terms: Contract, privacy: Privacy, shield: Shield | None = None
) -> Staged:
    """One table staged as all of the submission ``s1``."""
    own = Own("s1", [table], shield or shield_of([table], terms))
    (done,) = stage([own], Joined.of([table]), judged, terms, privacy)
    return done
