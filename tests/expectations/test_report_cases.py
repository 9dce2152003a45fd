"""The report's cases: what to do first, a page each, and values that cannot be."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.cases.reading import in_turn
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.reconciliations.model import load_reconciliations
from expectations.report import write_report
from expectations.report.case_charts import Run, line, strip
from tests.expectations.report_city import AS_OF, MONTHS, city, connect, county_code, empty, with_cases
from tests.expectations.test_report import TITLE, text_of
from warehouse import schemas
from warehouse.indicators.model import Indicator, load_indicators

pytestmark = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts()


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return load_indicators()


def write(folder: Path, tables: dict[str, Any], contracts: dict[str, Contract], indicators: Any) -> Path:
    write_report(
        connect(tables), folder, contracts=contracts, indicators=indicators, months=MONTHS, as_of=AS_OF,
        reconciliations=load_reconciliations(), title=TITLE,
    )  # fmt: skip
    return folder


@pytest.fixture(scope="module")
def report(
    tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> Path:
    folder = tmp_path_factory.mktemp("cases")
    return write(folder, city(contracts, indicators), contracts, indicators)


def test_no_more_than_three_of_a_county_come_before_the_next(report: Path) -> None:
    ordered = in_turn([{"county": c} for c in "aaaaaaabbc"])
    assert "".join(row["county"] for row in ordered) == "aaabbcaaaa"
    html = (report / "index.html").read_text("utf-8")
    first = html[html.index("这一周先办") : html.index("报送日历")]
    assert len(set(re.findall(r'<td class="place"><a href="case-\w+\.html">(\w+县|\w+区|\w+市)', first))) >= 4


def test_the_first_page_says_how_many_what_and_whom(report: Path) -> None:
    text = text_of(report / "index.html")
    assert re.search(r"待办 \d+ 件，其中 \d+ 件.*应当先办：.*\d+ 件；问\w+ \d+ 件", text)


def test_every_case_has_its_page_with_question_chart_and_files(report: Path) -> None:
    pages = sorted(report.glob("case-*.html"))
    assert len(pages) > 20
    texts = [text_of(page) for page in pages]
    assert all("为什么值得查" in text and "把握" in text and "在哪些文件" in text for text in texts)
    assert sum("和别处比" in text for text in texts) > 10
    listed = (report / "cases.html").read_text("utf-8")
    assert all(page.name in listed for page in pages)


def test_no_drawing_with_links_in_it_is_called_a_picture(report: Path) -> None:
    for page in report.glob("*.html"):
        for drawing in re.findall(r"<svg .*?</svg>", page.read_text("utf-8"), flags=re.DOTALL):
            assert not ('role="img"' in drawing and "<a " in drawing), page.name


def observed(value: float, region: str) -> dict[str, Any]:
    return {
        "indicator": "sanitary_toilet_rate", "region_code": region, "period": "2025-11", "numerator": value * 10,
        "denominator": 1000.0, "value": value, "unit": "%", "evidence": "B", "records": 900, "coverage": 1.0,
    }  # fmt: skip


def test_a_share_above_a_hundred_is_marked_with_the_side_under_suspicion(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    one, other = county_code(1), county_code(2)
    claim = {
        "reconciliation": "claim_vs_observation/sanitary_toilet_rate", "period": "2025-11", "left_value": 99.0,
        "operator": "=", "right_value": 114.1, "gap": -15.1, "agrees": False, "instruction": "请核对。", "importance": "high",
    }  # fmt: skip
    fell = {
        "anomaly_id": "a1", "detector": "shrunk_denominator", "dataset": "household_register", "region_code": one,
        "period": "2025-11", "score": -6.0, "n": 90, "value": 843.0, "expected": 990.0, "message": "户数变少。",
        "subject": "households", "records": [], "p": 1e-8,
    }  # fmt: skip
    tables = empty() | {
        "observations": pa.Table.from_pylist(
            [observed(114.1, one), observed(103.0, other)], schema=schemas.OBSERVATIONS
        ),
        "reconciliations": pa.Table.from_pylist(
            [claim | {"region_code": one}], schema=schemas.RECONCILIATIONS
        ),
        "anomalies": pa.Table.from_pylist([fell], schema=schemas.ANOMALIES),
    }
    folder = write(tmp_path, with_cases(tables, contracts, indicators), contracts, indicators)
    for page in ("claims.html", "indicators.html", "county-990101.html"):
        text = text_of(folder / page)
        assert "114.10% 不可能" in text, page
        assert "疑在分母：农户底册偏少" in text, page
    assert "分子偏多（农村改厕台账），或分母偏少（农户底册）" in text_of(folder / "county-990102.html")


def test_charts_hold_the_unit_its_peers_and_the_months() -> None:
    run = Run(MONTHS[:3], [1.0, None, 3.0], {c: [2.0, 2.5, 2.0] for c in "abcd"}, "%", "2025-02", "2025-03")
    drawn = str(line(run, "<标题>"))
    assert "&lt;标题&gt;" in drawn
    assert drawn.count('circle class="self"') == 2
    assert 'class="band"' in drawn
    assert 'class="span"' in drawn
    claimed = Run(MONTHS[:3], [1.0, None, 3.0], {}, "%", "2025-03", "2025-03", 9.0)
    assert "自评 9%" in str(line(claimed, "自评"))
    assert line(Run(MONTHS[:2], [None, None], {}, "", "2025-01", "2025-01"), "空") == ""
    dots = str(strip(9.0, "本县", [("甲", 1.0), ("乙", 2.0), ("乙", 4.0)], "%", "分布"))
    assert dots.count('class="peer"') == 3
    assert "本县 9%" in dots
    assert "中位数 2%" in dots
