"""Rebuilding what differs: desired state is what the ledger holds in force, actual state what each partition was built from.

Each function brings named partitions to what is desired and notes it; asking which differ is separate, so that the
terminal and Dagster decide by the same rule and a second run with nothing new does nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256

import pyarrow as pa
import pyarrow.compute as pc

from expectations.forms.check import CHECKS
from expectations.forms.findings import as_reconciliations
from expectations.staging import DIGITS, record_schema
from expectations.submission_findings import UNROUTED
from pipelines.site import Site
from warehouse import schemas

NOTES = ("findings", "quarantine")
MONTHLY = ("observations", "reconciliations", "anomalies")


def outdated(desired: Mapping[str, str], built: Mapping[str, str]) -> list[str]:
    """Partitions that were built from something else than is desired, or that are no longer desired."""
    return sorted(name for name in desired.keys() | built.keys() if desired.get(name) != built.get(name))


# Records ------------------------------------------------------------------------------------------------------------


def outdated_records(site: Site) -> dict[str, list[str]]:
    """By dataset, the months whose in-force submissions differ from what their records were built from."""
    found = {name: outdated(site.ledger.desired(name), site.ledger.built(name)) for name in site.contracts}
    return {name: months for name, months in found.items() if months}


def rebuild_records(site: Site, dataset: str, months: Sequence[str]) -> dict[str, int]:
    """Write the records of a dataset's months from the submissions in force; returns rows by month."""
    desired = site.ledger.desired(dataset)
    schema = record_schema(site.contracts[dataset])
    in_force = site.ledger.in_force(dataset, list(months))
    records = _in_force_rows(site, dataset, in_force, schema)
    order = [("period", "ascending"), ("region_code", "ascending"), ("submission_id", "ascending")]
    records = records.sort_by([*order, ("sheet", "ascending"), ("row", "ascending")])
    site.store.write(dataset, records, schema, {"period": list(months)})
    site.ledger.mark_built(dataset, {month: desired.get(month) for month in months})
    counts = {
        row["values"]: row["counts"] for row in records["period"].combine_chunks().value_counts().to_pylist()
    }
    return {month: counts.get(month, 0) for month in months}


def _in_force_rows(site: Site, dataset: str, in_force: pa.Table, schema: pa.Schema) -> pa.Table:
    """Staged rows of the regions and months for which their submission is in force."""
    import pyarrow.parquet as pq

    submissions = pc.unique(in_force["submission_id"]).to_pylist()
    if not submissions:
        return schema.empty_table()
    staged = pa.concat_tables(
        [
            pq.read_table(site.staged(dataset, submission, "records"), schema=schema)
            for submission in submissions
        ]
    )
    return _covered(staged, in_force, DIGITS[site.contracts[dataset].coverage])


def _covered(rows: pa.Table, in_force: pa.Table, digits: int) -> pa.Table:
    """The rows of the regions (by that many digits of their code) and months for which their submission is in force."""
    keyed = rows.append_column("covered", pc.utf8_slice_codeunits(rows["region_code"], 0, digits))
    covers = pa.table(
        {
            "submission_id": in_force["submission_id"],
            "period": in_force["period"],
            "covered": pc.utf8_slice_codeunits(in_force["region_code"], 0, digits),
        }
    )
    keys = ["submission_id", "period", "covered"]
    return keyed.join(covers, keys=keys, join_type="left semi").select(rows.schema.names)


# Findings and quarantine --------------------------------------------------------------------------------------------


def outdated_notes(site: Site) -> list[str]:
    """Datasets whose findings and quarantine were built from other submissions than there are."""
    return outdated(_desired_notes(site), site.ledger.built("findings"))


def rebuild_notes(site: Site, datasets: Sequence[str]) -> None:
    """Write the findings and quarantine of datasets from every submission's staged ones.

    A finding of a submission that was superseded is ``corrected``.
    """
    import pyarrow.parquet as pq

    desired = _desired_notes(site)
    overtaken = _submissions_by(site, "superseded")
    for what, schema in (("findings", schemas.FINDINGS), ("quarantine", schemas.QUARANTINE)):
        parts = [schema.empty_table()]
        for dataset in datasets:
            folder = site.staged(dataset if dataset != UNROUTED else "", "any", what).parent
            parts += [pq.read_table(path, schema=schema) for path in sorted(folder.glob(f"*.{what}.parquet"))]
        table = pa.concat_tables(parts)
        if what == "findings":
            table = _with_status(table, overtaken)
        site.store.write(what, table, schema, {"dataset": list(datasets)})
    site.ledger.mark_built("findings", {dataset: desired.get(dataset) for dataset in datasets})


def _with_status(findings: pa.Table, overtaken: set[str]) -> pa.Table:
    corrected = pc.is_in(findings["submission_id"], value_set=pa.array(sorted(overtaken), pa.string()))
    status = pc.if_else(corrected, "corrected", findings["status"])
    return findings.set_column(
        findings.schema.get_field_index("status"), schemas.FINDINGS.field("status"), status
    )


