"""A submission in its sender's own words again: read anew from the archive, where others see only masked names.

For whoever may read the archive (a slip to the sender, a record revealed with a reason); nothing is kept of it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

import pyarrow as pa

from connectors.errors import Refused
from connectors.extract import Extract, read_tables
from expectations.conform import RegionIndex
from expectations.privacy.people import shield_of
from expectations.privacy.shield import MASKED_SHEET, Shield
from expectations.submissions.shown import with_own_sheets
from expectations.submissions.understand import Submission, Understood, understand
from pipelines.home.site import Site
from warehouse.clock import shanghai_day
from warehouse.ledger import Entry


@dataclass(frozen=True)
class OwnWords:
    """The tables of a submission in the clear.

    Attributes:
        shield: Its people, and the names its sheets are shown by.
        understood: What it was taken for; None where no contract took it.
        extracts: Its tables.
    """

    shield: Shield
    understood: Understood | None
    extracts: tuple[Extract, ...]


def own_words(site: Site, entry: Entry) -> OwnWords:
    """Read a submission anew.

    Raises:
        Refused: It cannot even be read.
    """
    submission = submission_of(site, entry)
    found = understand(submission, site.contracts, RegionIndex(site.regions))
    if isinstance(found, Refused):
        extracts = read_tables(submission.path, name=submission.file_name).extracts
        return OwnWords(Shield(sheets=(one.sheet for one in extracts)), None, extracts)
    left = [extract for extract, _ in found.leftovers]
    extracts = (*(table.extract for table in found.conformed), *left)
    return OwnWords(shield_of(found.conformed, found.contract, left), found, extracts)


def submission_of(site: Site, entry: Entry) -> Submission:
    """A submission as it was handed in."""
    path = site.archive.checked(entry.sha256)
    received = shanghai_day(entry.received_at)
    return Submission(
        entry.submission_id, entry.department, entry.sender_path, entry.file_name, path, received
    )


def in_own_sheets(site: Site, entry: Entry, findings: pa.Table) -> pa.Table:
    """Findings with the sheets as the sender calls them; read anew only where a sheet's name had to be masked."""
    shown = findings["sheet"].unique().drop_null().to_pylist()
    if not any(re.search(MASKED_SHEET, sheet) for sheet in shown):
        return findings
    return with_own_sheets(findings, own_words(site, entry).shield.sheets)
