"""``shiji regions import``: what it would change is said before it is done, and what concerns records is asked about."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from unittest.mock import patch

import pyarrow as pa
import pytest

from expectations.contracts.records import record_schema
from pipelines.answers.importing import plan_import
from tests.pipelines.town import Said, Town, new_town
from warehouse.ledger import Arrival, Outcome

UPPER, LOWER = "990121100200", "990121200200"
HEAD = "region_code,name,level,parent_code,valid_from,valid_to,successor\n"
ADDED = HEAD + "990122300000,竹沟乡,township,990122000000,,,\n"
MERGED = (
    HEAD
    + "990121200000,汀坪乡,township,990121000000,,2025-08-01,990121100000\n"
    + "990121200200,丙村,village,990121200000,,2025-08-01,990121100202\n"
    + "990121100202,丙村,village,990121100000,2025-08-01,,\n"
)


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with records of two ledgers in force: 7 below one township, 2 below another; only for reading."""
    town = new_town(tmp_path_factory.mktemp("regions") / "实绩 home")
    site = town.site
    at = datetime(2025, 7, 2, tzinfo=UTC)
    for number, (dataset, region, months) in enumerate(
        [
            ("toilet_ledger", LOWER, {"2025-06": 3, "2025-08": 2}),
            ("grain_plots", LOWER, {"2025-07": 2}),
            ("grain_plots", UPPER, {"2025-07": 2}),
        ]
    ):
        path = f"{dataset}/{number}.csv"
        (got,) = site.ledger.receive_many([Arrival("x", path, path, f"{number}" * 64, 9, at, at)])
        covered = {(region[:9] + "000", month): count for month, count in months.items()}
        rows = sum(covered.values())
        site.ledger.finish_many(
            [Outcome(got.submission_id, "accepted", dataset, "2025-07", [], rows, rows, 0, coverage=covered)]
        )
        schema = record_schema(site.contracts[dataset])
        found = [
            dict.fromkeys(schema.names)
            | {"region_code": region, "period": month, "submission_id": got.submission_id, "row": at}
            for month, count in months.items()
            for at in range(count)
        ]
        known = site.store.read(dataset).to_pylist() if dataset in site.store.tables() else []
        whole = pa.Table.from_pylist([*known, *found], schema=schema)
        site.store.write(
            dataset, whole, schema, {"period": sorted({row["period"] for row in whole.to_pylist()})}
        )
    return town


@pytest.fixture
def own(recorded: Town, tmp_path: Path) -> Town:
    """The same to change."""
    return recorded.copy(tmp_path / "实绩 home")


def listed(town: Town, text: str) -> Path:
    path = town.root.with_name("new regions.csv")
    path.write_text(text, encoding="utf-8")
    return path


def imported(town: Town, text: str, *options: str, answer: str | None = None) -> Said:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return answer is not None

    with patch.object(sys, "stdin", Terminal(answer or "")):
        return town.shiji("regions", "import", str(listed(town, text)), *options)


def test_the_records_below_a_township_that_ends_are_counted_each_once(recorded: Town) -> None:
    plan = plan_import(recorded.site, listed(recorded, MERGED))
    assert (plan.rows, plan.submissions, plan.read_anew, plan.asks) == (7, 2, 3, True)
    counted = {
        (one.region_code, one.dataset, one.period): (one.rows, one.rows_since) for one in plan.concerned
    }
    assert counted == {
        (code, *where): rows
        for code in ("990121200000", LOWER)
        for where, rows in {
            ("toilet_ledger", "2025-06"): (3, 0),
            ("toilet_ledger", "2025-08"): (2, 2),
            ("grain_plots", "2025-07"): (2, 0),
        }.items()
    }


def nothing(town: Town, month: str, *regions: str) -> None:
    """A nil report in force."""
    at, path = datetime(2025, 9, 2, tzinfo=UTC), f"toilet_ledger/{month}{regions[0]}.csv"
    (got,) = town.site.ledger.receive_many([Arrival("x", path, path, f"{month}{regions}"[:64], 9, at, at)])
    covered = {(region, month): 0 for region in regions}
    told = Outcome(got.submission_id, "accepted", "toilet_ledger", month, list(regions), coverage=covered)
    town.site.ledger.finish_many([told])


