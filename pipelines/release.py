"""Switching readers to what was loaded: the audit gate, then a release, then the published files and the report.

A release points at table versions, so readers of the last one are not disturbed while this one is made.
"""

from __future__ import annotations

import datetime as dt
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
    problems = []
    for dataset, months in outdated_records(site).items():
        problems.append(
            f"{dataset}: records of {', '.join(months[:_SHOWN])} are not what the ledger holds in force"
        )
    if notes := outdated_notes(site):
        problems.append(f"findings of {', '.join(notes[:_SHOWN])} are not those of the submissions")
    if months := outdated_months(site):
        problems.append(f"indicators of {', '.join(months[:_SHOWN])} were computed from other records")
    connection = site.connect()
    for row in connection.execute(_MISCOUNTED).fetchall():
        problems.append(
            f"{row[0]}: {row[1]} rows in, {row[2]} recorded, {row[3]} quarantined, {row[4]} in quarantine"
        )
    return problems + [
        f"{dataset}: {count} rows of submissions in force are not in the table"
        for dataset in site.contracts
        if (count := connection.execute(_LOST.format(dataset=dataset), [dataset]).fetchone()[0])
    ]


_MISCOUNTED = """
select submission_id, rows_in, rows_recorded, rows_quarantined, coalesce(held, 0)
from submissions left join (select submission_id, count(*) as held from quarantine group by all) using (submission_id)
where status in ('accepted', 'partial', 'refused', 'superseded')
  and (rows_in <> rows_recorded + rows_quarantined or rows_quarantined <> coalesce(held, 0))
limit 20
"""

# Only submissions of which nothing was superseded can be counted whole.
_LOST = """
with counted as (select submission_id, count(*) as held from {dataset} group by all),
     whole as (select submission_id, rows_recorded from submissions s
               where dataset = ? and status in ('accepted', 'partial')
                 and not exists (select 1 from submissions t where t.dataset = s.dataset and t.received_at > s.received_at
                                 and t.status in ('accepted', 'partial') and list_has_any(t.regions, s.regions)))
select coalesce(sum(rows_recorded - coalesce(held, 0)), 0)
from whole left join counted using (submission_id)
where rows_recorded <> coalesce(held, 0)
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
