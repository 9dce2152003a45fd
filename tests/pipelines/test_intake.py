"""What is handed in is taken, refused with a reason, or known again; nothing stops the others."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
import yaml

from connectors.inbox import Taking, Waits, look_around, new_batch
from pipelines.dagster.definitions import build_definitions
from pipelines.home.folders import Home
from tests.pipelines.apart import run_shiji
from tests.pipelines.town import Town, ledger, new_town, toilets
from warehouse.ledger import Arrival

JUNE = "toilet_reform/2025-06"


# Refused files ------------------------------------------------------------------------------------------------------


def test_every_refused_file_of_the_demo_has_its_reason_and_a_slip(
    village: Town, truth: dict[str, Any]
) -> None:
    said = village.shiji("status", "--refused", "--json")

    refused = {row["sender_path"]: row for row in json.loads(said.out)}
    assert said.code == 0
    assert set(refused) == {one["file"] for one in truth["files"] if one["expected"] == "refused"}
    for path, row in refused.items():
        assert row["reason"].endswith(("。", "）", "”")) or len(row["reason"]) > 8, path
        assert row["remedy"], path
        assert [slip for slip in village.slips() if slip.startswith(f"{path}.回执-退回")], path


def test_every_file_of_the_demo_is_answered_once(village: Town, truth: dict[str, Any]) -> None:
    def stem(path: str) -> str:
        return path.split(".回执")[0].removesuffix(Path(path.split(".回执")[0]).suffix)

    slips = village.slips()

    assert len(slips) == len(truth["files"])
    assert len(set(slips)) == len(slips)
    assert all(".回执-" in slip for slip in slips)


def test_refused_files_do_not_stop_the_others_and_the_load_ends_with_zero(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "丙村"))
    town.drop("toilet_reform/现场照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    town.drop("toilet_reform/无期.csv", ledger(toilets("甲村")))
    town.drop("road/2025-06/改厕.csv", ledger(toilets("乙村")))
    town.drop("no_department.csv", ledger(toilets("乙村")))
    town.drop(f"{JUNE}/空.csv", ledger([]))
    town.drop(f"{JUNE}/还没写.csv", b"")  # stays: nothing has been written yet

    ended = run_shiji("--home", str(town.root), "load")

    assert ended.returncode == 0, ended.stderr
    assert "1 accepted" in ended.stdout
    assert "5 refused" in ended.stdout
    assert town.statuses()[f"{JUNE}/榆塘县.csv"] == "accepted"
    assert town.ask("select count(*) from toilet_ledger") == [(2,)]


def test_a_file_that_stays_empty_is_refused_with_a_slip(town: Town) -> None:
    path = town.drop(f"{JUNE}/空白.xlsx", b"")
    assert town.load().received == 0
    an_hour_ago = time.time() - 3600
    os.utime(path, (an_hour_ago, an_hour_ago))

    town.load()

    assert not path.exists()
    assert town.statuses() == {f"{JUNE}/空白.xlsx": "refused"}
    assert town.slips() == [f"{JUNE}/空白.xlsx.回执-退回.txt"]


def test_no_byte_handed_in_is_lost_and_the_inbox_is_empty_after(town: Town) -> None:
    handed_in = [ledger(toilets("甲村")), b"\x89PNG\r\n\x1a\n" + b"\0" * 64, b"no table at all"]
    for number, data in enumerate(handed_in):
        town.drop(f"{JUNE}/{number}.csv", data)

    town.load()

    kept = [path.read_bytes() for path in town.root.glob("archive/*/*")]
    assert sorted(kept) == sorted(handed_in)
    assert [path for path in town.root.glob("inbox/**/*") if path.is_file()] == []


def test_files_that_are_still_being_written_stay_in_the_inbox(town: Town) -> None:
    names = ("~$榆塘县.xlsx", "榆塘县.csv.tmp", "榆塘县.csv.part", ".hidden.csv")
    paths = [town.drop(f"{JUNE}/{name}", toilets("甲村")) for name in names]

    assert town.load().received == 0

    assert [path for path in paths if not path.exists()] == []
    assert town.statuses() == {}


# Names, links and folders that bar the way ---------------------------------------------------------------------------


def drop_raw(town: Town, name: bytes, data: bytes) -> None:
    """Put a file into June's folder under a name of bytes."""
    folder = os.fsencode(town.root / "inbox" / JUNE)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(data)