def test_nil_reports_below_a_township_that_ends_are_counted_too(own: Town) -> None:
    nothing(own, "2025-05", "990121200000")
    nothing(own, "2025-09", "990121200000", "990121100000")
    nothing(own, "2025-06", "990121200000")  # rows have followed: they speak
    plan = plan_import(own.site, listed(own, MERGED))
    assert (plan.rows, plan.nil_reports, plan.submissions) == (7, 2, 4)
    nils = {
        (one.region_code, one.period): (one.nil_reports, one.nil_reports_since)
        for one in plan.concerned
        if one.nil_reports
    }
    assert nils == {("990121200000", "2025-05"): (1, 0), ("990121200000", "2025-09"): (1, 1)}
    said = imported(own, MERGED, "--dry-run")
    assert "7 records and 2 nil reports of 4 submissions" in said.out
    assert "nil reports" in said.out.split("In force under these codes")[1]


def test_a_nil_report_alone_is_reason_to_ask(own: Town) -> None:
    late = HEAD + "990122100000,石滩镇,township,990122000000,,2025-08-01,\n"
    assert not plan_import(own.site, listed(own, late)).asks
    nothing(own, "2025-09", "990122100000")
    plan = plan_import(own.site, listed(own, late))
    assert (plan.rows, plan.nil_reports, plan.asks) == (0, 1, True)


def test_an_undated_successor_holds_for_every_month(recorded: Town) -> None:
    plan = plan_import(recorded.site, listed(recorded, MERGED.replace("2025-08-01,9901211", ",9901211")))
    assert all(one.rows == one.rows_since for one in plan.concerned)
    assert plan.changes.undated == ("990121200000", LOWER)


def test_a_dry_run_says_it_and_changes_nothing(recorded: Town) -> None:
    before = recorded.site.regions_digest
    said = imported(recorded, MERGED, "--dry-run")
    assert said.code == 0
    assert "2 retired, 1 new" in said.out
    assert "7 records of 2 submissions" in said.out
    assert "3 submissions anew" in said.out
    as_json = json.loads(imported(recorded, MERGED, "--dry-run", "--json").out)
    assert (as_json["rows"], as_json["asks"], as_json["counts"]) == (7, True, {"retired": 2, "new": 1})
    assert as_json["changes"][0]["since"] == "2025-08-01"
    assert recorded.site.regions_digest == before
    assert [one.what for one in recorded.site.audit.entries()].count("regions import") == 1


def test_what_concerns_records_is_done_only_when_somebody_says_yes(own: Town) -> None:
    before = own.site.regions_digest
    unasked = imported(own, MERGED)
    refused = imported(own, MERGED, answer="n\n")
    assert (unasked.code, refused.code) == (1, 1)
    assert "--yes" in unasked.err
    assert "nothing was imported" in refused.err
    assert own.site.regions_digest == before

    assert imported(own, MERGED, answer="y\n").code == 0
    after = own.site.regions_digest
    assert after != before
    assert imported(own, MERGED).code == 0, "the same list again changes nothing"
    assert own.site.regions_digest == after


def test_what_concerns_no_record_is_not_asked_about(own: Town) -> None:
    assert imported(own, ADDED).code == 0
    assert imported(own, ADDED.replace("竹沟乡", "竹沟镇")).code == 0
    assert imported(own, HEAD + "990122100000,石滩镇,township,990122000000,,2025-08,\n").code == 0
    later = imported(own, MERGED.replace("2025-08", "2025-09"))
    assert (later.code, "7 records of 2 submissions" in later.out) == (0, True)
    said = imported(own, MERGED, "--yes", "--json")
    assert (said.code, json.loads(said.out)["asks"]) == (0, True)


def test_a_list_that_cannot_be_read_is_one_clear_line(recorded: Town) -> None:
    said = imported(recorded, "a,b\n1,2\n", "--dry-run")
    assert said.code == 1
    assert "region_code,name,level" in said.err
    assert "Traceback" not in said.err


def test_what_was_told_is_what_is_done(own: Town) -> None:
    """Another import that ends between the question and the answer is not overwritten unseen."""
    from pipelines.home.folders import HomeError
    from pipelines.home.regions import import_regions

    plan = plan_import(own.site, listed(own, MERGED))
    own.import_regions(ADDED)
    own.import_regions(HEAD + "990121100202,丙村,village,990121100000,,,\n")
    with pytest.raises(HomeError, match="changed meanwhile"):
        import_regions(own.site, listed(own, MERGED), planned=plan.changes)
