"""Who handed in what and when, what of it is in force, and what tables were last built from."""

from warehouse.ledger.book import Ledger
from warehouse.ledger.values import Arrival, Entry, Failure, Outcome, Receipt, Standing, Takes
from warehouse.ledger.versions import Version, standing_at, standing_before

__all__ = [
    "Arrival",
    "Entry",
    "Failure",
    "Ledger",
    "Outcome",
    "Receipt",
    "Standing",
    "Takes",
    "Version",
    "standing_at",
    "standing_before",
]