@pytest.mark.skipif(os.name == "nt", reason="names are text there")
def test_a_name_of_any_bytes_is_taken_in_shown_and_answered(town: Town) -> None:
    long = "甲" * 83 + ".csv"  # 253 bytes
    names = {
        "榆塘县".encode("gbk") + b".csv": "%GBK榆塘县.csv",
        b"a\xff\xfe.csv": "a%FF%FE.csv",
        b"b\nc\td.csv": "b%0Ac%09d.csv",
        os.fsencode(long): long,
        b"\xb8" * 251 + b".csv": "%B8" * 251 + ".csv",
    }
    for number, name in enumerate(names, start=1):
        drop_raw(town, name, ledger(toilets("甲村", first=number)))

    ended = run_shiji("--home", str(town.root), "load")

    assert ended.returncode == 0, ended.stderr
    assert set(town.statuses()) == {f"{JUNE}/{shown}" for shown in names.values()}
    assert set(town.statuses().values()) <= {"accepted", "held"}
    assert len(town.slips()) == len(names)
    assert any(slip.startswith(f"{JUNE}/%GBK榆塘县.csv.回执") for slip in town.slips())
    for form in ("csv", "json", "table"):
        said = town.shiji("query", "select sender_path, file_name from submissions", "--format", form)
        assert said.code == 0, said.err
        assert "%GBK榆塘县.csv" in said.out or form == "table"
    assert town.shiji("status", "--json").code == 0
    assert town.load().is_idle


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_file_with_a_second_name_stays_and_the_load_says_so(town: Town, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_bytes(ledger(toilets("甲村")))
    (town.root / "inbox" / JUNE).mkdir(parents=True)
    (town.root / "inbox" / JUNE / "榆塘县.csv").hardlink_to(secret)

    said = town.shiji("load")

    assert said.code == 0
    assert f"{JUNE}/榆塘县.csv" in said.out
    assert "hard link" in said.out
    assert list(town.root.glob("archive/*/*")) == []
    assert secret.stat().st_nlink == 2


def test_a_file_that_cannot_be_taken_out_is_entered_once_and_named_at_every_load(town: Town) -> None:
    path = town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    other = town.drop("road/2025-06/b.csv", b"no table")
    for folder in (town.root / "inbox", town.root / "inbox" / "toilet_reform"):
        (folder / ".taking").write_text("in the way")

    first, second = town.load(), town.load()

    assert (first.received, second.received, second.is_idle) == (2, 0, True)
    assert [left.sender_path for left in second.left] == [f"{JUNE}/榆塘县.csv"]
    assert "cannot be removed" in second.left[0].reason
    assert path.exists()
    assert not other.exists()
    path.write_bytes(ledger(toilets("甲村", "乙村")))
    assert town.load().received == 1
    assert town.ask("select count(*) from toilet_ledger") == [(2,)]


def test_what_a_load_had_entered_when_it_was_killed_is_not_entered_again(town: Town) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    taking = Taking(town.root / "inbox", Waits(settle=0))
    (drop,) = look_around(town.root / "inbox", taking.waits, time.time()).drops
    taken = taking.take(drop, new_batch())
    kept = town.site.archive.store(taken.path)
    arrival = Arrival(
        drop.department, drop.sender_path, drop.path.name, kept.sha256, drop.size, drop.modified
    )
    town.site.ledger.receive_many([arrival])

    town.load()

    assert town.statuses() == {f"{JUNE}/榆塘县.csv": "accepted"}
    assert town.ask("select count(*) from submissions") == [(1,)]
    assert list((town.root / "inbox").rglob(".taking")) == []


# A dataset is one YAML file -----------------------------------------------------------------------------------------


def documented_contract() -> str:
    """The contract that docs/contracts.md tells an engineer to write."""
    page = Path(__file__).resolve().parents[2] / "docs" / "contracts.md"
    return page.read_text(encoding="utf-8").split("```yaml\n")[1].split("```")[0]


def saplings(*rows: str) -> bytes:
    return "\n".join(["乡镇,地块编号,造林面积（亩）,成活面积（亩）", *rows]).encode("gb18030")


def test_a_contract_dropped_into_the_home_is_a_dataset_with_everything(town: Town) -> None:
    path = town.root / "config" / "contracts" / "forestry" / "saplings.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(documented_contract(), encoding="utf-8")
    assert town.shiji("contract", "lint", str(path)).code == 0
    sent = "forestry/2025-06/榆塘县造林台账.csv"
    town.drop(sent, saplings("沐溪镇,A1,12.5,10", "汀坪乡,B1,8,9"))

    summary = town.load()

    assert summary.records == {"saplings": {"2025-06": 1}}
    assert town.ask("select plot_number, area_mu, region_code from saplings") == [
        ("A1", 12.5, "990121100000")
    ]
    assert town.ask("select rule, cell from findings") == [("survived_within_planted", "榆塘县造林台账!C3")]
    assert town.slips() == ["forestry/2025-06/榆塘县造林台账.回执-部分接收.xlsx"]
    assert "造林台账" in (town.root / "reports" / "department-forestry.html").read_text(encoding="utf-8")
    assert (town.root / "published" / "current" / "saplings.parquet").exists()


def test_a_contract_dropped_into_the_home_has_an_asset_checks_and_a_form(town: Town, tmp_path: Path) -> None:
    path = town.root / "config" / "contracts" / "forestry" / "saplings.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(documented_contract(), encoding="utf-8")

    graph = build_definitions(Home(town.root)).resolve_asset_graph()
    said = town.shiji("template", "saplings", "-o", str(tmp_path / "form.xlsx"))

    key = dg.AssetKey(["forestry", "saplings"])
    assert graph.get(key).group_name == "forestry"
    assert {check.name for check in graph.get_check_keys_for_assets({key})} == {
        "contract", "completeness", "timeliness", "uniqueness", "freshness",
    }  # fmt: skip
    assert said.code == 0
    assert (tmp_path / "form.xlsx").stat().st_size > 2000


def test_a_contract_that_changes_stages_its_files_anew(town: Town) -> None:
    path = town.root / "config" / "contracts" / "forestry" / "saplings.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(documented_contract(), encoding="utf-8")
    town.drop("forestry/2025-06/榆塘县.csv", saplings("沐溪镇,A1,12.5,10", "汀坪乡,B1,8,9"))
    town.load()
    assert town.ask("select count(*) from saplings") == [(1,)]
    told = yaml.safe_load(documented_contract())
    told["schema"][0]["quality"][0]["severity"] = "warning"
    path.write_text(yaml.safe_dump(told, allow_unicode=True), encoding="utf-8")

    town.load()

    assert town.ask("select count(*) from saplings") == [(2,)]
    assert town.ask("select rule, severity from findings") == [("survived_within_planted", "warning")]


# Real input ---------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def conghua_zengcheng(shared: Path, tmp_path_factory: pytest.TempPathFactory) -> Town:
    town = new_town(tmp_path_factory.mktemp("real") / "home", regions=False)
    codes = Path(__file__).resolve().parents[2] / "docs" / "examples" / "regions_conghua_zengcheng.csv"
    town.import_regions(codes.read_text(encoding="utf-8"))
    for place in ("conghua", "zengcheng"):
        data = (shared / "real" / f"gz_poverty_report_{place}_206.xls").read_bytes()
        town.drop(f"poverty_monitoring/2012-12/gz_poverty_report_{place}_206.xls", data)
    town.load()
    return town


@pytest.mark.xdist_group("conghua")
def test_the_villages_of_conghua_and_zengcheng_are_records_and_totals_are_not(
    conghua_zengcheng: Town,
) -> None:
    counted = conghua_zengcheng.ask(
        "select left(region_code, 6), count(*) from village_poverty_report where period = '2012-12' group by all"
    )

    assert dict(counted) == {"440117": 125, "440118": 81}
    assert set(conghua_zengcheng.statuses().values()) <= {"accepted", "partial"}


@pytest.mark.xdist_group("conghua")
@pytest.mark.parametrize(
    ("county", "villages", "households", "people", "unreported"),
    [("440117", 75, 71, 18, 2), ("440118", 9, 7, 5, 1)],
    ids=["Conghua", "Zengcheng"],
)
def test_villages_whose_report_is_not_their_register_are_listed(
    conghua_zengcheng: Town, county: str, villages: int, households: int, people: int, unreported: int
) -> None:
    rows = conghua_zengcheng.ask(
        "select reconciliation, region_code, agrees, right_value is null or left_value is null"
        " from reconciliations where left(region_code, 6) = ? and reconciliation in ('poverty_households', 'poverty_people')",
        [county],
    )

    disagreeing = {(name, code) for name, code, agrees, _ in rows if agrees is False}
    of_households = {code for name, code in disagreeing if name == "poverty_households"}
    of_people = {code for name, code in disagreeing if name == "poverty_people"}
    assert len({code for _, code in disagreeing}) == villages
    assert (len(of_households), len(of_people)) == (households, people)
    assert len({code for _, code, _, missing in rows if missing}) == unreported


@pytest.mark.xdist_group("conghua")
def test_loading_the_real_files_again_is_idle(conghua_zengcheng: Town) -> None:
    assert conghua_zengcheng.load().is_idle
