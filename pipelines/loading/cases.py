"""Cases: what a person acts on, made anew where anything that they rest on changed, written where they came out otherwise."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from warehouse import schemas

if TYPE_CHECKING:
    from expectations.cases import Known, Schemes

TABLE = "cases"
_ALL = "all"
"""The one part that the table is built in: a case may span months and regions."""

_RESTS_ON = ("anomalies", "reconciliations", "findings", "hand_ins", "verifications", "scores")
_LEVELS = ("county", "township", "village")


def outdated_cases(site: Site) -> list[str]:
    """Something, where cases came of other tables, definitions or decisions than there are."""
    return outdated(desired_cases(site), noted(site, TABLE))


def rebuild_cases(site: Site) -> bool:
    """Make the cases anew; whether they came out otherwise."""
    from expectations.cases import Tables, cases

    tables = Tables(
        anomalies=_read(site, "anomalies"),
        reconciliations=_read(site, "reconciliations", pc.field("agrees") == pa.scalar(value=False)),
        findings=_read(site, "findings", pc.field("rule").isin(_rules())),
        regions=site.regions,
        hand_ins=_read(site, "hand_ins", pc.field("corrections") > 0),
        verifications=_read(site, "verifications"),
        submissions=site.ledger.submissions(),
        before=_read(site, TABLE),
    )
    made = cases(
        tables,
        _known(site),
        now=dt.datetime.now(dt.UTC),
        schemes=_schemes(site),
        decisions=site.ledger.case_decisions(),
        money=lambda dataset, records: _paid(site, dataset, records),
    )
    changed = not site.store.exists(TABLE) or not made.equals(tables.before)
    if changed:
        site.store.write(TABLE, made, schemas.CASES, {})
    site.ledger.mark_built(TABLE, desired_cases(site))
    return changed


def desired_cases(site: Site) -> dict[str, str]:
    """A fingerprint of everything that cases rest on; nothing before there is anything to make them of."""
    there = [table for table in _RESTS_ON if site.store.exists(table)]
    if "anomalies" not in there:
        return {}
    decisions = site.ledger.case_decisions()
    facts = [
        code_digest("cases"),
        *(f"{table} {site.store.version(table)}" for table in there),
        site.regions_digest,
        *site.definition_digests,
        *(site.schemes[name].digest for name in sorted(site.schemes)),
        *(f"{case} {len(made)}" for case, made in sorted(decisions.items())),
    ]
    return {_ALL: digest(facts)}


def _read(site: Site, table: str, where: pc.Expression | None = None) -> pa.Table:
    schema: pa.Schema = getattr(schemas, table.upper())
    if not site.store.exists(table):
        return schema.empty_table()
    found = site.store.read(table, where=where)
    missing = [field for field in schema if field.name not in found.column_names]
    for field in missing:
        found = found.append_column(field, pa.nulls(found.num_rows, field.type))
    return found.select(schema.names).cast(schema)


def _rules() -> pa.Array:
    from expectations.cases.catalogue import catalogue

    return pa.array(sorted(catalogue().rules), pa.string())


def _known(site: Site) -> Known:
    from expectations.cases import Known

    return Known(site.contracts, site.indicators, site.reconciliations)


def _schemes(site: Site) -> Schemes:
    """Of each level the first scheme: the city's main one."""
    from expectations.cases import Schemes

    by_level = [
        next((name for name, one in sorted(site.schemes.items()) if one.level == level), None)
        for level in _LEVELS
    ]
    names = [name for name in by_level if name is not None]
    scores = _read(site, "scores", pc.field("scheme").isin(pa.array(names, pa.string())))
    return Schemes(
        scores,
        objectives={
            (name, objective.name): objective.indicator
            for name in names
            for objective in site.schemes[name].objectives
        },
    )


def _paid(site: Site, dataset: str, records: Sequence[str]) -> float | None:
    """What the rows of a ledger of payments add up to; None where the dataset keeps none."""
    contract = site.contracts.get(dataset)
    columns = [] if contract is None else [c.name for c in contract.columns if c.unit == "元"]
    if contract is None or contract.keeps != "events" or not columns or not site.store.exists(dataset):
        return None
    places = _places(records)
    wanted = pc.field("submission_id").isin(pa.array(sorted({one[0] for one in places}), pa.string()))
    rows = site.store.read(dataset, columns=["submission_id", "row", "sheet", *columns], where=wanted)
    return sum(
        float(value)
        for row in rows.to_pylist()
        if (row["submission_id"], row["row"], row["sheet"]) in places
        for value in (row[name] for name in columns)
        if value is not None
    )


def _places(records: Sequence[str]) -> Mapping[tuple[str, int, str], str]:
    """Submission, row and sheet of records named as in ``anomalies.records``."""
    split = {record: record.split(" ", 2) for record in records}
    return {(parts[0], int(parts[1]), parts[2]): record for record, parts in split.items()}
