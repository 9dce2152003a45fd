"""Bringing region codes into a home, and showing them to readers.

The ledger keeps them, because what was handed in cannot be read without them; the table ``regions`` is made from it.
"""

from __future__ import annotations

from pathlib import Path

from pipelines.home.folders import HomeError
from pipelines.home.lock import PATIENCE, writing
from pipelines.home.site import Site
from warehouse.region_changes import RegionChanges, changes_by
from warehouse.regions import merge_regions, read_regions_csv
from warehouse.schemas import REGIONS


def import_regions(
    site: Site, path: Path, under: str | None = None, planned: RegionChanges | None = None
) -> tuple[int, int]:
    """Add a file's codes to the regions, replacing those that are there already.

    Args:
        site: The home.
        path: A list, or a folder of lists.
        under: Only codes that begin with this one.
        planned: What somebody was told that it changes.

    Returns:
        How many codes the file gave, and how many there are now.

    Raises:
        HomeError: Something else is writing into this home and does not end; or it would change something else by now
            than was told.
        RegionsError: The list cannot be taken.
    """
    new = read_regions_csv(path, under)
    with writing(site.home, "regions import", PATIENCE):
        site.forget_regions()  # another import may have ended while this one waited
        if planned is not None and planned != changes_by(site.regions, new):
            raise HomeError(
                "the region codes, or the list, were changed meanwhile; nothing was imported. Run it again"
            )
        merged = merge_regions(site.regions, new)
        with site.audit.act("regions import", f"{new.num_rows} codes", f"from {path.name}"):
            site.ledger.keep_regions(merged)
        site.forget_regions()
        show_regions(site)
    return new.num_rows, merged.num_rows


def show_regions(site: Site) -> None:
    """Bring the table ``regions`` to what the ledger keeps."""
    wanted = {"current": site.regions_digest}
    if site.regions.num_rows and (
        "regions" not in site.store.tables() or site.ledger.built("regions") != wanted
    ):
        site.store.write("regions", site.regions, REGIONS, {})
        site.ledger.mark_built("regions", wanted)


def require_regions(site: Site, waiting: int) -> None:
    """See that there are regions before submissions are held against them.

    Args:
        site: The home.
        waiting: How many submissions are to be read.

    Raises:
        HomeError: There are none: every row would be sent back for a region that nobody knows.
    """
    if waiting and not site.regions.num_rows:
        raise HomeError(
            f"no region codes are known, so {waiting} submissions wait and nobody is answered; "
            "run shiji regions import PATH, then load again"
        )
