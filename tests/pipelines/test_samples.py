"""Samples for field checks: the same draw for the same seed, kept with its probabilities, nobody's name in the list."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from tests.pipelines.town import Town


@pytest.fixture
def copy(village: Town, tmp_path: Path) -> Town:
    return village.copy(tmp_path / "home")


def _drawn(town: Town, *arguments: str) -> list[dict]:
    said = town.shiji("sample", "draw", "toilet_ledger", "--period", "2025-12", *arguments, "--json")
    assert said.code == 0, said.err
    return json.loads(said.out)


def _places(rows: list[dict]) -> list[tuple]:
    return [(row["submission_id"], row["sheet"], row["row"]) for row in rows]


def test_a_draw_is_the_same_again_and_its_probabilities_add_up_to_all_records(copy: Town) -> None:
    first, again = _drawn(copy, "--n", "40", "--seed", "7"), _drawn(copy, "--n", "40", "--seed", "7")
    assert _places(first) == _places(again)
    assert first[0]["drawn_at"] == again[0]["drawn_at"]
    other = _drawn(copy, "--n", "40", "--seed", "8")
    assert _places(first) != _places(other)
    ((records,),) = copy.ask("select count(*) from toilet_ledger where period <= '2025-12'")
    assert sum(1 / row["probability"] for row in first) == pytest.approx(records)
    assert {row["sample"] for row in json.loads(copy.shiji("sample", "list", "--json").out)} == {
        "toilet_ledger-2025-12-equal-40-7", "toilet_ledger-2025-12-equal-40-8",
    }  # fmt: skip


def test_where_something_looks_odd_records_are_drawn_more_likely(copy: Town) -> None:
    rows = _drawn(copy, "--n", "60", "--weight", "anomalies", "--by", "township")
    odd = {code for (code,) in copy.ask("select region_code from anomalies where dataset = 'toilet_ledger'")}
    assert odd
    by_stratum: dict[str, set[tuple[float, bool]]] = {}
    for row in rows:
        is_odd = bool(
            odd & {row["region_code"], row["region_code"][:9] + "000", row["region_code"][:6] + "000000"}
        )
        by_stratum.setdefault(row["stratum"], set()).add((row["probability"], is_odd))
    assert len({p for own in by_stratum.values() for p, _ in own}) > 1


def test_the_visit_list_has_a_sheet_per_township_a_choice_and_no_secret(copy: Town, tmp_path: Path) -> None:
    path = tmp_path / "核查名单.xlsx"
    said = copy.shiji("sample", "draw", "toilet_ledger", "--period", "2025-12", "--n", "25", "-o", str(path))
    assert said.code == 0, said.err
    book = load_workbook(BytesIO(path.read_bytes()))
    rows = [row for sheet in book for row in sheet.iter_rows(min_row=4, values_only=True)]
    assert sorted(row[0][-4:] for row in rows) == [f"-{number:03}" for number in range(1, 26)]
    for sheet in book:
        assert sheet["A1"].value.startswith("实地核查名单　")
        assert "合成演示数据" in sheet["A1"].value
        (choice,) = sheet.data_validations.dataValidation
        assert "属实" in choice.formula1
    assert {"改厕类型", "施工单位"} <= {cell.value for cell in book.worksheets[0][3]}
    told = "".join(str(cell) for row in rows for cell in row)
    secrets = (copy.root / "config/demo_private.txt").read_text(encoding="utf-8").splitlines()
    values = {line.split("\t", 1)[1] for line in secrets if len(line.split("\t", 1)[1]) > 2}
    assert not [value for value in values if value in told]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("nowhere", "--period", "2025-12"), "no dataset nowhere; there are:"),
        (
            ("toilet_ledger", "--period", "2025-12", "--weight", "colour"),
            "weighed by equal, anomalies or one of:",
        ),
        (("toilet_ledger", "--period", "2019-01"), "has no records that stand in 2019-01"),
    ],
)
def test_a_draw_that_cannot_be_made_says_why(village: Town, arguments: tuple[str, ...], said: str) -> None:
    told = village.shiji("sample", "draw", *arguments)
    assert told.code == 1
    assert said in told.err
