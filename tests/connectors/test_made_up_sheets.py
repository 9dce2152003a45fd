"""Sheets as county offices make them, each with the truth about every row: ``python -m tests.connectors.test_made_up_sheets``."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.connectors.made_up_sheets import FOLDER, differences, read

SHEETS = sorted(FOLDER.glob("*.txt"))
KNOWN_WRONG = frozenset(
    {
        "census_age_sex",
        "cover_sheet",
        "household_card",
        "import_template",
        "input_output",
        "months_plan_actual",
        "months_quarters",
        "months_quarters_blank",
        "pivot_export",
        "project_list_numerals",
        "regional_blocks_yearbook",
        "student_health",
        "village_card",
        "wide_sixty",
        "wide_sixty_blank",
    }
)
"""Read otherwise than their truth says; most of them can be read in two ways and say so."""


@pytest.mark.parametrize(
    "path", [path for path in SHEETS if path.stem not in KNOWN_WRONG], ids=lambda path: path.stem
)
def test_a_made_up_sheet_is_read_as_it_is_meant(path: Path) -> None:
    assert differences(read(path)) == []


def test_nothing_is_called_wrong_that_is_right() -> None:
    assert {name for name in KNOWN_WRONG if not differences(read(FOLDER / f"{name}.txt"))} == set()


def main() -> None:
    """Print what differs."""
    for path in [FOLDER / f"{name}.txt" for name in sys.argv[1:]] or SHEETS:
        for text in differences(read(path)):
            sys.stdout.write(f"{path.stem}: {text}\n")


if __name__ == "__main__":
    main()
