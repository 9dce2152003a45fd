"""Records: a dataset's months written anew from the submissions in force."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.contracts.records import record_schema
from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from warehouse.staged import covered_rows


def outdated_records(site: Site) -> dict[str, list[str]]:
    """By dataset, the months whose in-force submissions differ from what their records were built from."""
    found = {name: outdated(desired_records(site, name), noted(site, name)) for name in site.contracts}
    return {name: months for name, months in found.items() if months}


def rebuild_records(site: Site, dataset: str, months: Sequence[str]) -> dict[str, int]:
    """Write the records of a dataset's months from the submissions in force; returns rows by month."""
    desired = desired_records(site, dataset)
    records = in_force_records(site, dataset, months)
    site.store.write(dataset, records, record_schema(site.contracts[dataset]), {"period": list(months)})
    site.ledger.mark_built(dataset, {month: desired.get(month) for month in months})
    counts = {
        row["values"]: row["counts"] for row in records["period"].combine_chunks().value_counts().to_pylist()
    }
    return {month: counts.get(month, 0) for month in months}


def desired_records(site: Site, dataset: str) -> dict[str, str]:
    """By month, a fingerprint of what is in force, of how it was staged, and of the code that makes records of it."""
    code = code_digest("records")
    return {month: digest([code, staged]) for month, staged in site.ledger.desired(dataset).items()}


def in_force_records(site: Site, dataset: str, months: Sequence[str]) -> pa.Table:
    """Staged rows of the regions and months for which their submission is in force, in the table's order."""
    in_force = site.ledger.in_force(dataset, list(months))
    submissions = pc.unique(in_force["submission_id"]).to_pylist()
    staged = site.staged.read(dataset, submissions, "records", record_schema(site.contracts[dataset]))
    contract = site.contracts[dataset]
    records = covered_rows(staged, in_force, contract.coverage, contract.identity)
    order = ("period", "region_code", "submission_id", "sheet", "row")
    return records.sort_by([(name, "ascending") for name in order])
