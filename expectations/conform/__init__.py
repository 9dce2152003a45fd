"""Conforming: text columns of a table into the typed columns of its contract."""

from expectations.conform.model import HEADER, Conformed
from expectations.conform.regions import RegionIndex
from expectations.conform.table import conform

__all__ = ["HEADER", "Conformed", "RegionIndex", "conform"]
