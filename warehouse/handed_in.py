"""The table ``submissions`` as a release keeps it, so that a release is wholly made of table versions.

The ledger goes on: a submission read anew has another outcome under the same time of receipt. What a release showed
of it stays in these versions.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.clock import ZONE
from warehouse.schemas import RECEIVED_MONTH, SUBMISSIONS
from warehouse.store import Store

TABLE = "submissions"
MONTH = RECEIVED_MONTH.name
"""Partition column: a load rewrites only the months in which something came out otherwise."""

_SCHEMA = SUBMISSIONS.append(RECEIVED_MONTH)


def keep_submissions(store: Store, submissions: pa.Table) -> list[str]:
    """Bring the kept table up to what the ledger says.

    Args:
        store: Where it is kept.
        submissions: As ``Ledger.submissions`` gives them.

    Returns:
        The months of receipt (in Shanghai) that were written, sorted.
    """
    received = submissions["received_at"].cast(pa.timestamp("us", tz=ZONE))
    now = submissions.append_column(MONTH, pc.strftime(received, "%Y-%m"))
    before = store.read(TABLE) if store.version(TABLE) is not None else _SCHEMA.empty_table()
    if not set(SUBMISSIONS.names) <= set(before.column_names):  # written before it had all its columns
        before = _SCHEMA.empty_table()
    months = sorted({*pc.unique(now[MONTH]).to_pylist(), *pc.unique(before[MONTH]).to_pylist()})
    changed = [month for month in months if not _of(now, month).equals(_of(before, month))]
    if changed:
        kept = now.filter(pc.is_in(now[MONTH], value_set=pa.array(changed, pa.string())))
        store.write(TABLE, kept, _SCHEMA, {MONTH: changed})
    return changed


def _of(table: pa.Table, month: str) -> pa.Table:
    return table.filter(pc.equal(table[MONTH], month)).select(SUBMISSIONS.names).cast(SUBMISSIONS)
