"""What is planted is hidden, what is honest is shown: on the half that is tuned on, and on the half that is not."""

from __future__ import annotations

import pytest

from tests.expectations.planted.measure import Figures, measure_texts, measure_workbooks


def shortfall(figures: Figures) -> str:
    return "\n".join(figures.examples[:20])


@pytest.mark.parametrize(("half", "recall", "false_masks"), [("dev", 0.995, 0.01), ("held_out", 0.97, 0.03)])
def test_private_values_in_free_texts(half: str, recall: float, false_masks: float) -> None:
    figures = measure_texts(half)
    assert figures.recall >= recall, shortfall(figures)
    assert figures.false_masks <= false_masks, shortfall(figures)


@pytest.mark.parametrize(("half", "recall", "false_masks"), [("dev", 0.995, 0.04), ("held_out", 0.985, 0.04)])
def test_private_values_wherever_a_workbook_holds_text(half: str, recall: float, false_masks: float) -> None:
    figures = measure_workbooks(half)
    assert figures.recall >= recall, shortfall(figures)
    assert figures.false_masks <= false_masks, shortfall(figures)
