"""Keeping a home: backing it up, restoring it, and finding out whether all of it is still what was written."""
