"""What a padding (渗水) is: figures a county or township makes look better on purpose, each row by itself keeping every rule.

A padding wraps a ledger's rows and writes down what it did. Honest oddities, which look like padding and are none, are
planted the same way. Typing mistakes are ``faults``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.datasets.catalog import all_ledgers
from pipelines.demo.regions import Character
from pipelines.demo.truth import Truth
from pipelines.demo.world import World

Strength = Literal["blatant", "moderate", "subtle"]
STRENGTHS: tuple[Strength, ...] = ("blatant", "moderate", "subtle")
Padded = tuple[pd.DataFrame, Sequence[str]]
"""The frame as it is handed in, and the regions that were touched; none where this month is left alone."""


@dataclass(frozen=True)
class Where:
    """Where something is planted.

    Attributes:
        county: Last two digits of the county's code; another county where the city has none of that number.
        towns: Which of its townships, by number.
    """

    county: str
    towns: tuple[int, ...] = (0,)

    def county_in(self, world: World) -> str:
        """Six digits."""
        codes = sorted(set(world.villages["county"]))
        wanted = f"9901{self.county}"
        return wanted if wanted in codes else codes[int(self.county) % len(codes)]

    def towns_in(self, world: World) -> list[str]:
        """Codes of the townships."""
        villages = world.villages
        codes = villages.loc[villages["county"] == self.county_in(world), "town_code"].unique()
        return list(dict.fromkeys(str(codes[number % len(codes)]) for number in self.towns))


@dataclass(frozen=True)
class Kind:
    """One way of making figures look better, or of looking as if.

    Attributes:
        name: In English.
        dataset: Whose rows it changes.
        note: For people, in Chinese.
        apply: From the rows of a period to those that are handed in.
        sizes: How much, by strength, in a measure of the kind's own.
        reach: What is chosen: a ``county``, or one or two ``towns`` of it.
        shown_by: Detectors, reconciliations and rules that name it rightly.
        rule: The finding or reconciliation that must show it, empty where only anomalies may.
        is_honest: Whether nothing is amiss, so that nothing may be told.
        fits: In which counties it can be planted, by what kind of county one is.
    """

    name: str
    dataset: str
    note: str
    apply: Callable[[Context], Padded]
    sizes: Mapping[Strength, float]
    reach: Literal["county", "towns"]
    shown_by: tuple[str, ...]
    rule: str = ""
    is_honest: bool = False
    fits: Callable[[Character], bool] = lambda _county: True


@dataclass(frozen=True)
class Padding:
    """A kind, somewhere, so strong."""

    kind: Kind
    where: Where
    strength: Strength = "blatant"

    @property
    def size(self) -> float:
        """How much, in the kind's measure."""
        return self.kind.sizes[self.strength]


@dataclass(frozen=True)
class Context:
    """What a padding works on.

    Attributes:
        world: The city.
        ledgers: All honest ledgers.
        padding: Which it is.
        period: The month that stands for the period.
        frame: Its rows, those of earlier paddings included; to be changed into a new frame.
        rng: For this padding and period.
    """

    world: World
    ledgers: Mapping[str, Rows]
    padding: Padding
    period: str
    frame: pd.DataFrame
    rng: np.random.Generator

    @property
    def size(self) -> float:
        """How much, in the kind's measure."""
        return self.padding.size

    @property
    def county(self) -> str:
        """Six digits."""
        return self.padding.where.county_in(self.world)

    @property
    def towns(self) -> list[str]:
        """Codes of the townships."""
        return self.padding.where.towns_in(self.world)

    @property
    def step(self) -> int:
        """Which of the city's months the period is, from 0."""
        return self.world.months.index(self.period)

    @property
    def last(self) -> str:
        """The last month."""
        return self.world.months[-1]

    def honest(self, period: str) -> pd.DataFrame:
        """The ledger's true rows of a period."""
        return self.ledgers[self.padding.kind.dataset](period)

    def always(self) -> np.random.Generator:
        """A generator that draws the same in every period."""
        return self.world.rng(self.padding.kind.name, self.county, *self.towns)

    def month(self, first: int = 3) -> str:
        """A month of the year drawn once, not before the ``first`` one (from 0)."""
        months = self.world.months
        return months[int(self.always().integers(min(first, len(months) - 2), len(months) - 1))]

    def here(self) -> npt.NDArray[np.bool_]:
        """Rows of the townships."""
        return self.frame["town_code"].isin(self.towns).to_numpy()

    def in_county(self) -> npt.NDArray[np.bool_]:
        """Rows of the county."""
        mine: npt.NDArray[np.bool_] = (self.frame["county"] == self.county).to_numpy()
        return mine

    def villages(self, count: int) -> list[str]:
        """So many villages of the townships, drawn once."""
        codes = self.world.villages.loc[self.world.villages["town_code"].isin(self.towns), "code"].to_numpy()
        return [str(code) for code in self.always().permutation(codes)[:count]]

    def among(self, mask: npt.NDArray[np.bool_], count: int) -> npt.NDArray[np.int64]:
        """Up to ``count`` positions of the frame that a mask marks."""
        positions = np.flatnonzero(mask)
        return np.sort(self.rng.permutation(positions)[:count])


def padded_ledgers(world: World, truths: list[Truth], paddings: Sequence[Padding]) -> dict[str, Rows]:
    """All ledgers of the city with paddings; what is done is added to ``truths`` when rows are first asked for.

    What is honest is in the ledgers before forms and claims are written from them; what is padded is not.
    """
    honest = [one for one in paddings if one.kind.is_honest]
    rest = [one for one in paddings if not one.kind.is_honest]
    ledgers = all_ledgers(world, lambda kept: _pad(kept, world, truths, honest))
    return _pad(ledgers, world, truths, rest)


def _pad(
    ledgers: Mapping[str, Rows], world: World, truths: list[Truth], paddings: Sequence[Padding]
) -> dict[str, Rows]:
    return {
        dataset: _padded(
            dataset, ledgers, world, truths, [one for one in paddings if one.kind.dataset == dataset]
        )
        for dataset in ledgers
    }


def _padded(
    dataset: str, ledgers: Mapping[str, Rows], world: World, truths: list[Truth], own: Sequence[Padding]
) -> Rows:
    if not own:
        return ledgers[dataset]
    written: set[str] = set()

    def padded(period: str) -> pd.DataFrame:
        frame = ledgers[dataset](period)
        for padding in own:
            rng = world.rng(padding.kind.name, dataset, period, padding.where.county)
            frame, regions = padding.kind.apply(Context(world, ledgers, padding, period, frame, rng))
            frame = frame.reset_index(drop=True)
            if period not in written:
                truths.extend(_truths(padding, world, period, regions))
        written.add(period)
        return frame

    return padded


def _truths(padding: Padding, world: World, period: str, regions: Sequence[str]) -> Iterator[Truth]:
    kind = padding.kind
    what = "honest" if kind.is_honest else "padding"
    for region in regions:
        yield Truth(
            kind=f"{what}_{kind.name}", dataset=kind.dataset, file="", severity=what, region_code=region,
            period=period, rule=kind.rule, note=kind.note, strength=padding.strength,
            planting=f"{kind.name}@{padding.where.county_in(world)}/{'.'.join(map(str, padding.where.towns))}",
        )  # fmt: skip
