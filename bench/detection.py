"""``python -m bench.detection``: is padding found, and are honest places left alone? On cities drawn from seeds.

Each seed draws a city, plants every kind of padding at a strength and place of its own beside honest oddities, and
another time the oddities alone. Found is a padding when something that names its kind rightly is told of its region in
its months. True is a case told of a region and dataset in which something was planted; all else is a false alarm.
Printed sums and totals of forms are judged when files are read, and not here.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Any

import pandas as pd

from bench.certainty import fit, pairs_of
from bench.told import Told, as_told, looked_at, told
from expectations.cases import Known
from pipelines.demo.paddings import KINDS, drawn, unsettled
from pipelines.demo.paddings.model import STRENGTHS
from pipelines.demo.truth import Truth
from pipelines.demo.world import make_world

UNSEEN = tuple(range(9101, 9111))
"""Seeds that no rule was ever tuned on."""
HIGH = 0.5
"""Certainty from which a case is urgent where most is at stake; what is at stake is not computed here."""
_IN_FORMS = frozenset({"form_sum_broken", "form_total_raised"})


@dataclass(frozen=True)
class Planting:
    """One padding or oddity: where and when it stands."""

    kind: str
    strength: str
    dataset: str
    regions: frozenset[str]
    periods: frozenset[str]
    is_honest: bool


def plantings(truths: Sequence[Truth]) -> list[Planting]:
    """What was planted, one each, whatever number of regions and months it has."""
    by: dict[str, list[Truth]] = defaultdict(list)
    for one in truths:
        if one.planting:
            by[one.planting].append(one)
    return [
        Planting(
            kind=some[0].kind.split("_", 1)[1],
            strength=some[0].strength,
            dataset=some[0].dataset,
            regions=frozenset(one.region_code for one in some),
            periods=frozenset(one.period for one in some),
            is_honest=some[0].severity == "honest",
        )
        for some in by.values()
    ]


def _inside(code: str) -> str:
    return code.rstrip("0") if code.endswith("000000") else code[:9] if code.endswith("000") else code


def meets(one: Told, planting: Planting) -> bool:
    """Whether something told speaks of the place and time of a planting."""
    late = one.until >= min(planting.periods) and one.since[:4] <= max(planting.periods)[:4]
    return late and any(
        code.startswith(_inside(mine)) or mine.startswith(_inside(code))
        for code in planting.regions
        for mine in one.regions
    )


def judged(tells: Sequence[Told], planted: Sequence[Planting]) -> dict[str, Any]:
    """What was found, what was told rightly, and which honest oddities were told."""
    padded = [one for one in planted if not one.is_honest]
    found = {
        index: any(t.names & set(KINDS[p.kind].shown_by) and meets(t, p) for t in tells)
        for index, p in enumerate(padded)
    }
    right = [any(p.dataset in t.datasets and meets(t, p) for p in padded) for t in tells]
    wrong = [t for t, is_right in zip(tells, right, strict=True) if not is_right]
    return {
        "found": [(p.kind, p.strength, found[i]) for i, p in enumerate(padded) if p.kind not in _IN_FORMS],
        "right": right,
        "certain": [t.certainty for t in tells],
        "wrong": wrong,
        "odd": [
            (p.kind, [t for t in wrong if p.dataset in t.datasets and meets(t, p)])
            for p in planted
            if p.is_honest
        ],
    }


def measure(seed: int, honest: bool) -> dict[str, Any]:
    """Draw a city, and judge what is told of it."""
    world = unsettled(make_world("city", seed))
    city = looked_at(world, drawn(world, honest=honest))
    return {"seed": seed, "seconds": city.seconds, **judged(told(city), plantings(city.truths))}


def fitted(seeds: Sequence[int]) -> str:
    """How sure one may be of a case, learned from cities whose truth is known: ``expectations/cases/certainty.yaml``."""
    pairs = []
    for seed in seeds:
        for number, honest in ((seed, False), (seed + 500, True)):
            world = unsettled(make_world("city", number))
            city = looked_at(world, drawn(world, honest=honest))
            padded = [one for one in plantings(city.truths) if not one.is_honest]
            pairs += pairs_of(city.tables, city.known, partial(_is_true, city.known, padded))
            print(f"seed {number}: {len(pairs)} cases", file=sys.stderr, flush=True)
    return fit(pairs)


def _is_true(known: Known, padded: Sequence[Planting], row: Mapping[str, Any]) -> bool:
    one = as_told(row, known)
    return any(p.dataset in one.datasets and meets(one, p) for p in padded)


def tell(padded: Sequence[Mapping[str, Any]], clean: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """The figures as lines of text."""
    found = pd.DataFrame(
        [row for one in padded for row in one["found"]], columns=["kind", "strength", "found"]
    )
    table = found.pivot_table(index="kind", columns="strength", values="found", aggfunc=["sum", "count"])
    yield f"{'':<28}" + "".join(f"{name:>12}" for name in STRENGTHS)
    for kind, row in table.iterrows():
        cells = [
            f"{row.get(('sum', s), 0):.0f}/{row.get(('count', s), 0):.0f}".replace("nan", "0")
            for s in STRENGTHS
        ]
        yield f"{kind:<28}" + "".join(f"{cell:>12}" for cell in cells)
    shares = found.groupby("strength")["found"].mean()
    yield "recall " + ", ".join(f"{name} {shares.get(name, float('nan')):.2f}" for name in STRENGTHS)
    right = [one for row in padded for one in row["right"]]
    yield f"precision {sum(right) / max(1, len(right)):.2f} of {len(right)} cases in {len(padded)} padded cities"
    yield from _calibration(padded)
    for row in clean:
        high = [one for one in row["wrong"] if one.certainty >= HIGH]
        yield f"clean city {row['seed']}: {len(row['wrong'])} cases, {len(high)} of them urgent"
    odd = [told for row in (*padded, *clean) for _, told in row["odd"]]
    yield f"honest oddities told: {sum(bool(one) for one in odd)} of {len(odd)}"
    wrong = pd.Series([name for row in (*padded, *clean) for one in row["wrong"] for name in one.names])
    yield "false alarms: " + ", ".join(f"{name} {n}" for name, n in wrong.value_counts().items())
    yield f"seconds a city: {max(row['seconds'] for row in (*padded, *clean)):.1f} at most"


def _calibration(padded: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """By fifth of certainty: how sure cases were told to be, and how many were true."""
    rows = pd.DataFrame(
        [pair for one in padded for pair in zip(one["certain"], one["right"], strict=True)],
        columns=["told", "true"],
    )
    for band, part in rows.groupby(pd.cut(rows["told"], [0, 0.2, 0.4, 0.6, 0.8, 1.0]), observed=True):
        yield f"told with {band}: {len(part)} cases, mean {part['told'].mean():.2f}, true {part['true'].mean():.2f}"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser("python -m bench.detection", description=__doc__)
    parser.add_argument("--seeds", type=int, nargs="*", help="by default ten that nothing was tuned on")
    parser.add_argument("--wrong", action="store_true", help="print every false alarm")
    parser.add_argument("--json", action="store_true")
    parser.add_argument(
        "--fit", action="store_true", help="learn certainty.yaml from these seeds, and print it"
    )
    args = parser.parse_args()
    seeds = args.seeds or UNSEEN
    if args.fit:
        print(fitted(seeds))
        return
    cities = [(seed, False) for seed in seeds] + [(seed + 500, True) for seed in seeds]
    with ProcessPoolExecutor() as pool:
        done = list(pool.map(measure, *zip(*cities, strict=True)))
    padded, clean = done[: len(seeds)], done[len(seeds) :]
    print(json.dumps([padded, clean], default=str) if args.json else "\n".join(tell(padded, clean)))
    if args.wrong:
        for row in (*padded, *clean):
            for one in row["wrong"]:
                print(row["seed"], one)


if __name__ == "__main__":
    main()
