"""What is planted where: the standard plan of the demo, and plans drawn from a seed to measure detection with."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace

import numpy as np

from pipelines.demo.paddings import denominators, fields, people, reports, roads, toilets
from pipelines.demo.paddings.model import STRENGTHS, Kind, Padding, Strength, Where
from pipelines.demo.regions import CHARACTERS
from pipelines.demo.world import Shift, World

_ROOMS = (denominators, toilets, fields, roads, people, reports)
KINDS: dict[str, Kind] = {kind.name: kind for room in _ROOMS for kind in room.KINDS}
"""Every way of padding, by name."""
HONEST: dict[str, Kind] = {kind.name: kind for room in _ROOMS for kind in getattr(room, "HONEST", ())}
"""What looks like padding and is none, by name."""

_BY_SUFFIX = {county.suffix: county for county in CHARACTERS}
_EVERYWHERE = frozenset({"quiet_month", "december_rush"})
"""What happens to the whole city, in every other city."""
_ROOM = 0.12
"""Of households without a toilet, so that those who move leave no more toilets than households."""
_SPARED = 2
"""Counties of a drawn plan in which nothing is padded."""


def _planted(name: str, strength: Strength, county: str, *towns: int) -> Padding:
    kind = KINDS[name] if name in KINDS else HONEST[name]
    return Padding(kind, Where(county, towns or (0,)), strength)


PADDINGS = (
    _planted("denominator_at_year_end", "moderate", "23", 0, 1),
    _planted("stale_values", "blatant", "25", 1),
    _planted("december_crowding", "blatant", "24"),
    _planted("duplicate_across_years", "blatant", "22"),
    _planted("same_house", "blatant", "23"),
    _planted("rounding_clerk", "blatant", "25", 0, 1),
    _planted("unit_error", "blatant", "21"),
    _planted("cumulative_fall", "blatant", "81"),
    _planted("roads_new_on_paper", "moderate", "22"),
    _planted("copied_interviews", "blatant", "81"),
    _planted("form_above_plots", "blatant", "22"),
    _planted("form_sum_broken", "blatant", "81"),
    _planted("form_total_raised", "blatant", "04"),
    _planted("claims_above_records", "blatant", "24"),
    _planted("claimed_over_fewer", "blatant", "23", 0, 1),
    _planted("bunching_above_target", "blatant", "21"),
    _planted("claim_in_another_unit", "blatant", "03"),
)
"""What the demo city shows."""


def drawn(world: World, *, honest: bool = False) -> tuple[Padding, ...]:
    """Every kind once, as strong and where the world's seed says; two counties are spared.

    Args:
        world: The city; equal worlds give equal plans.
        honest: Only what looks like padding and is none.
    """
    rng = world.rng("plan")
    counties = [str(code)[4:] for code in sorted(set(world.villages["county"]))]
    rng.shuffle(counties)
    happened = [kind for kind in HONEST.values() if kind.name not in _EVERYWHERE or rng.random() < 0.5]
    odd = [_drawn(kind, counties, world, rng, Counter()) for kind in happened]
    if honest:
        return tuple(odd)
    padded = counties[_SPARED:] if len(counties) > _SPARED else counties
    used: Counter[tuple[str, str]] = Counter((one.kind.dataset, one.where.county) for one in odd)
    return (*odd, *_paddings(padded, world, rng, used))


def unsettled(world: World) -> World:
    """The city, in which one county's people move away over the year, and a hamlet passes to the next village."""
    rng = world.rng("unsettled")
    leaving = str(rng.choice(sorted(set(world.villages["county"]))))
    room = np.flatnonzero(
        (1 - world.mean("toilets") > _ROOM) & (world.villages["county"] != leaving).to_numpy()
    )
    towns = world.villages.iloc[room]
    town = str(rng.choice(towns["town_code"].unique()))
    giver, taker = rng.permutation(world.villages.loc[world.villages["town_code"] == town, "code"])[:2]
    month = world.months[int(rng.integers(3, len(world.months) - 1))]
    shifts = (
        Shift(leaving, "", float(rng.uniform(0.015, 0.03))),
        Shift(str(giver), str(taker), float(rng.uniform(0.06, 0.1)), month),
    )
    return replace(world, shifts=shifts)


def _paddings(
    counties: Sequence[str], world: World, rng: np.random.Generator, used: Counter[tuple[str, str]]
) -> Iterator[Padding]:
    for kind in KINDS.values():
        one = _drawn(kind, counties, world, rng, used)
        used[kind.dataset, one.where.county] += 1
        yield one


def _drawn(
    kind: Kind,
    counties: Sequence[str],
    world: World,
    rng: np.random.Generator,
    used: Counter[tuple[str, str]],
) -> Padding:
    """In a county where least is planted in the dataset, among those it fits."""
    fitting = [code for code in counties if kind.fits(_BY_SUFFIX[code])] or list(counties)
    rng.shuffle(fitting)
    county = min(fitting, key=lambda code: used[kind.dataset, code])
    towns = world.villages.loc[world.villages["county"].str[4:] == county, "town_code"].nunique()
    some = rng.permutation(towns)[: 1 + int(rng.random() < 0.4)]
    return Padding(kind, Where(county, tuple(int(n) for n in some)), STRENGTHS[int(rng.integers(0, 3))])
