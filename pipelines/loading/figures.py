"""Figures: what was handed in when, observations, reconciliations, anomalies and what visits found, computed anew by month."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from pipelines.loading.handed_in import handed_in, receipts
from pipelines.loading.visits import CHECKS, verification_table, visited
from warehouse import schemas
from warehouse.staged import covered_rows

MONTHLY = ("observations", "reconciliations", "anomalies", "verifications", "hand_ins")


def months_in_records(site: Site) -> list[str]:
    """Months that any dataset has records of, sorted."""
    return sorted({month for name in site.contracts for month in site.ledger.built(name)})


def outdated_months(site: Site) -> list[str]:
    """Months whose figures were computed from other records, or other times of receipt, than there are."""
    return outdated(desired_months(site), noted(site, *MONTHLY))


def rebuild_months(site: Site, months: Sequence[str]) -> dict[str, list[str]]:
    """Compute the figures of months; only months that came out otherwise are written.

    A month's figures may rest on earlier months (what adds up over the year), so a changed June asks for the rest of
    the year to be computed; most of it comes out as it was.

    Returns:
        By table, the partitions written; a month that is computed for the first time counts, empty as it may be.
    """
    from expectations.anomalies import detect
    from expectations.contracts.sources import sources
    from expectations.reconciliations import reconcile
    from warehouse.indicators import move_evidence, observe
    from warehouse.indicators.change import changes

    desired = desired_months(site)
    facts = sources(site.contracts)
    wanted = [month for month in months if month in desired]
    years = sorted({month[:4] for month in months})
    known = noted(site, *MONTHLY)
    new = {month for month in wanted if month not in known}
    checks = visited(site)
    noticed = handed_in(site, months_in_records(site), wanted)
    written = {"hand_ins": _write_changed(site, "hand_ins", noticed, months, new)}
    with site.engine() as engine:
        observed = observe(engine, site.indicators, site.regions, wanted, facts, years)
    observed = move_evidence(observed, site.indicators, checks)
    changed = changes(observed, _a_year_before(site, [*wanted, *years]), site.indicators)
    observed = pa.concat_tables([observed, changed])
    written["observations"] = _write_changed(site, "observations", observed, [*months, *years], new)
    with site.engine() as engine:  # claims are held against the observations just written
        found = reconcile(engine, site.reconciliations, site.regions, wanted, facts, site.indicators)
        seen = detect(engine, wanted, site.contracts, site.indicators)
    found = pa.concat_tables([found, *_form_checks(site, wanted)])
    written["reconciliations"] = _write_changed(site, "reconciliations", found, months, new)
    written["anomalies"] = _write_changed(site, "anomalies", seen, months, new)
    written["verifications"] = _write_changed(site, "verifications", verification_table(checks), months, new)
    site.ledger.mark_built("observations", {month: desired.get(month) for month in months})
    return {table: partitions for table, partitions in written.items() if partitions}


def _a_year_before(site: Site, periods: Sequence[str]) -> pa.Table:
    """The observations that changes are told from and that are not computed with these periods."""
    from warehouse.indicators.change import base_periods, changing

    if "observations" not in site.store.tables():
        return schemas.OBSERVATIONS.empty_table()
    told = pc.field("indicator").isin(pa.array(sorted(changing(site.indicators)), pa.string()))
    then = pc.field("period").isin(pa.array(base_periods(periods), pa.string()))
    return site.store.read("observations", where=told & then)


def _form_checks(site: Site, months: Sequence[str]) -> Iterable[pa.Table]:
    """What the forms in force say of themselves: printed rules and totals, staged with their submissions.

    Totals stand for a county, whatever the level at which submissions supersede each other.
    """
    from expectations.forms.check import CHECKS
    from expectations.forms.findings import as_reconciliations

    for dataset, contract in site.contracts.items():
        if contract.form is None:
            continue
        in_force = site.ledger.in_force(dataset, list(months))
        for submission in pc.unique(in_force["submission_id"]).to_pylist():
            checks = site.staged.read(dataset, [submission], "checks", CHECKS)
            named = checks.append_column("submission_id", pa.repeat(submission, checks.num_rows))
            yield as_reconciliations(covered_rows(named, in_force, "county"))


def _write_changed(
    site: Site, table: str, data: pa.Table, partitions: Sequence[str], new: Collection[str]
) -> list[str]:
    """Write the partitions that are new or came out otherwise; returns them."""
    schema = {
        "hand_ins": schemas.HAND_INS,
        "observations": schemas.OBSERVATIONS,
        "reconciliations": schemas.RECONCILIATIONS,
        "anomalies": schemas.ANOMALIES,
        "verifications": schemas.VERIFICATIONS,
    }[table]
    present = (
        site.store.read(table, where=pc.field("period").isin(list(partitions)))
        if table in site.store.tables()
        else schema.empty_table()
    )
    changed = [
        name for name in partitions if name in new or _differs(_rows_of(data, name), _rows_of(present, name))
    ]
    if changed or table not in site.store.tables():
        kept = data.filter(pc.is_in(data["period"], value_set=pa.array(changed, pa.string())))
        site.store.write(table, kept, schema, {"period": changed or list(partitions)})
    return changed


def _rows_of(table: pa.Table, period: str) -> pa.Table:
    return table.filter(pc.equal(table["period"], period))


def _differs(new: pa.Table, old: pa.Table) -> bool:
    if new.num_rows != old.num_rows or set(new.schema.names) - set(old.schema.names):
        return True
    order = [
        (name, "ascending")
        for name in new.schema.names
        if not pa.types.is_nested(new.schema.field(name).type)
    ]
    return not new.sort_by(order).equals(old.select(new.schema.names).cast(new.schema).sort_by(order))


def desired_months(site: Site) -> dict[str, str]:
    """By month, a fingerprint of everything its figures may rest on: code, definitions, and every month up to it.

    A visit belongs to the month of its sample, whatever month its list says.
    """
    months = months_in_records(site)
    came = receipts(site, months)
    built = {name: site.ledger.built(name) for name in site.contracts}
    rules = digest([code_digest("figures"), site.regions_digest, *site.definition_digests])
    wanted: dict[str, str] = {}
    for month in months:
        lines = [
            f"{name} {p} {f}"
            for name in sorted(built)
            for p, f in sorted(built[name].items())
            if p <= month or name == CHECKS
        ]
        noted_here = [line for p in sorted(came) if p <= month for line in came[p]]
        wanted[month] = digest([rules, *lines, *noted_here])
    return wanted
