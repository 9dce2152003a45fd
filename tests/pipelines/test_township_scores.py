"""A township's score worked out again from the scheme's text and the observations alone, with fractions."""

from __future__ import annotations

from collections import defaultdict
from fractions import Fraction
from typing import Any

import pytest
import yaml

from tests.pipelines.town import Town
from warehouse.indicators.model import BUILT_IN

SCHEME = "demo_townships_2025"
_OF_GROUP = {
    "strong": ("城区", "城郊区", "百强县"), "farming": ("农业县",), "mountain": ("山区县",),
}  # fmt: skip


def exact(number: object) -> Fraction:
    return Fraction(str(number))


def raw(rule: object, own: Fraction, group: list[Fraction], target: Fraction | None) -> Fraction:
    """0 to 1, as docs/assessment.md says it."""
    ((name, said),) = rule.items() if isinstance(rule, dict) else ((rule, {}),)
    if name == "linear" and target is not None:
        floor = exact(said["floor"])
        return min(max((own - floor) / (target - floor), Fraction(0)), Fraction(1))
    if name == "min_max":
        spread = max(group) - min(group)
        return exact("0.6") + exact("0.4") * (own - min(group)) / spread if spread else Fraction(1)
    assert name == "rank"
    ahead = sum(one > own for one in group)
    return 1 - exact("0.4") * ahead / max(len(group) - 1, 1)


@pytest.mark.parametrize("number", [0, 1, 2, 3])
def test_a_township_is_scored_as_its_scheme_says(village: Town, number: int) -> None:
    scheme = yaml.safe_load((village.root / f"config/schemes/{SCHEME}.yaml").read_text(encoding="utf-8"))
    known = {
        one["id"]: one
        for path in BUILT_IN.glob("*.yaml")
        for one in [yaml.safe_load(path.read_text("utf-8"))]
    }
    towns = dict(
        village.ask(
            "select t.region_code, c.region_group from regions t join regions c "
            "on c.region_code = left(t.region_code, 6) || '000000' where t.level = 'township'"
        )
    )
    code = sorted(towns)[number]
    (group,) = [name for name, kinds in _OF_GROUP.items() if towns[code] in kinds]
    alike = [town for town, kind in towns.items() if kind in _OF_GROUP[group]]
    figures: dict[str, dict[str, Fraction]] = defaultdict(dict)
    for name, region, value, evidence, coverage in village.ask(
        "select indicator, region_code, value, evidence, coverage from observations where period = '2025'"
    ):
        if (
            value is not None
            and evidence <= scheme["minimum"]["evidence"]
            and (coverage is None or coverage >= scheme["minimum"]["coverage"])
        ):
            figures[name][region] = exact(value)
    assert village.ask(
        f"select points from standings where scheme = '{SCHEME}' and period = '2025' and dimension = '' and region_code = '{code}'"
    ) == [(float(_points(scheme, known, figures, code, group, alike)),)]


def _points(
    scheme: dict[str, Any],
    known: dict[str, Any],
    figures: dict[str, dict[str, Fraction]],
    code: str,
    group: str,
    alike: list[str],
) -> Fraction:
    """What is scored, and by dimension what its weight was and how much of it could be."""
    earned: dict[str, Fraction] = defaultdict(Fraction)
    planned: dict[str, Fraction] = defaultdict(Fraction)
    kept: dict[str, Fraction] = defaultdict(Fraction)
    for one in scheme["objectives"]:
        name, weight = one["indicator"], Fraction(one["weight"][group])
        dimension = known[name]["dimension"]
        planned[dimension] += weight
        if code not in figures[name]:
            continue
        said = one.get("target")
        if isinstance(said, dict):
            said = known[name]["target"] if "of_indicator" in said else said["groups"][group]
        others = [figures[name][town] for town in alike if town in figures[name]]
        kept[dimension] += weight
        earned[dimension] += weight * raw(
            one["rule"], figures[name][code], others, None if said is None else exact(said)
        )
    whole = sum(planned.values())
    there = sum(planned[dimension] for dimension in kept)
    return sum((earned[name] / kept[name] * planned[name] * whole / there for name in kept), Fraction(0))
