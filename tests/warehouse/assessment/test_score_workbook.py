"""The workbook recalculated by another program gives the points that we give."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from a_scheme import INDICATORS, NAMES, NORTH, SOUTH, VALUES, assessed, observations, scheme, whole
from openpyxl import load_workbook

from warehouse.assessment import Assessment
from warehouse.assessment.workbook import POINTS, WorkbookError, score_workbook

_EVERY_RULE = [
    {"indicator": "wells", "weight": {"hills": 40, "plains": 10}, "rule": {"steps": {"steps": [{"at": 25, "raw": 33}, {"at": 55, "raw": 90}]}}},
    {"indicator": "fires", "weight": {"hills": 10, "plains": 20}, "rule": {"per_unit_deduction": {"each": 0.7}}},
    {"indicator": "paths", "weight": {"hills": 20, "plains": 30}, "rule": {"rank": {"low": 30}}, "growth": {"share": 35, "rule": "min_max", "change": "absolute"}, "then": {"rank": {"low": 20}}},
    {"indicator": "halls", "weight": 10, "rule": {"threshold": {"below": 45, "floor": 2}}, "target": 3},
    {"id": "paths_gained", "indicator": "paths", "weight": 10, "rule": {"improvement": {"full": 40}}},
    {"id": "fires_gap", "indicator": "fires", "weight": {"hills": 5, "plains": 10}, "rule": "gap_closed", "target": 1},
    {"id": "wells_best", "indicator": "wells", "weight": {"hills": 5, "plains": 10}, "rule": {"linear": {"floor": -3.5}}, "target": {"groups": {"hills": 70, "plains": 49.3}}},
]  # fmt: skip
_BEFORE = {
    "paths": {NORTH: 5.0, SOUTH: 9.5, **dict.fromkeys(list(NAMES)[2:], 6.1)},
    "fires": dict.fromkeys(NAMES, 12.0),
}
_ITEMS = {
    "bonus": [{"id": "praise", "title": "表彰", "indicator": "halls", "each": 2}], "bonus_cap": 5,
    "deductions": [{"id": "burnt", "title": "火灾", "indicator": "fires", "each": 0.3, "cap": 4}],
    "vetoes": [{"id": "dry", "title": "断水", "indicator": "dry", "at_most": 12.5}],
}  # fmt: skip


def _recalculated(made: bytes, folder: Path) -> dict[str, float | None]:
    """By region the total that LibreOffice comes to."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        pytest.skip("no LibreOffice here to recalculate the workbook")
    source = folder / "得分.xlsx"
    source.write_bytes(made)
    subprocess.run(
        [office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", "xlsx:Calc MS Excel 2007 XML", "--outdir", str(folder / "out"), str(source)],
        check=True, capture_output=True, timeout=180,
    )  # fmt: skip
    sheet = load_workbook(folder / "out" / source.name, data_only=True)[POINTS]
    names = [cell.value for cell in sheet[2]][4:]
    (total,) = [row for row in sheet.iter_rows(values_only=True) if row[1] == "总分"]
    return dict(zip(names, total[4:], strict=True))


def _totals(done: Assessment) -> dict[str, float | None]:
    return {NAMES[code]: None if (p := whole(done, code).points) is None else float(p) for code in NAMES}


def test_libreoffice_comes_to_our_points_under_every_rule(tmp_path: Path) -> None:
    missing = {**VALUES, "halls": {**VALUES["halls"], NORTH: None}}
    done = {
        name: assessed(scheme(objectives=_EVERY_RULE, **_ITEMS, without_data=policy), observations(values), observations(_BEFORE, "2030"))
        for name, values, policy in (
            ("all", VALUES, "redistribute"), ("moved", missing, "redistribute"), ("zero", missing, "zero"),
        )
    }  # fmt: skip
    for name, one in done.items():
        folder = tmp_path / name
        folder.mkdir()
        assert _recalculated(score_workbook(one, "2031", INDICATORS), folder) == pytest.approx(
            _totals(one), abs=1e-9
        )


def test_every_point_is_a_formula_and_every_number_stands_where_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "得分.xlsx"
    path.write_bytes(score_workbook(assessed(scheme()), "2031", INDICATORS, "合成演示数据"))
    book = load_workbook(path)
    assert book.sheetnames[0] == POINTS
    assert book[POINTS]["A1"].value == "方案　2031　合成演示数据　得分"
    points = [cell.value for row in book[POINTS].iter_rows(min_row=3, max_row=6, min_col=5) for cell in row]
    assert all(str(value).startswith("=") for value in points)
    values = [cell.value for cell in book["数值"][3]][4:]
    assert values == [30, 60, 50, 10]  # hills first: 北山, 西浦; then 南川, 东屏


def test_what_formulas_cannot_say_is_refused_instead_of_said_otherwise() -> None:
    objectives = scheme().model_dump(mode="json")["objectives"]
    target = {"groups": {"hills": 5, "plains": 9}}
    objectives[2]["growth"] = {"share": 30, "rule": {"name": "linear"}, "target": target}
    done = assessed(scheme(objectives=objectives), observations(), observations(_BEFORE, "2030"))
    with pytest.raises(WorkbookError, match="growth target"):
        score_workbook(done, "2031", INDICATORS)
