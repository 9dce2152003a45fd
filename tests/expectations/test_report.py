"""What the office reads."""

from __future__ import annotations

import datetime as dt
import re
import shutil
import subprocess
import time
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.contracts.records import record_schema
from expectations.reconciliations.model import load_reconciliations
from expectations.report import write_report
from tests.expectations.report_city import (
    AS_OF,
    MONTHS,
    city,
    connect,
    county_code,
    empty,
    finding,
    submission,
)
from warehouse import schemas
from warehouse.indicators.model import Indicator, load_indicators

TITLE = "示例市数据质量报告"


pytestmark = pytest.mark.xdist_group("report")


@pytest.fixture(scope="module")
def contracts() -> dict[str, Contract]:
    return load_contracts()


@pytest.fixture(scope="module")
def indicators() -> dict[str, Indicator]:
    return load_indicators()


@pytest.fixture(scope="module")
def report(
    tmp_path_factory: pytest.TempPathFactory, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> Path:
    folder = tmp_path_factory.mktemp("report")
    write_report(
        connect(city(contracts, indicators)), folder, contracts=contracts, indicators=indicators, months=MONTHS,
        as_of=AS_OF, reconciliations=load_reconciliations(), title=TITLE, synthetic=True,
    )  # fmt: skip
    return folder


def write(tmp_path: Path, tables: dict[str, Any], contracts: dict[str, Contract], **other: Any) -> Path:
    given: dict[str, Any] = {
        "contracts": contracts,
        "indicators": {},
        "months": MONTHS,
        "as_of": AS_OF,
        "reconciliations": {},
        "title": TITLE,
    }
    write_report(connect(tables), tmp_path, **{**given, **other})
    return tmp_path


def text_of(path: Path) -> str:
    """What a reader sees: the page without tags, style and script."""
    html = re.sub(r"<(style|script)>.*?</\1>", "", path.read_text("utf-8"), flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


class Links(HTMLParser):
    """Collects what a page points at, and what it would load."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.hrefs: list[str] = []
        self.loads: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "input", "br", "circle", "line", "rect", "polyline"):
            self.open.append(tag)
        found = dict(attrs)
        if tag == "a":
            self.hrefs.append(found.get("href") or "")
        elif found.get("src") or tag == "link":
            self.loads.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in ("circle", "line", "rect", "polyline"):
            assert self.open.pop() == tag


def test_every_link_leads_to_a_page_that_is_there(report: Path) -> None:
    for page in report.glob("*.html"):
        for href in Links(page.read_text("utf-8")).hrefs:
            assert (report / href.split("#")[0]).is_file(), f"{page.name} points at {href}"


def test_no_page_loads_anything_from_anywhere(report: Path) -> None:
    for page in report.glob("*.html"):
        text = page.read_text("utf-8")
        assert Links(text).loads == []
        assert set(re.findall(r"https?://[^\s\"<]+", text)) <= {"http://www.w3.org/2000/svg"}


def test_every_page_is_whole_and_under_a_megabyte(report: Path) -> None:
    for page in report.glob("*.html"):
        assert Links(page.read_text("utf-8")).open == []
        assert page.stat().st_size < 1_000_000


def test_there_is_a_page_for_each_county_and_department(report: Path, contracts: dict[str, Contract]) -> None:
    assert len(list(report.glob("county-*.html"))) == 9
    departments = {contract.department for contract in contracts.values()}
    assert {path.name for path in report.glob("department-*.html")} == {
        f"department-{d}.html" for d in departments
    }


def test_cases_come_before_everything_else_that_is_listed(report: Path) -> None:
    text = text_of(report / "index.html")
    places = [
        text.index(heading) for heading in ("这一周先办 待办", "报送日历", "账实不符 重要性", "数据质量问题")
    ]
    assert places == sorted(places)


def test_a_demo_says_on_every_page_that_it_is_one(report: Path) -> None:
    assert all("演示数据，不是真实情况" in text_of(page) for page in report.glob("*.html"))


def test_real_data_are_not_called_a_demo(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    folder = write(tmp_path, empty(), contracts)
    assert not any("演示数据" in text_of(page) for page in folder.glob("*.html"))


def test_an_empty_warehouse_gives_a_report_that_says_so(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    text = text_of(write(tmp_path, empty(), contracts) / "index.html")
    assert "0 份报送" in text
    assert "这段时间没有值得核查的案件。" in text


def test_the_overview_counts_what_arrived(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    rows = [
        submission(1, "toilet_ledger", "toilet_reform", "2025-06", 0),
        submission(2, "toilet_ledger", "toilet_reform", "2025-06", 1, status="partial", rows_quarantined=7, rows_recorded=93),
        submission(3, "toilet_ledger", "toilet_reform", "2025-06", 2, status="refused", rows_in=0, rows_recorded=0),
        submission(4, "toilet_ledger", "toilet_reform", "2031-06", 2),
        submission(5, "toilet_ledger", "toilet_reform", "2025-06", 2, status="held", rows_quarantined=4, rows_recorded=96),
        submission(6, "toilet_ledger", "toilet_reform", "2025-06", 2, status="withdrawn", rows_in=5, rows_recorded=5),
    ]  # fmt: skip
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    text = text_of(write(tmp_path, tables, contracts) / "index.html")
    assert "5 份报送 已接收 1 · 部分接收 1 · 待确认 1 · 已撤回 1 · 退回 1 · 重复 0" in text
    assert "305 行数据 入库 193 · 待确认 96 · 已撤回 5 · 隔离 11" in text


def test_rows_of_a_file_that_waits_or_was_replaced_are_not_called_taken_in(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    rows = [
        submission(1, "toilet_ledger", "toilet_reform", "2025-06", 0, status="superseded"),
        submission(2, "toilet_ledger", "toilet_reform", "2025-06", 0, status="held", rows_in=30, rows_recorded=30),
    ]  # fmt: skip
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    text = text_of(write(tmp_path, tables, contracts) / "index.html")
    assert "130 行数据 入库 0 · 已被替代 100 · 待确认 30 · 隔离 0" in text


def calendar_of(path: Path) -> dict[str, list[str]]:
    """The tones of a page's first calendar by row label."""
    svg = re.search(r'<svg class="calendar".*?</svg>', path.read_text("utf-8"), re.DOTALL)
    assert svg
    rows = re.split(r'<a href="county-\d+.html">', svg.group())[1:]
    return {re.findall(r">([^<]+)</text>", row)[0]: re.findall(r'class="cell (\w+)"', row) for row in rows}


def test_the_calendar_tells_in_time_late_refused_missing_and_not_yet_due(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    toilets = {"toilet_ledger": contracts["toilet_ledger"]}
    late = dt.datetime(2025, 7, 5, 16, 30, tzinfo=dt.UTC)  # the 6th in Shanghai, due on the 5th
    just = dt.datetime(2025, 7, 5, 15, 30, tzinfo=dt.UTC)
    rows = [
        submission(1, "toilet_ledger", "toilet_reform", "2025-06", 0, received_at=just),
        submission(2, "toilet_ledger", "toilet_reform", "2025-06", 1, received_at=late),
        submission(3, "toilet_ledger", "toilet_reform", "2025-06", 2, status="refused"),
    ]
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    folder = write(
        tmp_path,
        tables,
        toilets,
        months=["2025-06", "2025-07"],
        as_of=dt.datetime(2025, 7, 20, tzinfo=dt.UTC),
    )
    found = calendar_of(folder / "department-toilet_reform.html")
    assert found["长山县"] == ["on_time", "waiting"]
    assert found["北湖县"] == ["late", "waiting"]
    assert found["东陵市"] == ["refused", "waiting"]
    assert found["西河区"] == ["missing", "waiting"]


def test_what_was_taken_and_a_changed_form_leaves_out_was_handed_in(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    toilets = {"toilet_ledger": contracts["toilet_ledger"]}
    rows = [
        submission(
            1, "toilet_ledger", "toilet_reform", "2025-06", 0, status="refused", taken_as="toilet_ledger"
        ),
        submission(
            2, "toilet_ledger", "toilet_reform", "2025-06", 1, status="refused", taken_as="toilet_ledger"
        )
        | {"dataset": None},
        submission(3, "toilet_ledger", "toilet_reform", "2025-06", 2, status="refused"),
    ]
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    found = calendar_of(
        write(tmp_path, tables, toilets, months=["2025-06"]) / "department-toilet_reform.html"
    )
    assert found["长山县"] == found["北湖县"] == ["on_time"]
    assert found["东陵市"] == ["refused"]


def test_a_quarterly_ledger_is_missing_only_in_the_last_month_of_its_quarter(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    roads = {"road_segments": contracts["road_segments"]}
    row = submission(
        1, "road_segments", "road", "2025-05", 0, received_at=dt.datetime(2025, 7, 1, tzinfo=dt.UTC)
    )
    tables = empty() | {"submissions": pa.Table.from_pylist([row], schema=schemas.SUBMISSIONS)}
    found = calendar_of(write(tmp_path, tables, roads, months=MONTHS[3:6]) / "department-road.html")
    assert found["长山县"] == ["none", "on_time", "none"]
    assert found["北湖县"] == ["none", "none", "missing"]


def test_a_ledger_that_nobody_ever_handed_in_is_named_and_not_counted_as_due(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    two = {name: contracts[name] for name in ("toilet_ledger", "household_register")}
    rows = [submission(1, "toilet_ledger", "toilet_reform", "2025-06", 0)]
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    folder = write(tmp_path, tables, two, months=["2025-06"])
    assert "没有计入应报的台账：农户底册。" in text_of(folder / "index.html")
    assert "从未有人报送" in text_of(folder / "department-civil_affairs.html")
    assert calendar_of(folder / "department-toilet_reform.html")["北湖县"] == ["missing"]
    assert "长山县 农业县 1 1 1 100%" in text_of(folder / "index.html")


def test_a_later_correction_does_not_make_a_hand_in_late(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    toilets = {"toilet_ledger": contracts["toilet_ledger"]}
    rows = [
        submission(1, "toilet_ledger", "toilet_reform", "2025-06", 0, status="superseded"),
        submission(
            2,
            "toilet_ledger",
            "toilet_reform",
            "2025-06",
            0,
            received_at=dt.datetime(2025, 11, 1, tzinfo=dt.UTC),
        ),
    ]
    tables = empty() | {"submissions": pa.Table.from_pylist(rows, schema=schemas.SUBMISSIONS)}
    folder = write(tmp_path, tables, toilets, months=["2025-06"])
    assert calendar_of(folder / "department-toilet_reform.html")["长山县"] == ["on_time"]


def observation(indicator: str, county: int, period: str, value: float, **other: Any) -> dict[str, Any]:
    return {
        "indicator": indicator, "region_code": county_code(county), "period": period, "numerator": 1.0, "denominator": 1.0,
        "value": value, "unit": "%", "evidence": "B", "records": 10, "coverage": 0.5, "interval_low": None,
        "interval_high": None, **other,
    }  # fmt: skip


def test_a_county_page_holds_its_indicator_against_target_and_peers(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    # 长山县, 北湖县 and 清源县 (1, 2, 6) are one group; 东陵市 (3) is another.
    rows = [
        observation("sanitary_toilet_rate", 1, "2025-05", 99),
        observation("sanitary_toilet_rate", 1, "2025-06", 80.25),
        *(observation("sanitary_toilet_rate", c, "2025-06", v) for c, v in ((2, 90), (6, 70), (3, 5))),
    ]
    tables = empty() | {"observations": pa.Table.from_pylist(rows, schema=schemas.OBSERVATIONS)}
    one = {"sanitary_toilet_rate": indicators["sanitary_toilet_rate"]}
    text = text_of(write(tmp_path, tables, contracts, indicators=one) / "county-990101.html")
    assert "卫生厕所普及率 80.25% % 2025年6月 85% 未达标 80% B 10 50%" in text


def test_no_data_a_target_of_nought_and_not_applicable_are_told_apart(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    rows = [observation("monitored_dropouts", 1, "2025-06", 0, unit="人")]
    tables = empty() | {"observations": pa.Table.from_pylist(rows, schema=schemas.OBSERVATIONS)}
    dropouts = indicators["monitored_dropouts"].model_copy(update={"targets": {county_code(2): None}})
    folder = write(tmp_path, tables, contracts, indicators={"monitored_dropouts": dropouts})
    assert "监测家庭失学数 ↓ 0 人 2025年6月 0 达标" in text_of(folder / "county-990101.html")
    assert "监测家庭失学数 ↓ — 人 没有数据 不适用 —" in text_of(folder / "county-990102.html")
    assert "监测家庭失学数 ↓ — 人 没有数据 0 —" in text_of(folder / "county-990103.html")
    page = text_of(folder / "indicators.html")
    assert "北湖县 不适用" in page
    assert "东陵市 没有数据" in page


def test_a_claim_that_disagrees_is_named_after_its_indicator(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    row = {
        "reconciliation": "claim_vs_observation/sanitary_toilet_rate", "region_code": county_code(1), "period": "2025-06",
        "left_value": 99.9, "operator": "=", "right_value": 80.0, "gap": 19.9, "agrees": False,
        "instruction": "请提供佐证。", "importance": "high",
    }  # fmt: skip
    tables = empty() | {"reconciliations": pa.Table.from_pylist([row], schema=schemas.RECONCILIATIONS)}
    folder = write(tmp_path, tables, contracts, indicators=indicators, reconciliations=load_reconciliations())
    assert "重要 自评值与台账计算值：卫生厕所普及率 自评值 = 台账计算值 1" in text_of(folder / "index.html")
    assert "99.90 自评值 = 80 台账计算值 19.90 请提供佐证。" in text_of(folder / "county-990101.html")


def test_what_a_form_says_of_itself_is_called_by_its_chinese_name(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    row = {
        "reconciliation": "form_rule:粮食:01=02+03", "region_code": county_code(1), "period": "2025-06", "left_value": 31.0,
        "operator": "=", "right_value": 30.0, "gap": 1.0, "agrees": False, "instruction": "请核对。", "importance": "high",
    }  # fmt: skip
    tables = empty() | {"reconciliations": pa.Table.from_pylist([row], schema=schemas.RECONCILIATIONS)}
    text = text_of(write(tmp_path, tables, contracts) / "index.html")
    assert "重要 报表审核关系 01=02+03（粮食） 关系左边 = 关系右边 1" in text


def test_findings_show_the_cell_and_the_remedy(report: Path) -> None:
    text = text_of(report / "findings-toilet_ledger-1.html")
    assert re.search(
        r"Sheet1!D\d+ 错误 身份证号校验不符 4603\*+1234 居民身份证号校验位不对。 请对照户口簿", text
    )


def test_what_outsiders_write_is_shown_and_never_run(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    evil = "<script>alert(1)</script>"
    rows = [
        finding(
            1, "toilet_ledger", "2025-06", f"{county_code(1)[:6]}101201", value=evil, cell=evil, message=evil
        )
    ]
    handed = submission(
        1, "toilet_ledger", "toilet_reform", "2025-06", 0, sender_path=evil, reason=evil, status="refused"
    )
    tables = empty() | {
        "findings": pa.Table.from_pylist(rows, schema=schemas.FINDINGS),
        "submissions": pa.Table.from_pylist([handed], schema=schemas.SUBMISSIONS),
    }
    folder = write(tmp_path, tables, contracts)
    assert "&lt;script&gt;alert(1)" in (folder / "findings-toilet_ledger-1.html").read_text("utf-8")
    assert not any(evil in page.read_text("utf-8") for page in folder.glob("*.html"))


def test_the_csv_has_every_finding_opens_in_excel_and_holds_no_formula(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    values = ["=cmd|'/c calc'!A1", "-12.5", "@x", "东邨"]
    rows = [
        finding(n, "toilet_ledger", "2025-06", county_code(1), value=value) for n, value in enumerate(values)
    ]
    tables = empty() | {"findings": pa.Table.from_pylist(rows, schema=schemas.FINDINGS)}
    data = (write(tmp_path, tables, contracts) / "findings-toilet_ledger.csv").read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    lines = data.decode("utf-8-sig").splitlines()
    assert len(lines) == 5
    assert "\"'=cmd" in lines[1]
    assert '"-12.5"' in lines[2]
    assert '"\'@x"' in lines[3]


def test_a_long_list_is_paged_and_states_what_it_leaves_out(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    rows = [finding(n, "toilet_ledger", "2025-06", county_code(1)) for n in range(2_345)]
    tables = empty() | {"findings": pa.Table.from_pylist(rows, schema=schemas.FINDINGS)}
    folder = write(tmp_path, tables, contracts)
    assert len(list(folder.glob("findings-toilet_ledger-*.html"))) == 5
    text = text_of(folder / "findings-toilet_ledger-5.html")
    assert "共 2,345 处，本页为第 1,601—2,000 处；网页列出前 2,000 处" in text
    assert (folder / "findings-toilet_ledger.csv").read_text("utf-8-sig").count("\n") == 2_346
    assert "共 2,345 处，这里列出前 200 处" in text_of(folder / "county-990101.html")


def test_findings_that_are_settled_are_no_longer_listed(
    tmp_path: Path, contracts: dict[str, Contract]
) -> None:
    statuses = ["open", "corrected", "waived", "confirmed"]
    rows = [finding(n, "toilet_ledger", "2025-06", county_code(1), status=s) for n, s in enumerate(statuses)]
    tables = empty() | {"findings": pa.Table.from_pylist(rows, schema=schemas.FINDINGS)}
    assert "2 处错误" in text_of(write(tmp_path, tables, contracts) / "index.html")


def test_findings_of_no_known_dataset_have_a_page_too(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    rows = [{**finding(1, "", "2025-06", ""), "dataset": None, "region_code": None}]
    tables = empty() | {"findings": pa.Table.from_pylist(rows, schema=schemas.FINDINGS)}
    text = text_of(write(tmp_path, tables, contracts) / "findings-unrouted-1.html")
    assert "Sheet1!D17" in text
    assert "没有认出的文件" in text


def test_pages_that_are_no_longer_true_go_away(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    (tmp_path / "county-990199.html").write_text("旧")
    (tmp_path / "findings-old.csv").write_text("旧")
    (tmp_path / "说明.docx").write_text("not ours")
    write(tmp_path, empty(), contracts)
    assert not (tmp_path / "county-990199.html").exists()
    assert not (tmp_path / "findings-old.csv").exists()
    assert (tmp_path / "说明.docx").exists()
    assert not list(tmp_path.glob("*.tmp"))


def test_the_same_tables_give_the_same_pages(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    tables = city(contracts, indicators, findings=300)
    first = write(tmp_path / "a", tables, contracts, indicators=indicators)
    second = write(tmp_path / "b", tables, contracts, indicators=indicators)
    assert {p.name: p.read_bytes() for p in first.iterdir()} == {
        p.name: p.read_bytes() for p in second.iterdir()
    }


def test_a_report_needs_a_month(tmp_path: Path, contracts: dict[str, Contract]) -> None:
    with pytest.raises(ValueError, match="at least one month"):
        write(tmp_path, empty(), contracts, months=[])


@pytest.mark.slow
def test_a_whole_city_is_reported_in_seconds(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    tables = city(contracts, indicators, townships=11, villages=15, findings=120_000)
    connection = connect(tables)
    started = time.process_time()
    write_report(
        connection,
        tmp_path,
        contracts=contracts,
        indicators=indicators,
        months=MONTHS,
        reconciliations={},
        title=TITLE,
        as_of=AS_OF,
    )
    assert time.process_time() - started < 10
    assert max(page.stat().st_size for page in tmp_path.glob("*.html")) < 1_000_000


def wide(text: str) -> str:
    """As long as outsiders write it."""
    return f"{text}，请逐户核对台账、底册与现场，说明多出的户数和口径。" * 4


@pytest.mark.skipif(shutil.which("chromium") is None, reason="prints with chromium")
def test_a_countys_sheet_fits_on_one_page_however_much_there_is_to_say(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    tables = city(contracts, indicators, findings=10)
    claimed = [one for one in indicators.values() if one.kind != "adopted"][:20]
    tables["reconciliations"] = pa.Table.from_pylist(
        [
            {
                "reconciliation": f"claim_vs_observation/{one.id}", "region_code": county_code(1), "period": "2025-06",
                "left_value": 123_456.78, "operator": "=", "right_value": 123.4, "gap": 123_333.38, "agrees": False,
                "instruction": wide("自评"), "importance": "high",
            }
            for one in claimed
        ],
        schema=schemas.RECONCILIATIONS,
    )  # fmt: skip
    odd = tables["cases"].to_pylist()
    tables["cases"] = pa.Table.from_pylist(
        [{**row, "title": wide("看到"), "region_code": f"{county_code(1)[:6]}101201"} for row in odd],
        schema=schemas.CASES,
    )
    folder = write(tmp_path, tables, contracts, indicators=indicators, months=MONTHS[:11], synthetic=True)
    pdf = tmp_path / "sheet.pdf"
    subprocess.run(
        ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--print-to-pdf={pdf}", (folder / "sheet-990101.html").as_uri()],
        check=True, capture_output=True, timeout=120,
    )  # fmt: skip
    assert len(re.findall(rb"/Type\s*/Page\b", pdf.read_bytes())) == 1
    text = text_of(folder / "sheet-990101.html")
    assert "没有到目标的" in text
    assert text.count("长山县·第1镇·第1村") == 7


def test_a_sheet_sets_a_county_against_targets_peers_and_a_quarter_before(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    # 长山县, 北湖县 and 清源县 (1, 2, 6) are one group.
    rows = [
        observation("sanitary_toilet_rate", 1, "2025-03", 70),
        observation("sanitary_toilet_rate", 1, "2025-06", 80),
        *(
            observation("grain_yield", c, "2025-06", v, unit="公斤/亩")
            for c, v in ((1, 500), (2, 450), (6, 430))
        ),
        observation("road_maintained_rate", 1, "2025-03", 99),
        observation("road_maintained_rate", 1, "2025-06", 98),
    ]
    tables = empty() | {"observations": pa.Table.from_pylist(rows, schema=schemas.OBSERVATIONS)}
    folder = write(tmp_path, tables, contracts, indicators=indicators, months=MONTHS[:6])
    text = text_of(folder / "sheet-990101.html")
    assert "做得好的 指标 数值 同类中位数 证据 粮食单产 公斤/亩 500 440 B" in text
    assert "没有到目标的（2 项，共 2 项有目标） 指标 数值 目标 差 卫生厕所普及率 80% 85% 5" in text
    assert "比 2025年3月好转的 卫生厕所普及率 70% → 80% 比 2025年3月变差的 农村公路列养率 99% → 98%" in text


def test_a_claim_page_ranks_counties_by_what_they_gain(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    def claim(county: int, claimed: float) -> dict[str, Any]:
        return {
            "reconciliation": "claim_vs_observation/sanitary_toilet_rate", "region_code": county_code(county), "period": "2025-06",
            "left_value": claimed, "operator": "=", "right_value": 80.0, "gap": claimed - 80, "agrees": claimed == 80,
            "instruction": "", "importance": "high",
        }  # fmt: skip

    rows = [claim(1, 80), claim(2, 92)]
    tables = empty() | {"reconciliations": pa.Table.from_pylist(rows, schema=schemas.RECONCILIATIONS)}
    text = text_of(write(tmp_path, tables, contracts, indicators=indicators) / "claims.html")
    assert "1 北湖县 1 1 0 0 0 0 +15.0% 0 0 0 — 2 长山县 1 0 0 1 0 0 +0.0%" in text
    assert "2 个县区中 1 个自评好于台账，相差最大的是北湖县（自评 92%，台账 80%）。" in text


def test_the_burden_page_tells_cells_by_county_ledger_and_month_and_what_hours_rest_on(
    tmp_path: Path, contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> None:
    rows = [
        {
            "region_code": f"{county_code(county)[:6]}101201",
            "period": "2025-06",
            "households": 300,
            "remark": note,
        }
        for county, note in ((1, "迁出"), (2, None))
    ]
    register = pa.Table.from_pylist(rows, schema=record_schema(contracts["household_register"]))
    folder = write(
        tmp_path,
        empty() | {"household_register": register},
        contracts,
        indicators=indicators,
        seconds_per_cell=1800.0,
    )
    text = text_of(folder / "burden.html")
    assert "3 格 各单位填报并入库的数据，空格不算 2 小时 估计数：按每格 1,800 秒计，没有实测" in text
    assert "县区 农户底册 长山县 2 北湖县 1 东陵市 0" in text
    assert "农户底册 民政 1 备注 1" in text
