"""What the terminal shows: no word lost, what is going on, and nothing imported that the answer does not need."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest

from pipelines.cli import common
from tests.pipelines.town import Town, new_town, toilets

JUNE = "toilet_reform/2025-06"
LONG = "户主身份证号与出生日期不一致，请核对身份证原件后改正，改正后重新报送本表；" * 3
ROWS = [{"region": "990121100200 榆塘县·沐溪镇·甲村", "message": LONG, "n": 1234567, "status": "superseded"}]


pytestmark = pytest.mark.xdist_group("terminal")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town after one load; for reading."""
    town = new_town(tmp_path_factory.mktemp("terminal") / "home")
    town.drop(f"{JUNE}/榆塘县.csv", [*toilets("甲村", "丙村"), *toilets("乙村", first=9, yuan="-1")])
    town.load()
    return town


@pytest.fixture(autouse=True)
def _no_width_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)


@pytest.fixture
def drawn(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> object:
    def draw(columns: str | None) -> str:
        monkeypatch.delenv("COLUMNS", raising=False)
        if columns:
            monkeypatch.setenv("COLUMNS", columns)
        common.show(ROWS, tuple(ROWS[0]), as_json=False)
        return capsys.readouterr().out

    return draw


def words(text: str) -> str:
    """The text without the lines of a table, as one word."""
    return "".join(character for character in text if character.isalnum() or character in "，；·")


@pytest.mark.parametrize("columns", [None, "200", "80", "40", "20"])
def test_no_word_of_a_cell_is_lost_whatever_the_width(drawn, columns: str | None) -> None:  # type: ignore[no-untyped-def]
    text = drawn(columns)
    assert "…" not in text
    assert sorted(words(text)) == sorted(
        words("".join([*ROWS[0], *map(str, ROWS[0].values())]))
        + ("1" if columns and int(columns) < 36 else "")
    )


def test_a_pipe_is_as_wide_as_columns_says_and_else_keeps_lines_whole(drawn) -> None:  # type: ignore[no-untyped-def]
    from rich.cells import cell_len

    assert max(map(cell_len, drawn("60").splitlines())) <= 60
    assert LONG in drawn(None)


def test_regions_are_named_beside_their_codes(home: Town) -> None:
    assert "990121100201 榆塘县·沐溪镇·乙村" in home.shiji("findings").out
    told = home.shiji("trace", "new_toilets", "990121000000", "2025-06").out
    assert "990121000000 榆塘县" in told
    assert "990121100200 榆塘县·沐溪镇·甲村" in told
    assert "region" not in json.loads(home.shiji("findings", "--json").out)[0]


def test_a_load_and_status_say_the_same_words_for_the_same_counts(home: Town, tmp_path: Path) -> None:
    town = home.copy(tmp_path / "home")
    town.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=20))
    town.drop(f"{JUNE}/再报/榆塘县.csv", [*toilets("甲村", "丙村"), *toilets("乙村", first=9, yuan="-1")])
    town.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    assert "1 accepted" in (said := town.shiji("load").out)
    assert "1 partial, 1 refused" in said
    counted = {row["dataset"]: row for row in json.loads(town.shiji("status", "--json").out)}
    assert (counted["toilet_ledger"]["accepted"], counted["toilet_ledger"]["partial"]) == (1, 1)
    assert counted["(not recognised)"]["refused"] == 1


# Progress -----------------------------------------------------------------------------------------------------------


def test_a_log_gets_a_line_every_few_seconds_also_while_a_step_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with common.progress_lines(every=0.1) as progress:
        progress.report("Staging", 3, 1532)
        time.sleep(0.55)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 5
    assert all(line.endswith("Staging: 3 of 1,532") for line in lines)


def test_work_that_is_over_soon_leaves_no_line(capsys: pytest.CaptureFixture[str]) -> None:
    with patch.object(sys.stderr, "isatty", return_value=False), common.progress_bars() as progress:
        list(progress.over(range(100), "Staging"))
    assert capsys.readouterr().err == ""


# Imports ------------------------------------------------------------------------------------------------------------

HEAVY = (
    "alembic", "dagster", "great_expectations", "numpy", "open_data_contract_standard", "openpyxl", "pandas", "pyarrow",
    "pydantic", "scipy", "sqlalchemy", "duckdb", "deltalake",
)  # fmt: skip
CONTRACTS = {"pydantic", "open_data_contract_standard"}
TABLES = CONTRACTS | {"pyarrow", "numpy", "duckdb", "deltalake"}
LEDGER = CONTRACTS | {"pyarrow", "numpy", "sqlalchemy", "pandas"}
_TOLD = """
import sys
from pipelines.cli import main
sys.argv = ["shiji", *sys.argv[1:]]
try:
    main()
finally:
    print("imported", *sorted(set(sys.modules) & {heavy}), file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("arguments", "allowed"),
    [
        (["--help"], set()),
        (["query", "--help"], CONTRACTS),
        (["query", "select region_code, toilet_type from toilet_ledger"], TABLES),
        (["findings"], TABLES),
        (["status"], LEDGER | TABLES),
        (["status", "--refused"], LEDGER),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_a_command_imports_no_more_than_its_answer_needs(
    home: Town, arguments: list[str], allowed: set[str]
) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", _TOLD.replace("{heavy}", repr(set(HEAVY))), *arguments],
        env=os.environ | {"SHIJI_HOME": str(home.root)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    imported = next(line for line in ended.stderr.splitlines() if line.startswith("imported"))
    assert set(imported.split()[1:]) <= allowed
