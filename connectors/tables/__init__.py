"""Finding the tables in a sheet: where the header is, what the rows are, what each column is called."""

from connectors.tables.find import find_tables
from connectors.tables.model import Column, RowLabel, Table

__all__ = ["Column", "RowLabel", "Table", "find_tables"]
