"""Questionnaires as the detectors of interviews read them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pandas as pd

from expectations.anomalies.scene import RECORD, Scene
from expectations.contracts.model import Contract

FEWEST_QUESTIONS = 4
_ANSWERED = 0.5


def questions(contract: Contract) -> list[str]:
    """The columns of a survey answered on a scale from 1 to 5."""
    return [c.name for c in contract.columns if c.type == "integer" and (c.minimum, c.maximum) == (1, 5)]


def rounds(scene: Scene) -> Iterator[tuple[Contract, pd.DataFrame, npt.NDArray[np.int8]]]:
    """Each survey and period: its questionnaires with an interviewer, and their answers.

    Yields:
        The contract; a frame of ``region_code`` (the county's), ``period``, ``interviewer``, ``minutes``, ``record``;
        answers, one row each, 0 where there is none. A question that most left out is not among them.
    """
    for contract in scene.datasets():
        asked = questions(contract)
        if "interviewer" not in contract.by_name or len(asked) < FEWEST_QUESTIONS:
            continue
        rows = _rows(scene, contract, asked)
        for _, of_period in rows.groupby("period", sort=True):
            answers = of_period[asked].fillna(0).to_numpy(dtype=np.int8)
            answers = answers[:, (answers > 0).mean(axis=0) >= _ANSWERED]
            if answers.shape[1] >= FEWEST_QUESTIONS:
                yield contract, of_period.drop(columns=asked).reset_index(drop=True), answers


def straight(answers: npt.NDArray[np.int8]) -> npt.NDArray[np.bool_]:
    """Which questionnaires give one answer throughout."""
    return np.asarray((answers == answers[:, :1]).all(axis=1))


def _rows(scene: Scene, contract: Contract, asked: list[str]) -> pd.DataFrame:
    minutes = "minutes" if "minutes" in contract.by_name else "null::double"
    return scene.query(
        f"""
        select left(region_code, 6) || '000000' as region_code, period, interviewer, {minutes}::double as minutes,
            {RECORD} as record, {", ".join(asked)}
        from {contract.dataset} where period <= $until and interviewer is not null
        order by period, region_code, interviewer, record
        """  # noqa: S608
    )
