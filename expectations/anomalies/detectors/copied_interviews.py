"""One interviewer's questionnaires give the same answers throughout, more often than others'.

Whole rows of answers are compared. With few questions many honest questionnaires are alike, so the chance of the
row in question is learned from the other interviewers.

Source: Kuriakose and Robbins (2016), Don't Get Duped: Fraud through Duplication in Public Opinion Surveys,
Statistical Journal of the IAOS 32, 283-291; calibrated by number of questions.
"""

from __future__ import annotations

import pandas as pd

from expectations.anomalies.control import at_least
from expectations.anomalies.scene import Scene, each, no_tests, tests
from expectations.contracts.model import Contract

NAME = "copied_interviews"

_FEWEST = 8
_FEWEST_QUESTIONS = 3
_LEAST_SHARE = 0.3


def find(scene: Scene) -> pd.DataFrame:
    """Tests per survey, interviewer and period; the region is the county interviewed in."""
    parts = [
        _tested(counts, contract.dataset)
        for contract in scene.datasets()
        if "interviewer" in contract.by_name and len(_questions(contract)) >= _FEWEST_QUESTIONS
        for counts in [_counts(scene, contract)]
        if len(counts)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_tests()


def tell(scene: Scene, found: pd.DataFrame) -> list[str]:
    """Messages."""
    return [
        f"一名访问员的 {row.n} 份问卷中有 {row.value:.0f} 份答案完全相同（{row.questions} 道题），"
        f"照其他访问员应为 {row.expected:.1f} 份左右。值得电话回访这些受访者。"
        for row in each(found)
    ]


def _questions(contract: Contract) -> list[str]:
    return [c.name for c in contract.columns if c.type == "integer" and (c.minimum, c.maximum) == (1, 5)]


def _counts(scene: Scene, contract: Contract) -> pd.DataFrame:
    questions = _questions(contract)
    answers = ", ".join(f"coalesce({name}::varchar, '')" for name in questions)
    return scene.query(
        f"""
        with rows as (
            select left(region_code, 6) || '000000' as region_code, period, interviewer,
                concat_ws('|', {answers}) as answers
            from {contract.dataset} where period <= $until and interviewer is not null
        ), alike as (select region_code, period, interviewer, answers, count(*) as same from rows group by all)
        select region_code, period, interviewer as subject, answers, same,
            sum(same) over (partition by region_code, period, interviewer)::bigint as n,
            sum(same) over (partition by period, answers)::bigint as everywhere,
            sum(same) over (partition by period)::bigint as everyone,
            {len(questions)} as questions,
            count(*) over (partition by region_code, period, interviewer) as kinds
        from alike
        qualify row_number() over (partition by region_code, period, interviewer order by same desc, answers) = 1
        order by all
        """  # noqa: S608
    )


def _tested(counts: pd.DataFrame, dataset: str) -> pd.DataFrame:
    others = counts["everyone"] - counts["n"]
    usual = (counts["everywhere"] - counts["same"] + 1) / (others + 2)
    judged = (counts["n"] >= _FEWEST) & (others >= _FEWEST)
    return tests(
        counts.assign(
            p=(at_least(counts["same"], counts["n"], usual) * counts["kinds"]).clip(upper=1),
            value=counts["same"].astype(float),
            expected=usual * counts["n"],
            score=counts["same"] / counts["n"],
            eligible=(counts["same"] >= _LEAST_SHARE * counts["n"])
            & (counts["same"] >= 3 * usual * counts["n"]),
        )[judged],
        dataset=dataset,
    )
