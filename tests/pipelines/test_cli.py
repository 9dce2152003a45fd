"""The command line: every command explains itself, answers in every form, and fails in one clear line."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import typer
from openpyxl import load_workbook

from pipelines.cli.app import app
from pipelines.cli.summary import summary_as_json
from pipelines.loading.load import Summary
from tests.pipelines.town import REGIONS, Town, new_town, run_apart, run_here, toilets
from warehouse.ledger import Outcome

pytestmark = pytest.mark.xdist_group("cli")

JUNE = "toilet_reform/2025-06"
BUILT = ("new_toilets", "990121000000", "2025-06")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town after one load; for reading."""
    town = new_town(tmp_path_factory.mktemp("cli") / "实绩 home")
    town.drop(f"{JUNE}/榆塘县.csv", [*toilets("甲村", "丙村"), *toilets("乙村", first=9, yuan="-1")])
    town.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    town.load()
    return town


def commands(group: typer.core.TyperGroup | None = None, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    """Every command that does something, as typed."""
    found = []
    for name, command in (group or typer.main.get_command(app)).commands.items():  # type: ignore[union-attr]
        if isinstance(command, typer.core.TyperGroup):
            found += commands(command, (*path, name))
        else:
            found.append((*path, name))
    return found


# Help ---------------------------------------------------------------------------------------------------------------


def test_the_commands_of_the_design_are_there() -> None:
    assert {path[0] for path in commands()} >= {
        "init", "demo", "load", "status", "query", "report", "template", "regions", "contract", "findings",
        "trace", "release", "dev",
    }  # fmt: skip


@pytest.mark.parametrize("path", commands(), ids=" ".join)
def test_help_says_what_a_command_does_with_an_example(path: tuple[str, ...]) -> None:
    said = run_here(*path, "--help")

    assert said.code == 0
    assert re.search(r"Examples?:", said.out), said.out
    assert "shiji" in said.out.split("Example", 1)[1]


# Answers ------------------------------------------------------------------------------------------------------------


LISTINGS = [
    ("status",), ("status", "--refused"), ("status", "--submissions"), ("status", "--department", "road"),
    ("findings",), ("findings", "--severity", "error", "--limit", "1"), ("query", "from toilet_ledger"),
    ("release", "list"), ("regions", "list"), ("contract", "lint"), ("trace", *BUILT), ("load",),
]  # fmt: skip


@pytest.mark.parametrize("arguments", LISTINGS, ids=" ".join)
def test_every_listing_is_json_when_asked_and_readable_when_not(
    home: Town, arguments: tuple[str, ...]
) -> None:
    as_json, as_text = home.shiji(*arguments, "--json"), home.shiji(*arguments)

    assert (as_json.code, as_text.code) == (0, 0)
    assert json.loads(as_json.out) is not None
    assert as_text.out.strip()


def test_query_answers_in_every_format(home: Town, tmp_path: Path) -> None:
    sql = 'select region_code, toilet_type, subsidy_yuan from toilet_ledger order by "row"'
    expected = ["990121100200", "990121200200"]
    where = {form: tmp_path / f"answer.{form}" for form in ("parquet", "xlsx", "csv", "json")}
    for form, path in where.items():
        assert home.shiji("query", sql, "--format", form, "--output", str(path)).code == 0

    assert pq.read_table(where["parquet"])["region_code"].to_pylist() == expected
    sheet = load_workbook(where["xlsx"]).active
    assert sheet is not None
    assert [row[0].value for row in sheet.iter_rows(min_row=2)] == expected
    with where["csv"].open(encoding="utf-8-sig") as file:
        assert [row["region_code"] for row in csv.DictReader(file)] == expected
    assert [row["region_code"] for row in json.loads(where["json"].read_text("utf-8"))] == expected
    printed = home.shiji("query", sql, "--format", "csv").out
    assert [row["toilet_type"] for row in csv.DictReader(io.StringIO(printed))] == ["三格式"] * 2
    assert "三格式" in home.shiji("query", sql).out


def test_query_reads_the_past_and_releases(home: Town, tmp_path: Path) -> None:
    town = home.copy(tmp_path / "home")
    assert town.shiji("release", "freeze", "六月 final", "--note", "for the meeting").code == 0
    town.drop(f"{JUNE}/榆塘县（更正）.csv", toilets("甲村", "乙村", "丙村"))
    town.load()
    count = "select count(*) as n from toilet_ledger"

    assert json.loads(town.shiji("query", count, "--json").out) == [{"n": 3}]
    assert json.loads(town.shiji("query", count, "--json", "--release", "六月 final").out) == [{"n": 2}]
    before = town.shiji("query", count, "--json", "--as-of", "2020-01-01")
    assert (before.code, before.out) == (1, "")
    assert "nothing had been loaded yet at 2020-01-01 23:59" in before.err
    names = [row["release"] for row in json.loads(town.shiji("release", "list", "--json").out)]
    assert "六月 final" in names


def test_findings_name_the_cell_and_what_to_do(home: Town) -> None:
    found = json.loads(home.shiji("findings", "--json").out)

    [bad] = [one for one in found if one["rule"] == "out_of_range"]
    assert bad["cell"] == "榆塘县!J4"
    assert bad["severity"] == "error"
    assert bad["message"]
    assert bad["remedy"]


def test_trace_goes_from_a_number_to_file_and_row(home: Town) -> None:
    [number] = home.ask(
        "select indicator, region_code, period from observations"
        " where numerator > 0 and period = '2025-06' order by all limit 1"
    )

    told = json.loads(home.shiji("trace", *number, "--json").out)

    assert told["observation"]["indicator"] == number[0]
    assert told["rows"]
    assert all("榆塘县.csv" in json.dumps(row, ensure_ascii=False) for row in told["rows"])


def test_template_writes_the_form_where_asked(home: Town, tmp_path: Path) -> None:
    said = home.shiji("template", "toilet_ledger", "-o", str(tmp_path / "改厕.xlsx"))

    assert said.code == 0
    headers = {
        str(cell.value)
        for row in load_workbook(tmp_path / "改厕.xlsx").worksheets[0].iter_rows()
        for cell in row
    }
    assert any("改厕类型" in header for header in headers)


def test_init_twice_keeps_the_key_and_the_settings(tmp_path: Path) -> None:
    root = tmp_path / "新 home"
    assert run_here("--home", str(root), "init").code == 0
    key = (root / "config" / "private.key").read_text()
    (root / "config" / "shiji.yaml").write_text("title: 我们的市\n", encoding="utf-8")

    assert run_here("--home", str(root), "init").code == 0

    assert (root / "config" / "private.key").read_text() == key
    assert "我们的市" in (root / "config" / "shiji.yaml").read_text("utf-8")
    assert (root / "inbox" / "toilet_reform").is_dir()


def test_regions_are_imported_and_listed_under_a_code(tmp_path: Path) -> None:
    root = tmp_path / "home"
    run_here("--home", str(root), "init")
    path = tmp_path / "regions.csv"
    path.write_text(REGIONS, encoding="utf-8")

    assert run_here("--home", str(root), "regions", "import", str(path)).code == 0

    listed = json.loads(run_here("--home", str(root), "regions", "list", "--under", "990121", "--json").out)
    assert len(listed) == 6


def test_report_says_where_it_wrote(home: Town, tmp_path: Path) -> None:
    town = home.copy(tmp_path / "home")

    said = town.shiji("report")

    assert said.code == 0
    assert Path(said.out.strip()).is_file()


# Mistakes -----------------------------------------------------------------------------------------------------------


MISTAKES = [
    (("query", "select * from no_such_table"), "no_such_table"),
    (("query", "drop table toilet_ledger"), ""),
    (("query", "selct 1"), ""),
    (("query", "from read_csv('/etc/passwd')"), "no files"),
    (("query", "select count(*) from range(1000000000000)", "--timeout", "0.2"), "0.2 seconds"),
    (("query", "select 1", "--as-of", "yesterday"), "as-of"),
    (("query", "select 1", "--release", "never"), "never"),
    (("query", "select 1", "--format", "xlsx"), "--output"),
    (("template", "no_such_dataset"), "toilet_ledger"),
    (("trace", "no_such_indicator", "990121000000", "2025-06"), "sanitary_toilet_rate"),
    (("trace", *BUILT, "--as-of", "2020-01-01"), "nothing had been loaded"),
    (("query", "select 1", "--output", "no/such/folder/a.csv"), "no/such/folder"),
    (("trace", "new_toilets", "123456789012", "2025-06"), "shiji query"),
    (("load", "--period", "June"), "--period"),
    (("contract", "lint", "no/such/file.yaml"), "no/such/file.yaml"),
]


@pytest.mark.parametrize(
    ("arguments", "named"), MISTAKES, ids=lambda value: " ".join(value) if isinstance(value, tuple) else ""
)
def test_a_mistake_is_answered_in_one_clear_line(home: Town, arguments: tuple[str, ...], named: str) -> None:
    said = home.shiji(*arguments)

    assert said.code == 1
    assert named in said.err + said.out
    assert 0 < len((said.err + said.out).strip().splitlines()) <= 6
    assert "Traceback" not in said.err + said.out


@pytest.mark.parametrize(
    "command",
    [("load",), ("status",), ("query", "select 1"), ("report",), ("findings",), ("dev",)],
    ids=" ".join,
)
def test_a_folder_that_is_no_home_is_said_with_what_to_do(tmp_path: Path, command: tuple[str, ...]) -> None:
    said = run_here("--home", str(tmp_path / "nowhere"), *command)

    assert said.code == 1
    assert "init" in said.err
    assert len(said.err.strip().splitlines()) == 1
    assert not (tmp_path / "nowhere").exists()


def test_settings_that_do_not_parse_are_named_by_file(tmp_path: Path) -> None:
    root = tmp_path / "home"
    run_here("--home", str(root), "init")
    (root / "config" / "shiji.yaml").write_text("titel: 错字\n", encoding="utf-8")

    ended = run_apart("status", home=root)

    assert ended.returncode == 1
    assert "shiji.yaml" in ended.stderr
    assert "titel" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_an_indicator_of_a_dataset_without_contract_is_named_in_one_line(home: Town, tmp_path: Path) -> None:
    town = home.copy(tmp_path / "home")
    path = town.root / "config" / "indicators" / "lost_plots.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(LOST, encoding="utf-8")

    ended = run_apart("load", home=town.root)

    assert ended.returncode == 1
    assert "lost_plots reads lost_ledger. Add the contract or take the indicator out" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "measure.py" not in ended.stderr + ended.stdout


LOST = """\
id: lost_plots
title: 丢失的地块数
dimension: 生态宜居
unit: 块
kind: sum
direction: higher
over_time: sum
numerator: select as_of, region_code, 1 as value from lost_ledger_in_month
description: 读的台账没有合同
source: 无
"""


def test_a_lost_key_is_not_replaced(home: Town, tmp_path: Path) -> None:
    town = home.copy(tmp_path / "home")
    (town.root / "config" / "private.key").unlink()
    town.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=20))

    said = town.shiji("load")

    assert said.code == 1
    assert "private.key" in said.err
    assert not (town.root / "config" / "private.key").exists()


def test_a_demo_does_not_overwrite_a_loaded_home(home: Town) -> None:
    said = home.shiji("demo", "--scale", "village")

    assert said.code == 1
    assert "already holds" in said.err


def test_what_a_load_did_is_told_to_programs_as_json() -> None:
    outcome = Outcome(
        "20250610-000001-ab12cd34", "accepted", "toilet_ledger", "2025-06", ["990121100000"], 3, 3,
        coverage={("990121100000", "2025-06"): 3},
    )  # fmt: skip
    told = json.loads(summary_as_json(Summary(received=1, outcomes=[outcome])))
    assert told["outcomes"][0]["coverage"] == [
        {"region_code": "990121100000", "period": "2025-06", "rows": 3}
    ]
