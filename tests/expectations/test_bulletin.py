"""The bulletin: every sentence with its number, and the same figures in Word and on the page."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import docx
import pyarrow as pa
import pytest
from openpyxl import load_workbook

from expectations.bulletin.basis import NoBulletin, last_quarter
from expectations.bulletin.facts import SECTIONS, SYNTHETIC, Facts, facts
from expectations.bulletin.make_template import make
from expectations.bulletin.quarter import Quarter
from expectations.bulletin.word import CHARTS, TEMPLATE, write_word
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.report import write_report
from expectations.report.bulletin_page import shown
from expectations.report.render import render_alone
from tests.expectations.report_city import (
    AS_OF,
    COUNTIES,
    MONTHS,
    connect,
    county_code,
    empty,
    submission,
    with_cases,
)
from tests.expectations.scored_city import SCHEME, scored_city
from warehouse import schemas
from warehouse.indicators.model import Indicator, load_indicators


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts()


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return load_indicators()


@pytest.fixture(scope="module")
def tables(contracts: dict[str, Contract], indicators: dict[str, Indicator]) -> dict[str, pa.Table]:
    return scored_city(contracts, indicators)


@pytest.fixture(scope="module")
def told(
    tables: dict[str, pa.Table], contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> Facts:
    return tell(tables, contracts, indicators)


def tell(
    tables: dict[str, pa.Table],
    contracts: dict[str, Contract],
    indicators: dict[str, Indicator],
    quarter: str = "2025Q3",
) -> Facts:
    return facts(
        connect(tables), Quarter(quarter), contracts=contracts, indicators=indicators, as_of=AS_OF,
        office="示范市考核办", synthetic=True,
    )  # fmt: skip


def leaves(said: Any) -> Iterator[str]:
    if isinstance(said, str):
        yield said
    elif isinstance(said, dict):
        for one in said.values():
            yield from leaves(one)
    else:
        for one in said:
            yield from leaves(one)


def text_of_word(path: Path) -> str:
    """All text of a document, paragraphs and cells."""
    document = docx.Document(str(path))
    texts = [paragraph.text for paragraph in document.paragraphs]
    texts += [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    return "\n".join(texts)


@pytest.fixture(scope="module")
def written(told: Facts, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bulletin") / "通报.docx"
    write_word(told, path)
    return path


def test_a_quarter_knows_its_months_and_the_one_before() -> None:
    assert Quarter("2025Q1").months == ["2025-01", "2025-02", "2025-03"]
    assert Quarter("2025Q1").before == Quarter("2024Q4")
    assert (Quarter.of("2025-08"), Quarter("2025Q3").title) == (Quarter("2025Q3"), "2025年第三季度")
    assert Quarter("2025Q2").so_far[-1] == "2025-06"


@pytest.mark.parametrize("text", ["2025", "2025-06", "2025Q5", "third"])
def test_what_is_no_quarter_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=text):
        Quarter(text)


def test_every_sentence_of_the_summary_has_a_number_or_says_that_there_is_none(told: Facts) -> None:
    assert len(told.said["summary"]) >= 9
    for sentence in told.said["summary"]:
        assert re.search(r"\d", sentence) or "没有" in sentence, sentence


def test_word_and_page_say_every_figure_alike(told: Facts, written: Path) -> None:
    word = text_of_word(written)
    page = re.sub(r"<[^>]+>", "\n", render_alone("bulletin_alone.html", shown(told)).decode())
    page = page.replace("&#34;", '"').replace("&#39;", "'")
    names = {"title", "office", "scheme", "as_of", "summary", *SECTIONS, "counties"} - {"scheme"}
    not_shown = {"group", "reasons", "became", "objective_share"}
    for name in names:
        for leaf in leaves(without(told.said[name], not_shown)):
            assert leaf in word, (name, leaf)
            assert leaf in page, (name, leaf)


def without(said: Any, names: set[str]) -> Any:
    """Facts without what only one form has room for."""
    if isinstance(said, dict):
        return {key: without(value, names) for key, value in said.items() if key not in names}
    return [without(one, names) for one in said] if isinstance(said, list) else said


def test_what_is_synthetic_says_so_on_every_page(written: Path) -> None:
    header = docx.Document(str(written)).sections[0].header.paragraphs[0].text
    assert header == SYNTHETIC
    assert f"（{SYNTHETIC}）" in text_of_word(written)


def test_charts_are_native_and_hold_the_figures_that_they_show(told: Facts, written: Path) -> None:
    with zipfile.ZipFile(written) as package:
        names = package.namelist()
        charts = [name for name in names if re.fullmatch(r"word/charts/bulletin\d\.xml", name)]
        assert len(charts) == len(told.charts) >= 4
        assert not any(name.endswith((".png", ".jpeg")) and "media" in name for name in names)
        number = CHARTS.index("pace") + 1
        xml = package.read(f"word/charts/bulletin{number}.xml").decode()
        sheet = load_workbook(BytesIO(package.read(f"word/embeddings/bulletin{number}.xlsx"))).worksheets[0]
    chart = told.charts["pace"]
    rows = [row[1:] for row in sheet.iter_rows(min_row=2, values_only=True)]
    assert [list(column) for column in zip(*rows, strict=True)] == [list(one.values) for one in chart.series]
    for category in chart.categories:
        assert f"<c:v>{category}</c:v>" in xml


def test_places_are_intervals_and_ties_are_named(told: Facts, tables: dict[str, pa.Table]) -> None:
    rows = {row["county"]: row for group in told.said["standing"]["groups"] for row in group["rows"]}
    wholes = [
        row
        for row in tables["standings"].to_pylist()
        if row["period"] == "2025Q3" and row["scheme"] == SCHEME.id and not row["dimension"]
    ]
    assert len(rows) == len(wholes) == 9
    names = {county_code(at + 1): name for at, name in enumerate(COUNTIES)}
    assert any(row["tied_with"] for row in wholes)
    for whole in wholes:
        shown_row = rows[names[whole["region_code"]]]
        assert set(shown_row["tied"].split("、")) - {"—"} == {names[code] for code in whole["tied_with"]}
        assert shown_row["places"].split("–")[0] == str(whole["place_low"])
        assert shown_row["places"].split("–")[-1] == str(whole["place_high"])


def test_who_is_late_is_named_with_ledger_and_days(
    contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    sent = [
        submission(1, "toilet_ledger", "toilet_reform", "2025-08", 0, received_at=dt.datetime(2025, 9, 12, tzinfo=dt.UTC)),
        submission(2, "toilet_ledger", "toilet_reform", "2025-08", 1, received_at=dt.datetime(2025, 9, 3, tzinfo=dt.UTC)),
    ]  # fmt: skip
    given = scored_city(
        {"toilet_ledger": contracts["toilet_ledger"]}, indicators,
        submissions=pa.Table.from_pylist(sent, schema=schemas.SUBMISSIONS),
    )  # fmt: skip
    del given["toilet_ledger"]
    said = tell(given, {"toilet_ledger": contracts["toilet_ledger"]}, indicators).said["hand_ins"]
    late = {row["county"]: row for row in said["late"]}
    assert late["长山县"]["late_ledgers"] == "农村改厕台账（8月迟 7 天）"
    assert late["北湖县"]["late_ledgers"] == "—"
    assert late["北湖县"]["missing_ledgers"] == "农村改厕台账（7月、9月）"
    assert "应报 27 份" in said["sentences"][0]


def odd(number: int, period: str, county: int, indicator: str = "road_paved_rate") -> dict[str, Any]:
    return {
        "anomaly_id": f"a{number}", "detector": "too_good", "dataset": "road_segments", "indicator": indicator,
        "region_code": county_code(county), "period": period, "score": 3.0, "n": 40, "value": 99.0, "expected": 90.0,
        "message": f"第 {number} 处", "p": 1e-7,
    }  # fmt: skip


def case(number: int, title: str) -> dict[str, Any]:
    return {
        "case_id": f"c{number}", "kind": "jump", "title": title, "dataset": "road_segments", "region_code": county_code(number),
        "period_from": "2025-08", "period_to": "2025-08", "certainty": 0.7, "importance": 0.7, "is_high": True,
        "action": "实地看", "asked_of": "长山县", "status": "open",
    }  # fmt: skip


def test_what_became_of_last_quarters_cases(
    contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    rows = [odd(1, "2025-05", 1), odd(2, "2025-08", 1), odd(3, "2025-06", 2), odd(4, "2025-06", 3)]
    sent = [
        submission(1, "road_segments", "road", "2025-06", 1, received_at=dt.datetime(2025, 8, 20, tzinfo=dt.UTC)),
        submission(2, "road_segments", "road", "2025-06", 2, received_at=dt.datetime(2025, 7, 20, tzinfo=dt.UTC)),
    ]  # fmt: skip
    given = scored_city(
        contracts, indicators,
        anomalies=pa.Table.from_pylist(rows, schema=schemas.ANOMALIES),
        reconciliations=schemas.RECONCILIATIONS.empty_table(),
        submissions=pa.Table.from_pylist(sent, schema=schemas.SUBMISSIONS),
    )  # fmt: skip
    given = with_cases(given, contracts, indicators)
    said = tell(given, contracts, indicators).said["odd"]
    assert {row["place"]: row["became"] for row in said["before"]} == {
        "长山县": "本季度又出现",
        "北湖县": "逾期后又有报送",
        "东陵市": "没有再出现",
    }
    assert "本季度有 1 件" in said["sentences"][0]


def test_visits_are_told_with_their_interval_and_none_is_said_to_be_none(
    told: Facts, tables: dict[str, pa.Table], contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    assert told.said["checks"]["sentences"] == ["本季度没有做实地核查，各项数据没有经过现场验证。"]
    row = {
        "sample": "s", "dataset": "toilet_ledger", "period": "2025-09", "region_code": county_code(1), "drawn": 40, "visited": 36,
        "held": 30, "held_partly": 2, "untrue": 4, "not_found": 4, "value": 0.86, "interval_low": 0.71, "interval_high": 0.94,
        "effective_n": 36.0, "design_effect": 1.0,
    }  # fmt: skip
    visited = pa.Table.from_pylist([row], schema=schemas.VERIFICATIONS)
    said = tell(tables | {"verifications": visited}, contracts, indicators).said["checks"]
    assert "实地核查 36 条，属实 30 条，占 83.3%，不实 4 条" in said["sentences"][0]
    assert (said["rows"][0]["share"], said["rows"][0]["interval"]) == ("86.0%", "71.0–94.0")


def test_an_office_fills_a_template_of_its_own(told: Facts, tmp_path: Path) -> None:
    own = docx.Document()
    own.add_paragraph(
        "{{ office }}：{{ standing.groups[0].rows[0].county }} {{ standing.groups[0].rows[0].points }}"
    )
    own.save(str(tmp_path / "own.docx"))
    write_word(told, tmp_path / "out.docx", tmp_path / "own.docx")
    first = told.said["standing"]["groups"][0]["rows"][0]
    assert text_of_word(tmp_path / "out.docx") == f"示范市考核办：{first['county']} {first['points']}"


def test_a_template_that_cannot_be_filled_says_what_to_do(told: Facts, tmp_path: Path) -> None:
    own = docx.Document()
    own.add_paragraph("{{ no_such_name }}")
    own.save(str(tmp_path / "own.docx"))
    with pytest.raises(NoBulletin, match=r"no_such_name.*--write-template"):
        write_word(told, tmp_path / "out.docx", tmp_path / "own.docx")
    (tmp_path / "text.docx").write_text("no document")
    with pytest.raises(NoBulletin, match=r"text\.docx cannot be filled"):
        write_word(told, tmp_path / "out.docx", tmp_path / "text.docx")
    with pytest.raises(NoBulletin, match=r"missing\.docx"):
        write_word(told, tmp_path / "out.docx", tmp_path / "missing.docx")


def test_what_outsiders_write_stays_text(
    tables: dict[str, pa.Table],
    contracts: dict[str, Contract],
    indicators: dict[str, Indicator],
    tmp_path: Path,
) -> None:
    evil = "<w:p>{{ 7 * 7 }} & <script>"
    given = tables | {"cases": pa.Table.from_pylist([case(1, evil)], schema=schemas.CASES)}
    found = tell(given, contracts, indicators)
    write_word(found, tmp_path / "out.docx")
    assert evil in text_of_word(tmp_path / "out.docx")
    assert evil not in render_alone("bulletin_alone.html", shown(found)).decode()


def test_the_template_that_comes_with_the_program_is_what_the_script_makes(tmp_path: Path) -> None:
    make(tmp_path / "made.docx")
    with zipfile.ZipFile(TEMPLATE) as kept, zipfile.ZipFile(tmp_path / "made.docx") as made:
        for part in ("word/document.xml", "word/styles.xml", "word/footer1.xml", "word/header1.xml"):
            assert kept.read(part) == made.read(part), (
                f"{part}: run python -m expectations.bulletin.make_template"
            )


def test_without_scores_there_is_no_bulletin_and_it_is_said_what_there_is(
    tables: dict[str, pa.Table], contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    nothing = empty() | {name: tables[name] for name in ("samples", "verifications")}
    assert last_quarter(connect(nothing), indicators) is None
    assert last_quarter(connect(tables), indicators) == Quarter("2025Q3")
    with pytest.raises(NoBulletin, match=r"2024Q1; there are: none"):
        tell(tables, contracts, indicators, "2024Q1")
    fewer = {name: one for name, one in indicators.items() if name != "satisfaction"}
    with pytest.raises(NoBulletin, match=rf"{SCHEME.id} measures by .*satisfaction"):
        tell(tables, contracts, fewer)
    assert last_quarter(connect(tables), fewer) is None


def test_the_report_holds_the_newest_bulletin_and_leads_to_it(
    tables: dict[str, pa.Table],
    contracts: dict[str, Contract],
    indicators: dict[str, Indicator],
    tmp_path: Path,
) -> None:
    write_report(
        connect(tables), tmp_path, contracts=contracts, indicators=indicators, months=MONTHS[:9], as_of=AS_OF,
        reconciliations={}, title="报告", office="示范市考核办",
    )  # fmt: skip
    assert 'href="bulletin.html"' in (tmp_path / "index.html").read_text("utf-8")
    page = (tmp_path / "bulletin.html").read_text("utf-8")
    assert "<h1>2025年第三季度乡村振兴实绩通报</h1>" in page
    assert "示范市考核办 · 示范市考核方案" in page
