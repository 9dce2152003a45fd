"""Who handed in what and when, what of it is in force, and what tables were last built from."""

from warehouse.ledger.book import Ledger
from warehouse.ledger.digests import Digests, digest_at
from warehouse.ledger.values import (
    Arrival,
    Best,
    CaseDecision,
    Entry,
    Failure,
    Outcome,
    Receipt,
    Standing,
    Takes,
)
from warehouse.ledger.versions import Version, standing_at, standing_before

__all__ = [
    "Arrival",
    "Best",
    "CaseDecision",
    "Digests",
    "Entry",
    "Failure",
    "Ledger",
    "Outcome",
    "Receipt",
    "Standing",
    "Takes",
    "Version",
    "digest_at",
    "standing_at",
    "standing_before",
]
