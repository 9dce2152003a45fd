"""What a detector looks at: the records up to the months asked for, and what they mean."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.contracts.model import Contract
from warehouse.indicators import Indicator

if TYPE_CHECKING:
    from warehouse.engines import Engine

RECORD = "submission_id || ' ' || \"row\" || ' ' || sheet"
"""SQL that names a record as ``anomalies.records`` does."""

_TEST_COLUMNS = (
    "subject",
    "dataset",
    "indicator",
    "region_code",
    "period",
    "score",
    "p",
    "n",
    "value",
    "expected",
)


@dataclass(frozen=True)
class Scene:
    """The evidence before the detectors.

    Attributes:
        engine: Has a table per dataset, and ``observations`` where they are computed.
        months: The months judged, in order; earlier ones are history, later ones are not looked at.
        contracts: By dataset.
        indicators: By id.
        shared: What one detector measured and others look at too, by name.
    """

    engine: Engine
    months: Sequence[str]
    contracts: Mapping[str, Contract]
    indicators: Mapping[str, Indicator] = field(default_factory=dict)
    shared: dict[str, pd.DataFrame] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def tables(self) -> frozenset[str]:
        """Of datasets, observations and regions those that hold rows: asking an empty one takes as long."""
        wanted = {*self.contracts, "observations", "regions"}
        return self.engine.filled(self.engine.tables() & wanted)

    def datasets(self, keeps: str | None = None) -> list[Contract]:
        """Contracts of which there are records, by what they keep."""
        return [
            contract
            for dataset, contract in sorted(self.contracts.items())
            if dataset in self.tables and keeps in (None, contract.keeps)
        ]

    def query(self, sql: str, **params: Any) -> pd.DataFrame:
        """Rows of a select; ``$until`` is the last month judged."""
        named = {"until": self.months[-1], **params}
        return self.engine.frame(sql, {name: value for name, value in named.items() if f"${name}" in sql})


def tests(rows: pd.DataFrame, **fixed: Any) -> pd.DataFrame:
    """A detector's tests as one frame.

    Every region tested is a row, also where nothing is amiss: how many were tested decides how strong a single
    one must be. ``p`` is missing where no chance is involved. ``records`` are the rows a test rests on, each as
    ``RECORD`` names it; a detector of figures leaves them out. Columns of the detector's own stay for its message.
    """
    table = rows.assign(**fixed).reset_index(drop=True)
    if "records" not in table:
        table["records"] = [[] for _ in range(len(table))]
    for name in _TEST_COLUMNS:
        if name not in table:
            table[name] = "" if name in ("subject", "indicator") else float("nan")
    return table


def lists(column: pd.Series) -> pd.Series:
    """Lists that a query answered, in order; empty where it answered none."""
    return column.map(lambda rows: sorted(rows) if isinstance(rows, Iterable) else [])


def no_tests() -> pd.DataFrame:
    """A frame of no tests."""
    return pd.DataFrame({name: [] for name in (*_TEST_COLUMNS, "records")})


def each(found: pd.DataFrame) -> Iterator[Any]:
    """The rows, their columns as attributes."""
    yield from found.itertuples(index=False)


def figure(value: float) -> str:
    """A figure as people write it: thousands separated, four significant digits where it is small."""
    return f"{value:,.0f}" if abs(value) >= 10_000 or value == round(value) else f"{value:,.4g}"
