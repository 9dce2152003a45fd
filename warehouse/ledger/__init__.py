"""Who handed in what and when, what of it is in force, and what tables were last built from."""

from warehouse.ledger.book import Ledger
from warehouse.ledger.values import Arrival, Entry, Outcome, Receipt

__all__ = ["Arrival", "Entry", "Ledger", "Outcome", "Receipt"]
