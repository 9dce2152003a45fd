"""Dagster, one concept a file; what they do stands in the rooms below."""
