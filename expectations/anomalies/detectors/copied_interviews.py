"""One interviewer's questionnaires are nearly the same, more than the same moods give elsewhere.

Of each questionnaire the share of questions is taken on which it agrees with the nearest other one of the same
interviewer, and with all of them; both must stand out. With few questions many honest questionnaires agree, and more of them where people are
content; so the yardstick is learned: each questionnaire is exchanged for one of other interviewers of the county with
the same sum of answers, a hundred times. Who interviews in a village of one mind differs from that a little everywhere:
the scores are scaled by how much they spread among all interviewers (empirical null).

At least 8 questionnaires of an interviewer and 40 of others in a period, 4 questions. Not seen: questionnaires copied from
another interviewer or period, and those of one answer throughout (``straight_lining``).

Source: Kuriakose and Robbins (2016), Don't Get Duped: Fraud through Duplication in Public Opinion Surveys,
Statistical Journal of the IAOS 32, 283-291; on calibration Simmons et al. (2016), Evaluating a New Proposal for
Detecting Data Falsification in Surveys, ibid. 327-338; Efron (2004), Large-Scale Simultaneous Hypothesis Testing, JASA
99, 96-104.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.anomalies.control import below, robust_scale
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.anomalies.surveys import rounds, straight

NAME = "copied_interviews"

_FEWEST = 8
_FEWEST_OTHERS = 40
_MOST = 120
_EXCHANGES = 100
_CANDIDATES = 12
_LEAST_EXCESS = 0.1
_LEAST_SHARE = 1 / 3
_LEAST_EXCESS_OF_ALL = 0.2
"""Among a hundred questionnaires nearly every honest one has a double; that all agree with all is no chance."""
_LEAST_SCORE = 3.3
"""A hundred exchanges and a normal tail say no more of a lower one than that it is rare."""
_NEAR = 0.7
_HASTE = 0.5

_Answers = npt.NDArray[np.int8]


def find(scene: Scene) -> pd.DataFrame:
    """Tests per survey, interviewer and period; the region is the county interviewed in."""
    parts = [
        tests(_round(rows[kept].reset_index(drop=True), answers[kept]), dataset=contract.dataset)
        for contract, rows, answers in rounds(scene)
        for kept in [~straight(answers)]
    ]
    parts = [part for part in parts if len(part)]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"一名访问员的 {row.n} 份问卷中有 {row.value:.0f} 份与他的另一份在 {row.questions} 道题里至少 {row.alike} 道答案相同，"
        f"换成别的访问员总分相同的问卷，应为 {row.expected:.1f} 份左右{_haste(row)}。值得电话回访这些受访者。"
        for row in each(found)
    ]


def _haste(row: Any) -> str:
    """Duration speaks beside the answers, never alone."""
    if not row.minutes < _HASTE * row.usual_minutes:
        return ""
    return f"；访问时长中位数 {row.minutes:.0f} 分钟，其他访问员 {row.usual_minutes:.0f} 分钟"


def _round(rows: pd.DataFrame, answers: _Answers) -> pd.DataFrame:
    """One row per interviewer with enough questionnaires."""
    rng = np.random.default_rng(len(rows))
    counties = rows["region_code"].to_numpy()
    judged = []
    for _, of_one in rows.groupby(["region_code", "interviewer"], sort=True):
        mine, county = of_one.index.to_numpy(), of_one["region_code"].iloc[0]
        own = mine[:_MOST]
        others = np.setdiff1d(np.flatnonzero(counties == county), mine)
        if len(others) < _FEWEST_OTHERS:
            others = np.setdiff1d(np.arange(len(rows)), mine)
        if len(own) >= _FEWEST and len(others) >= _FEWEST_OTHERS:
            judged.append(
                {
                    "region_code": county,
                    "period": rows["period"].iloc[0],
                    "subject": of_one["interviewer"].iloc[0],
                    "minutes": rows["minutes"].iloc[own].median(),
                    "usual_minutes": rows["minutes"].iloc[others].median(),
                    **_held(answers[own], answers[others], rows["record"].to_numpy()[own], rng),
                }
            )
    return _scaled(pd.DataFrame(judged)) if judged else pd.DataFrame()


def _held(
    own: _Answers, others: _Answers, records: npt.NDArray[Any], rng: np.random.Generator
) -> dict[str, Any]:
    """An interviewer's questionnaires held against as many of others with the same sums."""
    count, asked = own.shape
    nearest, all_of_them = _agreement(own[None], np.arange(count)[None])
    picks = _exchanged(own.sum(axis=1), others.sum(axis=1), rng)
    usual, usual_all = _agreement(others[picks], picks)
    scores = [
        (seen.mean() - drawn.mean()) / max(drawn.mean(axis=-1).std(ddof=1), 1e-3)
        for seen, drawn in ((nearest, usual), (all_of_them, usual_all))
    ]
    fewest = int(np.ceil(_NEAR * asked))
    excess = {k: (nearest >= k).sum() - (usual >= k).sum(axis=1).mean() for k in range(fewest, asked + 1)}
    alike = max(excess, key=lambda k: float(excess[k]))
    return {
        "n": count,
        "questions": asked,
        "alike": alike,
        "value": float((nearest >= alike).sum()),
        "expected": float((usual >= alike).sum(axis=1).mean()),
        "records": records[nearest[0] >= alike].tolist(),
        "score": min(scores),
        "eligible": (
            nearest.mean() - usual.mean() >= _LEAST_EXCESS * asked
            and (nearest >= alike).sum() >= _LEAST_SHARE * count
        )
        or all_of_them.mean() - usual_all.mean() >= _LEAST_EXCESS_OF_ALL,
    }


