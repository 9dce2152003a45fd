"""What a home adds to the inspection of a file: its regions, and its key where rows are judged."""

from __future__ import annotations

from expectations.conform import RegionIndex
from expectations.inspection.verdict import Known
from pipelines.home.folders import Home, HomeError
from pipelines.home.site import Site
from warehouse.schemas import REGIONS


def known_of(home: Home, *, judge: bool) -> Known:
    """What a load of this home would know.

    Args:
        home: It need not be made yet, unless rows are to be judged.
        judge: Whether rows are to be judged.

    Raises:
        HomeError: Rows are to be judged, and there is no home or it has no regions.
    """
    if not home.is_initialised and not judge:
        return Known(RegionIndex(REGIONS.empty_table()))
    home.settings  # noqa: B018 - reading the settings is the check
    site = Site(home)
    if judge and not site.regions.num_rows:
        raise HomeError(f"{home.root} has no regions yet to judge rows by: run shiji regions import first")
    return Known(RegionIndex(site.regions), site.privacy if judge else None)
