"""Cases over loads: made with the load, decided by people, open again when their data change, closed by a correction."""

from __future__ import annotations

import json
from typing import Any

from pipelines.loading.cases import outdated_cases
from tests.pipelines.town import Town, toilets

JUNE = "toilet_reform/榆塘县2025年6月农村改厕台账.csv"
JULY = "toilet_reform/榆塘县2025年7月农村改厕台账.csv"


def _again(town: Town, *, people: int, first: int = 1, name: str = JULY) -> None:
    """A ledger of July whose first rows are June's people."""
    rows = toilets(*["甲村"] * people, first=first, completed="2025-07-08")
    town.drop(name, rows)
    town.load()


def _listed(town: Town, *options: str) -> list[dict[str, Any]]:
    said = town.shiji("cases", "list", "--json", *options)
    assert said.code == 0, said.err
    found: list[dict[str, Any]] = json.loads(said.out)
    return found


def test_a_case_is_made_decided_lapses_and_is_closed_by_a_correction(town: Town) -> None:
    town.drop(JUNE, toilets(*["甲村"] * 12))
    town.load()
    assert _listed(town) == []
    _again(town, people=6)
    (case,) = _listed(town, "--kind", "repeated")
    assert (case["region_code"], case["records_count"], case["action"]) == ("990121100200", 6, "查原始单据")
    assert town.load().is_idle

    decided = town.shiji("cases", "decide", case["case_id"][:5], "--as", "asked", "--reason", "已电话榆塘县")
    assert decided.code == 0, decided.err
    assert [row["status"] for row in _listed(town, "--status", "asked")] == ["asked"]
    assert outdated_cases(town.site)
    assert town.load().cases_changed
    assert town.load().is_idle
    assert town.ask("select status from cases") == [("asked",)]
    assert [entry.what for entry in town.site.audit.entries() if "case" in entry.what] == ["case asked"]

    _again(town, people=9, name="toilet_reform/榆塘县2025年7月农村改厕台账（全量替换）.csv")
    ((status, reason),) = town.ask("select status, reason from cases")
    assert status == "open"
    assert "已电话榆塘县" in reason

    _again(town, people=9, first=700, name="toilet_reform/榆塘县2025年7月农村改厕台账（全量替换）.csv")
    ((status, reason, same),) = town.ask("select status, reason, case_id from cases")
    assert (status, same) == ("closed", case["case_id"])
    assert "报送" in reason
    assert _listed(town) == []
    refused = town.shiji("cases", "decide", case["case_id"], "--as", "waived", "--reason", "迟了")
    assert (refused.code, "已了结" in refused.err) == (1, True)


def test_a_case_of_the_demo_village_is_told_whole(village: Town) -> None:
    rows = _listed(village)
    assert rows[0]["importance"] == max(row["importance"] for row in rows)
    assert {"households", "overclaimed", "repeated"} <= {row["kind"] for row in rows}
    said = village.shiji("cases", "show", rows[0]["case_id"])
    assert said.code == 0, said.err
    for part in ("为什么值得查", "把握", rows[0]["question"], "值得核查不等于弄虚作假"):
        assert part in said.out
    assert village.shiji("cases", "show", "no-such-case").code == 1
    firsts = [row["region_code"][:6] for row in rows[:4]]
    assert len(set(firsts)) > 1  # never more than three of one county before the next


def test_a_county_s_cases_are_its_own(village: Town) -> None:
    rows = _listed(village, "--county", "990124000000", "--status", "all")
    assert rows
    assert {row["region_code"][:6] for row in rows} == {"990124"}
    assert village.shiji("cases", "list", "--county", "没有这个县").code == 1
