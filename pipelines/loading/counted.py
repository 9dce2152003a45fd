"""Counting again before readers are switched: every row handed in is a record or in quarantine, every record is there.

The records' builder is not asked: what should be there is counted by other means, from the ledger and what was staged.
"""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa
import pyarrow.compute as pc

from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from pipelines.home.site import Site
from warehouse.codes import DIGITS
from warehouse.query import filled


def miscounted(site: Site) -> Iterator[str]:
    """What does not add up, a line each; at most twenty of a kind."""
    connection = site.connect()
    for name, rows, recorded, quarantined, held in connection.execute(_ROWS).fetchall():
        yield f"{name}: {rows} rows in, {recorded} recorded, {quarantined} quarantined, {held} in quarantine"
    holding = filled(connection, site.contracts)
    for dataset, contract in site.contracts.items():
        in_force = site.ledger.in_force(dataset)
        if not in_force.num_rows and dataset not in holding:
            continue
        connection.register("in_force", in_force)
        connection.register("staged", _amended(site, contract, in_force))
        key = ", ".join(f'staged."{name}"' for name in contract.identity) or "null"
        counted = _RECORDS.format(dataset=dataset, digits=DIGITS[contract.coverage], key=key)
        for name, region, month, recorded, held in connection.execute(counted).fetchall():
            yield f"{dataset}: the table holds {held} of the {recorded} records in force of {name}, {region}, {month}"
        strayed = _STRAYED.format(dataset=dataset, digits=DIGITS[contract.coverage])
        for name, region, place, month, rows in connection.execute(strayed).fetchall():
            yield f"{dataset}: {rows} records of {name}, {month}, handed in for {region} lie in {place}"


def _amended(site: Site, contract: Contract, in_force: pa.Table) -> pa.Table:
    """Staged rows of the months in which some stand for others; the ledger's own counts hold for the rest."""
    months = pc.unique(in_force.filter(pc.equal(in_force["takes"], "adds"))["period"])
    names = pc.unique(in_force.filter(pc.is_in(in_force["period"], months))["submission_id"]).to_pylist()
    rows = site.staged.read(contract.dataset, names, "records", record_schema(contract))
    return rows.filter(pc.is_in(rows["period"], months))


_ROWS = """
select submission_id, rows_in, rows_recorded, rows_quarantined, coalesce(held, 0)
from submissions left join (select submission_id, count(*) as held from quarantine group by all) using (submission_id)
where status in ('accepted', 'partial', 'refused', 'superseded', 'held')
  and (rows_in <> rows_recorded + rows_quarantined or rows_quarantined <> coalesce(held, 0))
limit 20
"""

_STRAYED = """
select submission_id, handed_in_as, left(region_code, {digits}) as place, period, count(*)
from {dataset}
where place <> left(handed_in_as, {digits}) and left(handed_in_as, {digits}) not in (
    select left(region_code, {digits}) from regions where successor is not null)
group by all order by all limit 20
"""
"""Where nothing has ended, a record lies in the region it was handed in for."""

_RECORDS = """
with held as (
    select submission_id, handed_in_as as region_code, period, count(*) as rows from {dataset} group by all
),
said as (
    select submission_id, handed_in_as as region_code, period, row({key}) as key, left(staged.region_code, {digits}) as place
    from staged
),
standing as (
    select submission_id, in_force.region_code, period, received_seq, takes, row({key}) as key,
           left(staged.region_code, {digits}) as place
    from staged join in_force using (submission_id, period)
    where in_force.region_code = staged.handed_in_as
),
reaching as (
    select region_code, null as place, period, received_seq, key from standing where takes = 'adds'
    union
    select empty.region_code, said.place, said.period, empty.received_seq, said.key
    from said join in_force as empty using (submission_id, period)
    where empty.takes = 'adds' and empty.rows = 0 and not exists (
        from standing as own
        where own.received_seq < empty.received_seq and own.region_code = said.region_code
          and own.period = said.period and own.key = said.key)
),
amended as (
    select submission_id, region_code, period,
           count(*) filter (where not exists (
               from reaching as later
               where later.received_seq > one.received_seq and later.region_code = one.region_code
                 and coalesce(later.place, one.place) = one.place
                 and later.period = one.period and later.key = one.key)) as rows
    from standing as one group by all
),
expected as (
    select in_force.submission_id, in_force.region_code, in_force.period, coalesce(amended.rows, in_force.rows) as rows
    from in_force left join amended using (submission_id, region_code, period)
)
select submission_id, region_code, period, coalesce(expected.rows, 0), coalesce(held.rows, 0)
from expected full join held using (submission_id, region_code, period)
where expected.rows <> coalesce(held.rows, 0) or expected.submission_id is null
order by all limit 20
"""
