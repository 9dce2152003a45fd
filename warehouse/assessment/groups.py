"""Which region group a region belongs to: the yardstick that it is measured by."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import pyarrow as pa

from warehouse.assessment.figures import Figures
from warehouse.assessment.model import Condition, Group, Scheme


class GroupError(ValueError):
    """Regions that cannot be placed, each named with the reason."""


@dataclass(frozen=True)
class Region:
    """A region that is assessed."""

    code: str
    name: str
    group: str


def regions_of(scheme: Scheme, regions: pa.Table, figures: Figures) -> list[Region]:
    """The regions that a scheme assesses, by code, each with its group.

    Args:
        scheme: Which.
        regions: Columns of ``warehouse.schemas.REGIONS``; those of the scheme's level that still stand count.
        figures: Observations that conditions are held against.

    Raises:
        GroupError: A region is in two groups or in none.
    """
    rows = [
        row
        for row in regions.select(["region_code", "name", "level", "region_group", "valid_to"]).to_pylist()
        if row["level"] == scheme.level and not _is_over(row, scheme.year)
    ]
    inherited = _region_groups(regions)
    return [
        Region(row["region_code"], row["name"], _place(scheme, row["region_code"], inherited, figures))
        for row in sorted(rows, key=lambda row: str(row["region_code"]))
    ]


def _is_over(row: Mapping[str, object], year: int) -> bool:
    """Whether a region ended before the year did: its successor is assessed."""
    return row["valid_to"] is not None and str(row["valid_to"]) < f"{year}-12-31"


def _region_groups(regions: pa.Table) -> Mapping[str, str]:
    """By code the region group of the list; a township or village has that of its county."""
    own = dict(zip(regions["region_code"].to_pylist(), regions["region_group"].to_pylist(), strict=True))
    return {code: group or own.get(code[:6] + "0" * 6) or "" for code, group in own.items()}


def _place(scheme: Scheme, code: str, inherited: Mapping[str, str], figures: Figures) -> str:
    taking = [group.id for group in scheme.groups if _takes(group, code, inherited, figures)]
    taking = taking or [group.id for group in scheme.groups if group.rest]
    if len(taking) == 1:
        return taking[0]
    why = f"is in the groups {', '.join(taking)}" if taking else "is in no group"
    raise GroupError(
        f"{scheme.id}: region {code} {why}; every region needs exactly one "
        "(name it in regions, or let one group take the rest)"
    )


def _takes(group: Group, code: str, inherited: Mapping[str, str], figures: Figures) -> bool:
    if group.where is not None:
        return _meets(group.where, code, figures)
    return code in group.regions or inherited.get(code, "") in group.region_groups


def _meets(condition: Condition, code: str, figures: Figures) -> bool:
    figure = figures.of(condition.indicator, condition.period).get(code)
    if figure is None or figure.value is None:
        return False
    return (condition.at_least is None or figure.value >= condition.at_least) and (
        condition.below is None or figure.value < condition.below
    )


def empty_groups(scheme: Scheme, placed: Iterable[Region]) -> list[str]:
    """Groups that no region is in."""
    filled = {region.group for region in placed}
    return [group.id for group in scheme.groups if group.id not in filled]
