"""Notes: findings and quarantine, filed by dataset and month, written anew from what submissions were staged with.

A load rewrites the months whose submissions changed and no others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import pyarrow as pa

from pipelines.home.codeprint import code_digest
from pipelines.home.site import Site
from pipelines.loading.differs import digest, noted, outdated
from warehouse import schemas
from warehouse.ledger import digest_at
from warehouse.schemas import FILED_UNDER
from warehouse.staged import UNROUTED, Part

_SCHEMAS: Mapping[Part, pa.Schema] = {"findings": schemas.FINDINGS, "quarantine": schemas.QUARANTINE}
_PARTITION = ("dataset", FILED_UNDER.name)


def outdated_notes(site: Site) -> list[str]:
    """Datasets and months (``toilet_ledger/2025-06``) whose notes were built from other submissions than there are."""
    return outdated(desired_notes(site), noted(site, "findings", "quarantine"))


def rebuild_notes(site: Site, names: Sequence[str]) -> None:
    """Write the findings and quarantine of datasets and months from the submissions filed there.

    A finding of a submission that was superseded is ``corrected``.

    Args:
        site: The home.
        names: As ``outdated_notes`` gives them.
    """
    desired = desired_notes(site)
    if _is_laid_out_otherwise(site):
        names = sorted(desired.keys() | set(names))
        _lay_out(site)
    months: dict[str, list[str]] = defaultdict(list)
    for dataset, slash, month in (name.partition("/") for name in names):
        if slash:  # without one it is what the notes of a whole dataset were once marked with
            months[dataset].append(month)
    for dataset, own in months.items():
        _rebuild(site, dataset, own)
    site.ledger.mark_built("findings", {name: desired.get(name) for name in names})


def _rebuild(site: Site, dataset: str, months: Sequence[str]) -> None:
    filed = site.ledger.filed("" if dataset == UNROUTED else dataset, months)
    for what, schema in _SCHEMAS.items():
        parts = [
            _staged(site, dataset, what, submission_id, month, is_superseded)
            for submission_id, month, is_superseded in filed
        ]
        full = schema.append(FILED_UNDER)
        table = pa.concat_tables([full.empty_table(), *parts])
        site.store.write(what, table, full, dict(zip(_PARTITION, ([dataset], months), strict=True)))


def _staged(
    site: Site, dataset: str, what: Part, submission_id: str, month: str, is_superseded: bool
) -> pa.Table:
    table = site.staged.read(dataset, [submission_id], what, _SCHEMAS[what])
    if what == "findings" and is_superseded:
        at = table.schema.get_field_index("status")
        table = table.set_column(
            at, table.schema.field(at), pa.repeat(pa.scalar("corrected"), table.num_rows)
        )
    return table.append_column(FILED_UNDER, pa.repeat(pa.scalar(month), table.num_rows))


def desired_notes(site: Site) -> dict[str, str]:
    """By dataset and month, a fingerprint of the submissions whose findings and quarantine there should be."""
    code, digests = code_digest("notes"), site.staging_digests
    return {
        f"{dataset or UNROUTED}/{month}": digest(
            [code, digest_at(digests.get(dataset, ""), [month]), fingerprint]
        )
        for (dataset, month), fingerprint in site.ledger.filings().items()
    }


def _is_laid_out_otherwise(site: Site) -> bool:
    return any(
        what in site.store.tables() and site.store.partition_columns(what) != list(_PARTITION)
        for what in _SCHEMAS
    )


def _lay_out(site: Site) -> None:
    """Empty the tables of a home in which notes were kept by dataset alone, to be written anew by month."""
    site.ledger.mark_built("findings", dict.fromkeys(site.ledger.built("findings")))
    for what, schema in _SCHEMAS.items():
        site.store.lay_out(what, schema.append(FILED_UNDER), _PARTITION)
