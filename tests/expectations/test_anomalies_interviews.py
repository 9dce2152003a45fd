"""Interviews that were copied and edited, or answered straight down, and the honest ones that look alike."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.anomalies.detectors import copied_interviews, straight_lining
from tests.expectations.test_anomalies import TOWNS, city, found

QUESTIONS = [
    "awareness",
    "support",
    "satisfaction",
    "satisfaction_industry",
    "satisfaction_environment",
    "satisfaction_culture",
    "satisfaction_governance",
    "satisfaction_livelihood",
]
COUNTIES = sorted({town[:6] for town in TOWNS})
PER_INTERVIEWER = 18


def survey(seed: int, level: float = 3.7, villages_differ: float = 0.3, asked: int = 8) -> pd.DataFrame:
    """Five interviewers in each county, each in villages of his own, with their moods and sore points."""
    rng = np.random.default_rng(seed)
    parts = []
    for county in COUNTIES:
        for who in range(5):
            mood = level + rng.normal(0, villages_differ) + rng.normal(0, 0.6, (PER_INTERVIEWER, 1))
            sore = rng.normal(0, villages_differ, 8)
            answers = np.round(mood + sore + rng.normal(0, 0.7, (PER_INTERVIEWER, 8))).clip(1, 5)
            part = pd.DataFrame(answers.astype(int), columns=QUESTIONS).iloc[:, :asked]
            part["region_code"] = f"{county}{101 + who}2{who:02}"
            part["interviewer"] = f"tok_{county}_{who}"
            part["minutes"] = rng.gamma(8, 2, PER_INTERVIEWER) + 4
            parts.append(part)
    return pd.concat(parts, ignore_index=True).assign(period="2025-06")


def copied(frame: pd.DataFrame, who: str, edits: int, share: float, seed: int = 1) -> pd.DataFrame:
    """A share of an interviewer's questionnaires, written after a few of his with some answers changed."""
    rng = np.random.default_rng(seed)
    frame = frame.copy()
    asked = [name for name in QUESTIONS if name in frame]
    own = frame.index[frame["interviewer"] == who]
    for row in rng.permutation(own)[: int(share * len(own))]:
        answers = frame.loc[own[row % 2], asked].to_numpy(copy=True)
        for place in rng.choice(len(asked), edits, replace=False):
            answers[place] = np.clip(answers[place] + rng.choice([-1, 1]), 1, 5)
        frame.loc[row, asked] = answers
    return frame


@pytest.mark.parametrize(("edits", "share"), [(0, 0.6), (1, 0.8), (1, 1.0), (2, 1.0)])
def test_copies_with_a_few_edits_are_found_for_their_interviewer(edits: int, share: float) -> None:
    hits = 0
    for seed in range(6):
        who = f"tok_{COUNTIES[seed % 6]}_2"
        rows = found(city(satisfaction_survey=copied(survey(seed), who, edits, share)), copied_interviews)
        hits += who in rows["subject"].tolist()
    assert hits >= (5 if edits < 2 else 4)


def test_the_questionnaires_concerned_are_named_and_the_interviewer_is_not() -> None:
    who = f"tok_{COUNTIES[0]}_1"
    frame = copied(survey(3), who, 1, 1.0)
    frame.loc[frame["interviewer"] == who, "minutes"] = 3.5
    (row,) = found(city(satisfaction_survey=frame), copied_interviews).to_dict("records")
    own = set(np.flatnonzero(frame["interviewer"] == who))
    assert {int(one.split()[1]) for one in row["records"]} <= own
    assert len(row["records"]) == row["value"] > 2 * row["expected"]
    assert who not in row["message"]
    assert "访问时长中位数 4 分钟" in row["message"]


def test_short_interviews_alone_are_not_told() -> None:
    frame = survey(4)
    frame.loc[frame["interviewer"] == f"tok_{COUNTIES[0]}_1", "minutes"] = 3.0
    assert found(city(satisfaction_survey=frame), copied_interviews, straight_lining).empty


@pytest.mark.parametrize("level", [2.6, 3.7, 4.4, 4.9])
@pytest.mark.parametrize("asked", [5, 8])
def test_honest_surveys_are_left_alone_whatever_the_mood(level: float, asked: int) -> None:
    told = [
        len(
            found(
                city(satisfaction_survey=survey(seed, level, 0.25, asked)), copied_interviews, straight_lining
            )
        )
        for seed in range(8)
    ]
    assert sum(told) <= 1


def test_a_county_that_is_content_throughout_is_left_alone() -> None:
    for seed in range(5):
        frame = survey(seed)
        content = frame["region_code"].str.startswith(COUNTIES[2])
        rng = np.random.default_rng(seed)
        answers = np.where(rng.random((int(content.sum()), 8)) < 0.93, 5, 4)
        frame.loc[content, QUESTIONS] = answers
        assert found(city(satisfaction_survey=frame), copied_interviews, straight_lining).empty


def test_one_answer_throughout_is_told_by_itself() -> None:
    who = f"tok_{COUNTIES[4]}_0"
    frame = survey(7)
    own = frame.index[frame["interviewer"] == who]
    frame.loc[own[:15], QUESTIONS] = 5
    connection = city(satisfaction_survey=frame)
    (row,) = found(connection, straight_lining).to_dict("records")
    assert (row["subject"], row["value"], row["n"]) == (who, 15, PER_INTERVIEWER)
    assert len(row["records"]) == 15
    assert found(connection, copied_interviews).empty


def test_too_few_questionnaires_are_not_judged() -> None:
    who = f"tok_{COUNTIES[0]}_1"
    frame = copied(survey(3), who, 0, 1.0)
    few = frame[(frame["interviewer"] != who) | (frame.groupby("interviewer").cumcount() < 7)]
    assert who not in found(city(satisfaction_survey=few), copied_interviews)["subject"].tolist()
