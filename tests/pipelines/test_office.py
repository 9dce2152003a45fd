"""What the office asks for on the demo village: the bulletin, claims beside evidence, the burden."""

from __future__ import annotations

import json
from pathlib import Path

import docx
import pytest

from tests.pipelines.town import Town

pytestmark = pytest.mark.xdist_group("village")


def test_the_demo_leaves_the_bulletin_of_its_last_quarter_and_says_where(village: Town) -> None:
    path = village.root / "reports" / "bulletin-2025Q4.docx"
    assert f"bulletin        {path}" in (village.root.parent / "demo.out").read_text(encoding="utf-8")
    assert "2025年第四季度" in docx.Document(str(path)).paragraphs[0].text


def test_a_bulletin_is_written_as_its_ending_says(village: Town, tmp_path: Path) -> None:
    assert village.shiji("bulletin", "2025Q3", "--out", str(tmp_path / "通报.docx")).code == 0
    assert village.shiji("bulletin", "2025Q3", "--out", str(tmp_path / "通报.html")).code == 0
    said = json.loads(village.shiji("bulletin", "2025Q3", "--json").out)
    page = (tmp_path / "通报.html").read_text(encoding="utf-8")
    word = [paragraph.text for paragraph in docx.Document(str(tmp_path / "通报.docx")).paragraphs]
    for sentence in said["standing"]["sentences"]:
        assert sentence in page
        assert sentence in word


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("2025Q3",), "--out"),
        (("third", "--json"), "write 2025Q3"),
        (("2019Q3", "--json"), "shiji score"),
        (("2025Q3", "--scheme", "none_such", "--json"), "there are: demo_2025, uniform_2025"),
        (("2025Q3", "--out", "通报.pdf"), ".docx or .html"),
        (("2025Q3", "--out", "/no/such/folder/x.docx"), "not written"),
    ],
)
def test_a_bulletin_that_cannot_be_made_says_what_to_do(
    village: Town, arguments: tuple[str, ...], told: str
) -> None:
    ended = village.shiji("bulletin", *arguments)
    assert ended.code == 1
    assert told in ended.err


def test_our_template_is_handed_out_and_fills(village: Town, tmp_path: Path) -> None:
    own, out = str(tmp_path / "模板.docx"), str(tmp_path / "通报.docx")
    assert village.shiji("bulletin", "--write-template", own).code == 0
    assert village.shiji("bulletin", "2025Q4", "--template", own, "--out", out).code == 0
    assert docx.Document(out).paragraphs[0].text == "2025年第四季度乡村振兴实绩通报"


def test_a_padded_claim_is_told_to_gain_and_one_in_kilograms_to_be_a_slip(village: Town) -> None:
    rows = json.loads(village.shiji("claims", "--json").out)
    verdicts = {(row["place"], row["title"]): row["verdict"] for row in rows}
    assert verdicts["锦湾市", "粮食总产量"] == "unit_slip"
    assert verdicts["松砦县", "卫生厕所普及率"] == "gains"
    inside = json.loads(village.shiji("claims", "--region", "松砦县", "--json").out)
    assert 0 < len(inside) < len(rows)
    assert all(row["region_code"].startswith("990124") for row in inside)
    assert "no region 无此县" in village.shiji("claims", "--region", "无此县").err


def test_cells_of_the_burden_are_those_of_the_records(village: Town) -> None:
    told = json.loads(village.shiji("burden", "--period", "2025-12", "--json").out)
    ((cells,),) = village.ask(
        "select count(households) + count(population) from household_register where period = '2025-12'"
    )
    own = [row for row in told["units"] if row["dataset"] == "household_register"]
    assert sum(row["cells"] for row in own) >= cells > 0
    assert told["hours"] == pytest.approx(told["cells"] * 5 / 3600)
    assert village.shiji("burden", "--period", "lately").code == 1
