"""Which column of which sheet a value was read from, kept with a submission's staged records."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from connectors.grid import column_letter
from expectations.conform import Conformed

_KEY = b"shiji.layout"

Layout = dict[str, dict[str, str]]
"""By sheet, the letters of each column of the contract: ``{"Sheet1": {"households": "E"}}``."""


def with_layout(records: pa.Table, tables: Iterable[Conformed]) -> pa.Table:
    """Records that say where their columns stood."""
    layout = {
        table.extract.sheet: {name: column_letter(index) for name, index in table.columns.items()}
        for table in tables
    }
    return records.replace_schema_metadata({_KEY: json.dumps(layout, ensure_ascii=False).encode()})


def read_layout(path: Path) -> Layout:
    """Where the columns of staged records stood; empty where the file is gone."""
    import pyarrow.parquet as pq

    if not path.exists():
        return {}
    metadata = pq.read_schema(path).metadata or {}
    layout: Layout = json.loads(metadata.get(_KEY, b"{}"))
    return layout
