"""Blank workbooks for senders: of a ledger and of a statistical form."""