def _agreement(
    answers: _Answers, identity: npt.NDArray[np.int64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Of sets of questionnaires (sets × rows × questions): questions agreed on with the nearest, and on average.

    The same questionnaire drawn twice into a set is not compared with itself.
    """
    agreed = np.zeros((*answers.shape[:2], answers.shape[1]), dtype=np.int8)
    for question in range(answers.shape[2]):
        agreed += answers[:, :, None, question] == answers[:, None, :, question]
    agreed[identity[:, :, None] == identity[:, None, :]] = 0
    return agreed.max(axis=2).astype(float), agreed.sum(axis=2) / (answers.shape[1] - 1)


def _exchanged(
    sums: npt.NDArray[np.int64], other_sums: npt.NDArray[np.int64], rng: np.random.Generator
) -> npt.NDArray[np.int64]:
    """For each questionnaire another of the same sum, or of the nearest where there are few: exchanges × rows."""
    order = np.argsort(other_sums, kind="stable")
    ordered = other_sums[order]
    picks = np.empty((_EXCHANGES, len(sums)), dtype=np.int64)
    for total in np.unique(sums):
        at = np.flatnonzero(sums == total)
        most = min(len(ordered), max(_CANDIDATES, 2 * len(at)))
        low, high = np.searchsorted(ordered, total, "left"), np.searchsorted(ordered, total, "right")
        low = max(0, min(low, (low + high - most) // 2))
        high = min(len(ordered), max(high, low + most))
        drawn = rng.random((_EXCHANGES, high - low)).argsort(axis=1)
        picks[:, at] = order[low + drawn[:, np.arange(len(at)) % (high - low)]]
    return picks


def _scaled(judged: pd.DataFrame) -> pd.DataFrame:
    """Scores by their own spread among the interviewers of the period, and the chance of them."""
    middle = max(0.0, float(judged["score"].median())) if len(judged) >= _FEWEST else 0.0
    score = (judged["score"] - middle) / robust_scale(judged["score"], 1.0)
    return judged.assign(score=score, p=below(-score), eligible=judged["eligible"] & (score >= _LEAST_SCORE))
