"""Records: a dataset's months written anew from the submissions in force.

A large submission that is wholly in force becomes part of the table as the file that was staged. The others of a month are
put together into one file: read, freed of the rows that others stand for, and sorted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.contracts.records import record_schema
from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from warehouse.codes import covering
from warehouse.staged import LARGE, covered_rows
from warehouse.whole import Whole

_ROWS_AT_ONCE = 500_000
"""Rows put together in memory, by whole months."""


def outdated_records(site: Site) -> dict[str, list[str]]:
    """By dataset, the months whose in-force submissions differ from what their records were built from."""
    found = {name: outdated(desired_records(site, name), noted(site, name)) for name in site.contracts}
    return {name: months for name, months in found.items() if months}


def rebuild_records(site: Site, dataset: str, months: Sequence[str]) -> dict[str, int]:
    """Write the records of a dataset's months from the submissions in force; returns rows by month."""
    desired = desired_records(site, dataset)
    in_force = site.ledger.in_force(dataset, list(months))
    wholes = _wholes(site, dataset, in_force)
    is_whole = pc.is_in(in_force["submission_id"], pa.array([whole.name for whole in wholes], pa.string()))
    counts = Counter(dict.fromkeys(months, 0))
    counts.update(_rows_by_month(in_force.filter(is_whole)))
    rest = in_force.filter(pc.invert(is_whole))
    for some in _portions(_rows_by_month(rest), months):
        records = _records(site, dataset, rest.filter(pc.is_in(rest["period"], pa.array(some, pa.string()))))
        own = [whole for whole in wholes if whole.values["period"] in some]
        site.store.write(dataset, records, records.schema, {"period": some}, own)
        site.ledger.mark_built(dataset, {month: desired.get(month) for month in some})
        counts.update({row["values"]: row["counts"] for row in records["period"].value_counts().to_pylist()})
    return dict(counts)


def desired_records(site: Site, dataset: str) -> dict[str, str]:
    """By month, a fingerprint of what is in force, of how it was staged, and of the code that makes records of it."""
    code = code_digest("records")
    return {month: digest([code, staged]) for month, staged in site.ledger.desired(dataset).items()}


def in_force_records(site: Site, dataset: str, months: Sequence[str]) -> pa.Table:
    """Staged rows of the regions and months for which their submission is in force, sorted."""
    return _records(site, dataset, site.ledger.in_force(dataset, list(months)))


def _records(site: Site, dataset: str, in_force: pa.Table) -> pa.Table:
    contract = site.contracts[dataset]
    submissions = pc.unique(in_force["submission_id"]).to_pylist()
    staged = site.staged.read(dataset, submissions, "records", record_schema(contract))
    records = covered_rows(staged, in_force, contract.coverage, contract.identity)
    order = ("period", "region_code", "submission_id", "sheet", "row")
    return records.sort_by([(name, "ascending") for name in order])


def _wholes(site: Site, dataset: str, in_force: pa.Table) -> list[Whole]:
    """Staged files all of whose rows are records of one month: nothing later takes any, and they take none of others."""
    schema = record_schema(site.contracts[dataset])
    found = (
        (site.staged.whole(dataset, submission_id, schema, {"period": month}), rows)
        for (submission_id, month), rows in _untouched(in_force, site.contracts[dataset].coverage).items()
        if rows >= LARGE
    )
    return [
        whole for whole, rows in found if whole and site.staged.rows(dataset, whole.name, "records") == rows
    ]


def _untouched(in_force: pa.Table, level: str) -> Counter[tuple[str, str]]:
    """By submission and month, its records there, where it replaces what was there and nothing was added to it since."""
    added: dict[tuple[str, str], int] = defaultdict(int)
    units = in_force.to_pylist()
    for unit in units:
        if unit["takes"] == "adds":
            where = covering(unit["region_code"], level), unit["period"]
            added[where] = max(added[where], unit["received_seq"])
    rows: Counter[tuple[str, str]] = Counter()
    touched: set[tuple[str, str]] = set()
    for unit in units:
        own, where = (
            (unit["submission_id"], unit["period"]),
            (covering(unit["region_code"], level), unit["period"]),
        )
        rows[own] += unit["rows"] or 0
        if unit["takes"] == "adds" or added[where] > unit["received_seq"]:
            touched.add(own)
    return Counter({own: count for own, count in rows.items() if own not in touched})


def _rows_by_month(in_force: pa.Table) -> Counter[str]:
    counts: Counter[str] = Counter()
    for month, rows in zip(in_force["period"].to_pylist(), in_force["rows"].to_pylist(), strict=True):
        counts[month] += rows or 0
    return counts


def _portions(rows: Counter[str], months: Sequence[str]) -> Iterator[list[str]]:
    """The months in parts that are not too large together."""
    some: list[str] = []
    for month in months:
        if some and sum(rows[one] for one in some) + rows[month] > _ROWS_AT_ONCE:
            yield some
            some = []
        some.append(month)
    if some:
        yield some
