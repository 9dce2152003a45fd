"""The satisfaction survey of a quarter: the villages drawn for it, and the questionnaires answered there."""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt
import pandas as pd

from pipelines.demo.datasets import Rows
from pipelines.demo.world import World, dates, last_day

SAMPLE = 12
"""Questionnaires per sampled village and quarter."""

_ITEMS = ("industry", "environment", "culture", "governance", "livelihood")
_MODES = ("入户", "电话", "网络", "拦访")


def satisfaction_survey(world: World) -> Rows:
    """One row per answered questionnaire; every quarter samples other villages."""
    interviewers = {county: world.people.names(6) for county in world.villages["county"].drop_duplicates()}

    def rows(month: str) -> pd.DataFrame:
        rng = world.rng("satisfaction_survey", month)
        chosen = _drawn(world, rng)
        picks = np.repeat(chosen, SAMPLE)
        count = len(picks)
        places = world.places(picks)
        serial = places.groupby("county").cumcount().to_numpy() + 1
        quarter = f"{month[:4]}Q{int(month[5:]) // 3}"
        staff = [
            interviewers[county][n]
            for county, n in zip(places["county"], rng.integers(0, 6, count).tolist(), strict=True)
        ]
        return places.assign(
            respondent_number=[
                f"Q{quarter}-{county}-{n:05d}" for county, n in zip(places["county"], serial, strict=True)
            ],
            interviewer=staff,
            mode=np.array(_MODES, dtype=object)[rng.choice(4, count, p=[0.62, 0.25, 0.08, 0.05])],
            surveyed_on=_days(rng, month, count),
            minutes=np.round(rng.gamma(9.0, 1.6, count) + 4.0, 1),
            gender=np.where(rng.random(count) < 0.52, "男", "女"),
            age=rng.integers(18, 86, count),
            **_answers(rng, world.mean("satisfaction")[picks]),
        )

    return rows


def survey_plan(world: World) -> Rows:
    """One row per village that was drawn for the quarter, with the households to be visited."""

    def rows(month: str) -> pd.DataFrame:
        chosen = _drawn(world, world.rng("satisfaction_survey", month))
        rng = world.rng("survey_plan", month)
        return world.places(chosen).assign(
            planned_interviews=SAMPLE + rng.integers(0, 4, len(chosen)),
            drawn_from=world.households(month)[chosen],
            method=np.array(("随机", "等距"), dtype=object)[rng.integers(0, 2, len(chosen))],
            seed=month.replace("-", ""),
        )

    return rows


def _drawn(world: World, rng: np.random.Generator) -> npt.NDArray[np.int64]:
    """Villages of the sample; the first thing drawn of a quarter."""
    share = max(0.24, 4 / len(world.villages))
    return np.flatnonzero(rng.random(len(world.villages)) < share)


def _days(rng: np.random.Generator, month: str, count: int) -> npt.NDArray[np.object_]:
    end = last_day(month)
    start = end - dt.timedelta(days=80)
    return dates(np.datetime64(start, "D") + rng.integers(0, 75, count).astype("timedelta64[D]"))


def _answers(rng: np.random.Generator, mean: npt.NDArray[np.float64]) -> dict[str, npt.NDArray[np.int64]]:
    """Answers of 1 to 5 that share the respondent's mood; the overall answer follows the five items."""
    mood = rng.normal(0, 0.45, len(mean))

    def answer(shift: float) -> npt.NDArray[np.int64]:
        drawn = np.round(mean + shift + mood + rng.normal(0, 0.55, len(mean)))
        return drawn.clip(1, 5).astype(np.int64)

    items = {f"satisfaction_{item}": answer(0.0) for item in _ITEMS}
    mean_item = np.mean(np.array(list(items.values())), axis=0)
    overall: npt.NDArray[np.int64] = np.array(np.round(mean_item), dtype=np.int64)
    return {"awareness": answer(-0.2), "support": answer(0.1), "satisfaction": overall, **items}
