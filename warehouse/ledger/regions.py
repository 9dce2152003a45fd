"""The region codes a city works with, as they were imported: they decide what can be read, so they are kept here.

The table ``regions`` of the warehouse is made from them. How lists of codes are read, and what the codes mean, stands in
``warehouse.regions``.
"""

from __future__ import annotations

import pyarrow as pa
from sqlalchemy import Connection, delete, insert, select

from warehouse.ledger.models import Region
from warehouse.schemas import REGIONS

_AT_ONCE = 5000


def kept(connection: Connection) -> pa.Table:
    """Every code's validities in the order they were kept, in the schema of ``regions``."""
    columns = [Region.__table__.c[name] for name in REGIONS.names]
    rows = connection.execute(select(*columns).order_by(Region.number)).all()
    return pa.table(
        [pa.array((row[at] for row in rows), field.type) for at, field in enumerate(REGIONS)], schema=REGIONS
    )


def keep(connection: Connection, regions: pa.Table) -> None:
    """Replace what is kept by these regions."""
    connection.execute(delete(Region))
    number = 0
    for batch in regions.to_batches(max_chunksize=_AT_ONCE):
        rows = [{"number": number + at, **row} for at, row in enumerate(batch.to_pylist())]
        number += len(rows)
        connection.execute(insert(Region), rows)
