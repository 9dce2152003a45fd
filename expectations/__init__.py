"""What good data looks like: contracts, conforming, validation, findings, reconciliations, reports and slips.

When any of it runs does not belong here.
"""
