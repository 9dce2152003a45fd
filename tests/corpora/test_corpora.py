"""The scores on the labelled corpora do not fall; skipped where the corpora are absent."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.corpora import score_imtqa, score_saus, score_structure


@pytest.fixture(autouse=True)
def _corpora(shared: Path) -> None:
    if not (shared / "corpora").is_dir():
        pytest.skip("no corpora beside the repository")


def test_header_depth_on_imtqa() -> None:
    assert score_imtqa.score().share >= 0.98


def test_header_and_data_rows_on_saus() -> None:
    result = score_saus.score()
    assert result.share >= 0.98
    assert result.share_of_all >= 0.98
    assert result.data.f1 >= 0.99


def test_rows_units_and_codes_on_real_sheets() -> None:
    result = score_structure.score()
    assert result.right == result.sheets, result.errors
    assert {kind: tally.f1 for kind, tally in result.rows.items()} == dict.fromkeys(result.rows, 1.0)
    assert result.columns_right / result.columns >= 0.99
    assert result.paths_right / result.columns >= 0.99
    assert result.labels_right / result.labels >= 0.98
