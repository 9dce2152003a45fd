"""Which month a hand-in, a table of it or a row is about, from what is written.

The clock is never asked: what arrives in January is mostly about December.
"""

from expectations.dating.cells import is_january_or_october, parse_period
from expectations.dating.tables import TableTexts, dates_of
from expectations.dating.weighing import Dated, period_of

__all__ = ["Dated", "TableTexts", "dates_of", "is_january_or_october", "parse_period", "period_of"]
