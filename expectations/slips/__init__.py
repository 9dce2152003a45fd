"""The answer to the sender: a short text, or their own workbook back with every bad cell marked.

Only what the sender handed in goes back, and only to the sender's outbox. What is wrong is decided elsewhere.
"""

from expectations.slips.slip import Slip, Stands, Status
from expectations.slips.write import has_marks, write_slip

__all__ = ["Slip", "Stands", "Status", "has_marks", "write_slip"]
