"""Switching readers to what was loaded: the audit gate, then a release, then the published files and the report.

A release points at table versions, so readers of the last one are not disturbed while this one is made.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path

from pipelines.rebuild import months_in_records, outdated_months, outdated_notes, outdated_records
from pipelines.site import Site

_SHOWN = 5
_MONTHS_REPORTED = 12


def is_released(site: Site) -> bool:
    """Whether the published files were made from the tables and the ledger as they are."""
    return site.ledger.built("published").get("current") == _fingerprint(site)


def is_reported(site: Site) -> bool:
    """Whether the report was written from the tables and the ledger as they are."""
    return site.ledger.built("reports").get("current") == _fingerprint(site)


def gate(site: Site) -> list[str]:
    """What speaks against showing the present state to readers; empty when nothing does."""
    return [*_not_built(site), *_miscounted(site)]


def _not_built(site: Site) -> Iterator[str]:
    for dataset, months in outdated_records(site).items():
        yield f"{dataset}: records of {_some(months)} are not what the ledger holds in force"
    if datasets := outdated_notes(site):
        yield f"findings of {_some(datasets)} are not those of the submissions"
    if months := outdated_months(site):
        yield f"indicators of {_some(months)} were computed from other records"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" … ({len(names)})" if len(names) > _SHOWN else "")


def _miscounted(site: Site) -> Iterator[str]:
    connection = site.connect()
    for name, rows, recorded, quarantined, held in connection.execute(_MISCOUNTED).fetchall():
        yield f"{name}: {rows} rows in, {recorded} recorded, {quarantined} quarantined, {held} in quarantine"
    for dataset in site.contracts:
        for name, recorded, held in connection.execute(_LOST.format(dataset=dataset), [dataset]).fetchall():
            yield f"{dataset}: {held} of the {recorded} records of {name} are in the table"


_MISCOUNTED = """
select submission_id, rows_in, rows_recorded, rows_quarantined, coalesce(held, 0)
from submissions left join (select submission_id, count(*) as held from quarantine group by all) using (submission_id)
where status in ('accepted', 'partial', 'refused', 'superseded')
  and (rows_in <> rows_recorded + rows_quarantined or rows_quarantined <> coalesce(held, 0))
limit 20
"""

# Only submissions of which nothing can have been superseded are counted whole.
_LOST = """
with counted as (select submission_id, count(*) as held from {dataset} group by all)
select s.submission_id, s.rows_recorded, coalesce(held, 0)
from submissions s left join counted using (submission_id)
where s.dataset = ? and s.status in ('accepted', 'partial') and s.rows_recorded <> coalesce(held, 0)
  and not exists (select 1 from submissions t where t.dataset = s.dataset and t.submission_id <> s.submission_id
                  and t.status in ('accepted', 'partial') and list_has_any(t.regions, s.regions))
limit 20
"""


def release_nightly(site: Site) -> str:
    """Freeze the present versions and publish them; returns the release's name."""
    from warehouse.publish import publish
    from warehouse.release import freeze

    present = _fingerprint(site)
    name = f"nightly-{dt.datetime.now(dt.UTC):%Y%m%d-%H%M%S-%f}"
    freeze(site.store, name, note="nightly load")
    publish(site.connect(), site.home.published)
    site.ledger.mark_built("published", {"current": present})
    return name


def report_quality(site: Site) -> Path | None:
    """Write the quality report; None while there is no month to report of."""
    from expectations.report import write_report

    months = months_in_records(site)
    if not months:
        return None
    present = _fingerprint(site)
    page = write_report(
        site.connect(),
        site.home.reports,
        contracts=site.contracts,
        indicators=site.indicators,
        reconciliations=site.reconciliations,
        months=months[-_MONTHS_REPORTED:],
        title=f"{site.home.settings.title}数据质量报告",
        synthetic=site.home.settings.synthetic,
    )
    site.ledger.mark_built("reports", {"current": present})
    return page


def _fingerprint(site: Site) -> str:
    """Of the versions of all tables but the list of releases itself, and of what the ledger knows."""
    versions = [
        f"{table} {site.store.version(table)}" for table in site.store.tables() if table != "releases"
    ]
    ledger = [f"{row['submission_id']} {row['status']}" for row in site.ledger.submissions().to_pylist()]
    return sha256("\n".join([*versions, *ledger]).encode()).hexdigest()
