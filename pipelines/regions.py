"""Bringing region codes into a home."""

from __future__ import annotations

from pathlib import Path

from pipelines.site import Site
from warehouse.regions import merge_regions, read_regions_csv
from warehouse.schemas import REGIONS


def import_regions(site: Site, path: Path, under: str | None = None) -> tuple[int, int]:
    """Add a file's codes to the regions table, replacing those that are there already.

    Returns:
        How many codes the file gave, and how many the table now holds.
    """
    new = read_regions_csv(path, under)
    merged = merge_regions(site.regions, new)
    site.store.write("regions", merged, REGIONS, {})
    site.forget_regions()
    return new.num_rows, merged.num_rows
