"""A file into sheets, whatever its layout. What the cells mean, and where the tables are, is found elsewhere."""

from connectors.readers.read import read_sheets

__all__ = ["read_sheets"]