def _desired_notes(site: Site) -> dict[str, str]:
    lines: dict[str, list[str]] = defaultdict(list)
    for row in site.ledger.submissions().to_pylist():
        if row["status"] not in ("received", "repeat"):
            counts = (row["rows_in"], row["rows_recorded"], row["reason"])
            lines[row["dataset"] or UNROUTED].append(f"{row['submission_id']} {row['status']} {counts}")
    digests = site.staging_digests
    return {
        name: _digest([digests.get("" if name == UNROUTED else name, ""), *lines[name]])
        for name in sorted(lines)
    }


def _submissions_by(site: Site, status: str) -> set[str]:
    table = site.ledger.submissions()
    return set(table.filter(pc.equal(table["status"], status))["submission_id"].to_pylist())


# Observations, reconciliations, anomalies ---------------------------------------------------------------------------


def months_in_records(site: Site) -> list[str]:
    """Months that any dataset has records of, sorted."""
    return sorted({month for name in site.contracts for month in site.ledger.built(name)})


def outdated_months(site: Site) -> list[str]:
    """Months whose observations, reconciliations or anomalies were computed from other records than there are."""
    return outdated(_desired_months(site), site.ledger.built("observations"))


def rebuild_months(site: Site, months: Sequence[str]) -> dict[str, list[str]]:
    """Compute observations, reconciliations and anomalies of months; only months that came out otherwise are written.

    A month's figures may rest on earlier months (what adds up over the year), so a changed June asks for the rest of
    the year to be computed; most of it comes out as it was.

    Returns:
        By table, the partitions written.
    """
    from expectations.anomalies import detect
    from expectations.reconciliations import reconcile
    from expectations.sources import sources
    from warehouse.indicators import observe

    desired = _desired_months(site)
    facts = sources(site.contracts)
    wanted = [month for month in months if month in desired]
    years = sorted({month[:4] for month in months})
    connection = site.connect()
    observed = observe(connection, site.indicators, site.regions, wanted, facts, years)
    written = {"observations": _write_changed(site, "observations", observed, [*months, *years])}
    connection = site.connect()  # claims are held against the observations just written
    found = reconcile(connection, site.reconciliations, site.regions, wanted, facts, site.indicators)
    found = pa.concat_tables([found, *_form_checks(site, wanted)])
    written["reconciliations"] = _write_changed(site, "reconciliations", found, months)
    seen = detect(connection, wanted, site.contracts, site.indicators)
    written["anomalies"] = _write_changed(site, "anomalies", seen, months)
    site.ledger.mark_built("observations", {month: desired.get(month) for month in months})
    return {table: partitions for table, partitions in written.items() if partitions}


def _form_checks(site: Site, months: Sequence[str]) -> Iterable[pa.Table]:
    """What the forms in force say of themselves: printed rules and totals, staged with their submissions.

    Totals stand for a county, whatever the level at which submissions supersede each other.
    """
    import pyarrow.parquet as pq

    for dataset, contract in site.contracts.items():
        if contract.form is None:
            continue
        in_force = site.ledger.in_force(dataset, list(months))
        for submission in pc.unique(in_force["submission_id"]).to_pylist():
            path = site.staged(dataset, submission, "checks")
            if path.exists():
                checks = pq.read_table(path, schema=CHECKS)
                named = checks.append_column("submission_id", pa.repeat(submission, checks.num_rows))
                yield as_reconciliations(_covered(named, in_force, DIGITS["county"]))


def _write_changed(site: Site, table: str, data: pa.Table, partitions: Sequence[str]) -> list[str]:
    schema = {
        "observations": schemas.OBSERVATIONS,
        "reconciliations": schemas.RECONCILIATIONS,
        "anomalies": schemas.ANOMALIES,
    }[table]
    present = site.store.read(table) if table in site.store.tables() else schema.empty_table()
    changed = [name for name in partitions if _differs(_rows_of(data, name), _rows_of(present, name))]
    if changed or table not in site.store.tables():
        kept = data.filter(pc.is_in(data["period"], value_set=pa.array(changed, pa.string())))
        site.store.write(table, kept, schema, {"period": changed or list(partitions)})
    return changed


def _rows_of(table: pa.Table, period: str) -> pa.Table:
    return table.filter(pc.equal(table["period"], period))


def _differs(new: pa.Table, old: pa.Table) -> bool:
    if new.num_rows != old.num_rows:
        return True
    order = [
        (name, "ascending")
        for name in new.schema.names
        if not pa.types.is_nested(new.schema.field(name).type)
    ]
    return not new.sort_by(order).equals(old.select(new.schema.names).cast(new.schema).sort_by(order))


def _desired_months(site: Site) -> dict[str, str]:
    """By month, a fingerprint of everything its figures may rest on: every month up to it."""
    built = {name: site.ledger.built(name) for name in site.contracts}
    rules = _digest([site.regions_digest, *_definitions(site)])
    wanted: dict[str, str] = {}
    for month in months_in_records(site):
        lines = [
            f"{name} {p} {f}" for name in sorted(built) for p, f in sorted(built[name].items()) if p <= month
        ]
        wanted[month] = _digest([rules, *lines])
    return wanted


def _definitions(site: Site) -> Iterable[str]:
    yield from (indicator.digest for indicator in site.indicators.values())
    yield from (_digest([one.model_dump_json()]) for one in site.reconciliations.values())
    yield from (contract.digest for contract in site.contracts.values())


def _digest(lines: Iterable[str]) -> str:
    return sha256(json.dumps(list(lines), ensure_ascii=False).encode()).hexdigest()
