"""How rows become Parquet, staged ones and those of tables alike: what is quick to read again, and small.

Row groups are those of DuckDB, which reads them side by side and passes over the ones whose statistics rule them out. A
text that repeats is kept once: reading it is five times as quick. Where texts do not repeat, looking for it costs more
than it saves.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

ROWS_OF_A_GROUP = 122_880
_LOOKED_AT = 20_000
_REPEATS = 4
"""How often each text occurs, on average, where it is worth keeping once."""


def write_parquet(rows: pa.Table, path: Path | str, filesystem: FileSystem | None = None) -> None:
    """Write rows into a new file, with a checksum for every page."""
    import pyarrow.parquet as pq

    pq.write_table(rows, path, filesystem=filesystem, row_group_size=ROWS_OF_A_GROUP, **written_as(rows))


def written_as(rows: pa.Table) -> dict[str, Any]:
    """What a Parquet writer is told, by the first rows that it is to write."""
    return {"compression": "zstd", "write_page_checksum": True, "use_dictionary": _repeating(rows)}


def _repeating(rows: pa.Table) -> list[str]:
    """Columns of texts that are worth a dictionary, told by the first rows."""
    head = rows.slice(0, _LOOKED_AT)
    texts = (field.name for field in rows.schema if pa.types.is_string(field.type))
    return [name for name in texts if pc.count_distinct(head[name]).as_py() * _REPEATS <= len(head)]
