"""What we know: the ledger, the table store, regions, periods, indicators, releases and queries.

How bytes arrive, and what good data looks like, do not belong here.
"""
