"""Switching readers to what was loaded: the audit gate, then a release, then the published files and the report.

A release points at table versions, so readers of the last one are not disturbed while this one is made.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from pipelines.home.access import share
from pipelines.home.codeprint import code_digest
from pipelines.home.folders import HomeError
from pipelines.home.lock import PATIENCE, writing
from pipelines.home.site import Site
from pipelines.loading.cases import outdated_cases
from pipelines.loading.counted import miscounted
from pipelines.loading.differs import digest
from pipelines.loading.figures import outdated_months
from pipelines.loading.notes import outdated_notes
from pipelines.loading.records import outdated_records
from pipelines.loading.scores import outdated_scores
from warehouse.periods import last_twelve
from warehouse.release import Release, last, releases

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_SHOWN = 5


def is_released(site: Site) -> bool:
    """Whether the published files are there, and were made from the tables and the ledger as they are."""
    from warehouse.publish import damaged

    made_from = site.ledger.built("published").get("current")
    return made_from == fingerprint(site) and not any(damaged(site.home.published))


def is_reported(site: Site) -> bool:
    """Whether the report is there, and was written from the last release by today's code and definitions."""
    is_current = site.ledger.built("reports").get("current") == _reported(site)
    return is_current and (site.home.reports / "index.html").exists()


def gate(site: Site) -> list[str]:
    """What speaks against showing the present state to readers; empty when nothing does."""
    return [*_not_built(site), *miscounted(site)]


def _not_built(site: Site) -> Iterator[str]:
    for dataset, months in outdated_records(site).items():
        yield f"{dataset}: records of {_some(months)} are not what the ledger holds in force"
    if notes := outdated_notes(site):
        yield f"findings of {_some(notes)} are not those of the submissions"
    if months := outdated_months(site):
        yield f"indicators of {_some(months)} were computed from other records"
    if schemes := outdated_scores(site):
        yield f"scores of {_some(schemes)} came of other observations or definitions"
    if outdated_cases(site):
        yield "cases came of other anomalies, reconciliations, findings or decisions"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" … ({len(names)})" if len(names) > _SHOWN else "")


def _freeze(site: Site, name: str, note: str = "") -> Release:
    """Freeze the present state under a name, submissions and all."""
    from warehouse import checksums, release
    from warehouse.handed_in import keep_submissions

    keep_submissions(site.store, site.ledger.submissions())
    checksums.note(site.store)
    return release.freeze(site.store, name, note)


def release_nightly(site: Site) -> str:
    """Freeze the present versions and publish them; returns the release's name."""
    from expectations.contracts.words import words
    from warehouse.publish import publish
    from warehouse.release import nightly_name

    site.store.tend()
    present = fingerprint(site)
    now = dt.datetime.now(dt.UTC)
    name = nightly_name(now)
    with site.audit.act("freeze", name, "nightly load"):
        _freeze(site, name, note="nightly load")
    _thin(site, now)
    publish(
        site.connect_frozen(name),
        site.home.published,
        name,
        words=words(site.contracts),
        written_by=code_digest("published"),
        before_shown=partial(share, site.home.sharing),
    )
    site.ledger.mark_built("published", {"current": present})
    return name


def _thin(site: Site, now: dt.datetime) -> None:
    """Take old nightly releases off the list, and say so in the audit log: what was frozen is not undone unseen."""
    from warehouse.release import releases, superfluous, thin

    if gone := [release.name for release in superfluous(releases(site.store), now)]:
        with site.audit.act("release thinning", ", ".join(gone)):
            thin(site.store, now)


def freeze_present(site: Site, name: str, note: str = "") -> Release:
    """Give the present state a name for good, after the audit gate.

    Raises:
        HomeError: The gate objects, or something else is writing into this home and does not end.
        ReleaseError: The name is taken, or cannot be one.
    """
    with writing(site.home, "release freeze", PATIENCE):
        if problems := gate(site):
            raise HomeError("not frozen; run shiji load first. " + "; ".join(problems))
        with site.audit.act("freeze", name, note):
            return _freeze(site, name, note)


def report_quality(site: Site, *, live: bool = False) -> Path | None:
    """Write the quality report of the last release, or live: of the tables as they are.

    Returns:
        Its first page; None while there is no month to report of.

    Raises:
        HomeError: Something else is writing into this home and does not end.
        ReleaseError: No load has finished yet.
    """
    with writing(site.home, "report", PATIENCE):
        return _report(site, live=live)


def _report(site: Site, *, live: bool) -> Path | None:
    from expectations.report import write_report

    mark = None if live else _reported(site)
    connection = site.connect() if live else site.connect_frozen(last(site.store).name)
    months = _months(site, connection)
    if not months:
        return None
    page = write_report(
        connection,
        site.home.reports,
        contracts=site.contracts,
        indicators=site.indicators,
        reconciliations=site.reconciliations,
        months=last_twelve(months),
        title=f"{site.home.settings.title}数据质量报告",
        synthetic=site.home.settings.synthetic,
        office=site.home.settings.title,
        seconds_per_cell=site.home.settings.seconds_per_cell,
    )
    share(site.home.sharing, site.home.reports)
    site.ledger.mark_built("reports", {"current": mark})
    return page


def _months(site: Site, connection: DuckDBPyConnection) -> list[str]:
    """Months that any dataset has records of, as a connection sees it; sorted."""
    each = " union ".join(f'select period from "{dataset}"' for dataset in site.contracts)  # noqa: S608 - names of contracts
    return sorted(row[0] for row in connection.execute(each).fetchall())


def _reported(site: Site) -> str | None:
    """Of everything the report of the last release is made of; None while there is no release."""
    made = releases(site.store)
    if not made:
        return None
    settings = site.home.settings
    said = [settings.title, str(settings.synthetic), str(settings.seconds_per_cell), *site.definition_digests]
    return digest([code_digest("report"), json.dumps(made[-1].versions, sort_keys=True), *said])


def fingerprint(site: Site) -> str:
    """Of the versions of all tables but those that a release itself writes, of what the ledger knows, and of code."""
    built = [table for table in site.store.tables() if table not in ("releases", "submissions")]
    versions = [f"{table} {site.store.version(table)}" for table in built]
    return digest([code_digest("published"), *versions, site.ledger.state()])
