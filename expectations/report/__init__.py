"""The quality report: plain Chinese web pages that open from a file share, with no network and nothing to install.

It shows what the warehouse's tables say and judges nothing itself; only masked values exist in those tables.
"""

from expectations.report.write import write_report

__all__ = ["write_report"]
