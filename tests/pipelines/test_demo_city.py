"""The demo city's files are what they say they are, and say the same every time."""

from __future__ import annotations

import csv
import datetime as dt
import hashlib
import io
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from expectations.contracts.reading import BUILT_IN, load_contracts
from pipelines.demo import DemoCity, generate
from pipelines.demo.handins import due
from warehouse.clock import SHANGHAI
from warehouse.regions import read_regions_csv

pytestmark = pytest.mark.xdist_group("demo city")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("示例 home")


@pytest.fixture(scope="module")
def city(home: Path) -> DemoCity:
    return generate(home / "inbox", home / "config", scale="village")


@pytest.fixture(scope="module")
def truth(city: DemoCity) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(city.truth.read_text(encoding="utf-8"))
    return told


def test_all_departments_hand_in_every_dataset(truth: dict[str, Any]) -> None:
    sent = {(one["department"], one["dataset"]) for one in truth["files"] if one["dataset"]}

    contracts = load_contracts()
    left_out = {"village_poverty_report", "field_checks"}  # filled after a draw, from the list of the draw
    expected = {(c.department, d) for d, c in contracts.items() if d not in left_out}
    assert sent == expected


def test_the_journal_lists_exactly_the_files_of_the_inbox(
    home: Path, truth: dict[str, Any], city: DemoCity
) -> None:
    inbox = home / "inbox"
    there = {path.relative_to(inbox).as_posix() for path in inbox.rglob("*") if path.is_file()}

    assert there == {one["file"] for one in truth["files"]}
    assert 60 <= city.files == len(there) <= 120


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others(
    tmp_path: Path, home: Path, city: DemoCity
) -> None:
    generate(tmp_path / "again" / "inbox", tmp_path / "again" / "config", scale="village")
    generate(tmp_path / "other" / "inbox", tmp_path / "other" / "config", scale="village", seed=7)

    first, again, other = (
        fingerprints(one / "inbox") for one in (home, tmp_path / "again", tmp_path / "other")
    )
    assert first == again
    assert not set(first.values()) & {v for k, v in other.items() if k in first and "台账" in k}


def fingerprints(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_sort_of_fault_padding_and_wrong_file_comes_up(truth: dict[str, Any]) -> None:
    kinds = Counter(one["kind"] for one in truth["truths"])

    for kind in (
        "resident_id_check", "lost_digits", "credit_code_check", "unknown_code", "unknown_village",
        "misspelt_village", "impossible_date", "no_number", "out_of_range", "not_allowed", "missing", "duplicate_key",
    ):  # fmt: skip
        assert kinds[f"fault_{kind}"] > 0, kind
    for kind in (
        "denominator_at_year_end", "stale_values", "duplicate_across_years", "same_house", "december_crowding",
        "unit_error", "cumulative_fall", "roads_new_on_paper", "copied_interviews",
        "claims_above_records", "bunching_above_target", "form_above_plots", "form_sum_broken", "form_total_raised",
    ):  # fmt: skip
        assert kinds[f"padding_{kind}"] > 0, kind
    for kind in (
        "photo", "empty_workbook", "encrypted", "picture_only", "other_department", "unknown_columns", "no_period",
        "text_document", "cut_off", "late", "corrected", "copied", "never_handed_in",
    ):  # fmt: skip
        assert kinds[f"file_{kind}"] > 0, kind


def test_the_truth_points_at_the_very_cell(home: Path, truth: dict[str, Any]) -> None:
    faults = [
        one for one in truth["truths"] if one["kind"].startswith("fault_") and one["note"] and one["cell"]
    ]
    assert len(faults) > 20

    for fault in faults:
        rows = sheet_rows(home / "inbox" / fault["file"], fault["sheet"])
        letters = fault["cell"].rstrip("0123456789")
        assert fault["cell"] == f"{letters}{fault['row']}"
        cell = rows[fault["row"] - 1][column_number(letters)]
        number = fault["note"].replace(",", "")
        assert str(cell) == fault["note"] or float(cell) == float(number), fault


def sheet_rows(path: Path, sheet: str) -> list[list[Any]]:
    if path.suffix == ".csv":
        data = path.read_bytes()
        text = data.decode("utf-8-sig" if data.startswith(b"\xef\xbb\xbf") else "gb18030")
        assert sheet == path.stem
        return list(csv.reader(io.StringIO(text)))
    return list(CalamineWorkbook.from_path(path).get_sheet_by_name(sheet).to_python(skip_empty_area=False))


def column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1


def test_private_values_are_listed_and_stand_in_no_name_of_anything(city: DemoCity) -> None:
    public = city.regions.read_text(encoding="utf-8") + "".join(
        path.read_text(encoding="utf-8") for path in BUILT_IN.rglob("*.yaml")
    )

    assert {"resident_id", "person_name", "phone", "bank_card", "student_number"} <= set(city.private)
    assert all(city.private.values())
    assert [name for name in city.private["person_name"] if name in public] == []


def test_every_name_id_phone_and_card_in_a_file_is_in_the_private_list(home: Path, city: DemoCity) -> None:
    known = {value for values in city.private.values() for value in values}
    ledgers = sorted((home / "inbox" / "toilet_reform").rglob("*.csv"))
    assert ledgers

    for path in ledgers:
        for row in sheet_rows(path, path.stem):
            assert {cell for cell in row if cell.startswith(("460322", "990160"))} <= known


def test_regions_are_read_with_levels_parents_and_groups(city: DemoCity) -> None:
    regions = read_regions_csv(city.regions).to_pylist()

    codes = {one["region_code"] for one in regions}
    assert all(len(code) == 12 and code.startswith("9901") for code in codes)
    assert {one["level"] for one in regions} == {"city", "county", "township", "village"}
    assert {one["parent_code"] for one in regions} - {None} <= codes
    assert {one["region_group"] for one in regions if one["level"] == "county"} == {"百强县", "山区县"}
    assert all(200 <= int(code[9:]) < 400 for code in codes if not code.endswith("000"))


def test_files_are_dated_when_they_were_handed_in_and_late_ones_after_the_due_day(
    home: Path, truth: dict[str, Any]
) -> None:
    contracts = load_contracts()
    late = 0
    for one in truth["files"]:
        modified = dt.datetime.fromtimestamp((home / "inbox" / one["file"]).stat().st_mtime, SHANGHAI)
        assert modified == dt.datetime.fromisoformat(one["received"])
        if not one["dataset"] or "（更正）" in one["file"] or "(2)" in one["file"]:
            continue
        assert (modified.date() > due(contracts[one["dataset"]], one["period"])) == one["late"]
        late += one["late"]
    assert late


def test_a_corrected_file_comes_later_than_the_one_it_replaces(truth: dict[str, Any]) -> None:
    received = {one["file"]: one["received"] for one in truth["files"]}
    corrected = [one for one in truth["truths"] if one["kind"] == "file_corrected"]

    assert corrected
    assert all(received[one["note"]] < received[one["file"]] for one in corrected)


def test_a_second_copy_has_the_same_bytes(home: Path, truth: dict[str, Any]) -> None:
    copies = [one for one in truth["truths"] if one["kind"] == "file_copied"]

    assert copies
    for one in copies:
        copy, original = (home / "inbox" / one[key] for key in ("file", "note"))
        assert copy.read_bytes() == original.read_bytes()


def test_every_file_format_of_the_departments_is_there(home: Path, truth: dict[str, Any]) -> None:
    kinds = {Path(one["file"]).suffix for one in truth["files"] if one["dataset"]}

    assert kinds == {".xlsx", ".xls", ".csv", ".ods"}
