"""Two townships that became one: what a new file speaks for, and what stands of the old ones. Nothing is loaded: a file is its records."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.contracts.records import record_schema
from expectations.resubmission import intent_of
from pipelines.home.regions import import_regions
from pipelines.loading.counted import miscounted
from pipelines.loading.deciding import Deciding
from pipelines.loading.records import in_force_records, rebuild_records
from tests.pipelines.town import REGIONS, Town, new_town
from warehouse.ledger import Arrival, Outcome
from warehouse.staged import with_notes

pytestmark = pytest.mark.xdist_group("kin")

MONTH = "2025-09"
STAYS, ENDS, FAR = "990121200000", "990121100000", "990122100000"
MERGED = REGIONS.replace("level,parent_code\n", "level,parent_code,valid_to,successor\n").replace(
    "沐溪镇,township,990121000000", f"沐溪镇,township,990121000000,2025-09-01,{STAYS}"
)
Rows = Mapping[str, str]
"""By household what is said of it, in one letter each: ``{"张": "a"}``."""


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_town(tmp_path_factory.mktemp("kin") / "home").root


@pytest.fixture
def office(empty: Path, tmp_path: Path) -> Office:
    return Office(Town(Path(shutil.copytree(empty, tmp_path / "home"))))


@dataclass
class Office:
    """Registers of monitored households, whose numbers are unique in the county."""

    town: Town
    dataset: str = "monitored_households"
    is_merged: bool = False
    ids: dict[str, str] = field(default_factory=dict)
    sent: dict[str, dict[str, dict[str, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site = self.town.site

    def hand_in(self, name: str, **rows: dict[str, str]) -> tuple[str, str]:
        """A file with the rows of each township (``stays``, ``ends``, ``far``), none of them a nil report: status, what is told."""
        path = f"poverty_monitoring/{name}.csv"
        sha = f"{len(self.ids):x}" * 64
        (got,) = self.site.ledger.receive_many(
            [Arrival("poverty_monitoring", path, f"{name}.csv", sha, 1, datetime.now(UTC))]
        )
        self.site.ledger.taken([got.submission_id])
        self.ids[name], self.sent[name] = got.submission_id, rows
        (outcome,) = self.decide(name)
        return outcome.status, "\n".join(outcome.compared)

    def as_it_was(self, name: str, compared: tuple[str, ...], **rows: dict[str, str]) -> None:
        """One that was decided about by where its rows lie, before it was noted what they were handed in for."""
        self.hand_in(name, **rows)
        (outcome,) = [self._staged(name)]
        staged, submission_id = self.site.staged, self.ids[name]
        table = staged.aside.read(
            self.dataset, [submission_id], "records", record_schema(self.site.contracts[self.dataset])
        )
        staged.aside.forget(self.dataset, submission_id)
        staged.write(self.dataset, submission_id, "records", table.drop_columns("handed_in_as"))
        coverage = {(region, MONTH): len(table) for region in outcome.regions}
        self.site.ledger.finish_many(
            [replace(outcome, coverage=coverage, compared=compared, takes="replaces")]
        )

    def decide(self, *names: str) -> list[Outcome]:
        entries = self.site.ledger.entries([self.ids[name] for name in names])
        return Deciding(self.site, really=False).decide(entries, [self._staged(name) for name in names])

    def merge(self) -> None:
        """The list comes in, and all is staged anew."""
        path = self.town.root / "regions.csv"
        path.write_text(MERGED, encoding="utf-8")
        import_regions(self.site, path)
        self.is_merged = True
        self.decide(*self.ids)

    def standing(self) -> set[str]:
        """Every row in force: what it was handed in for, the household, what is said of it, and by which file."""
        called = {STAYS: "stays", ENDS: "ends", FAR: "far"}
        names = {value: key for key, value in self.ids.items()}
        return {
            f"{called[row['handed_in_as']]} {row[self._key]}{row[self._said]} {names[row['submission_id']]}"
            for row in in_force_records(self.site, self.dataset, [MONTH]).to_pylist()
        }

    @property
    def _key(self) -> str:
        return self.site.contracts[self.dataset].key[0]

    @property
    def _said(self) -> str:
        contract = self.site.contracts[self.dataset]
        return next(
            one.name
            for one in contract.columns
            if one.type == "string" and not one.role and one.name not in contract.key
        )

    def _staged(self, name: str) -> Outcome:
        units = {"stays": STAYS, "ends": ENDS, "far": FAR}
        schema = record_schema(self.site.contracts[self.dataset])
        rows: list[dict[str, Any]] = []
        for town, own in self.sent[name].items():
            place = STAYS if town == "ends" and self.is_merged else units[town]
            for household, said in own.items():
                rows.append(
                    dict.fromkeys(schema.names)
                    | {self._key: household, self._said: said, "sheet": "台账", "row": len(rows) + 4}
                    | {
                        "submission_id": self.ids[name],
                        "period": MONTH,
                        "region_code": place,
                        "handed_in_as": units[town],
                    }
                )
        records = with_notes(pa.Table.from_pylist(rows, schema=schema), {}, ())
        self.site.staged.aside.write(self.dataset, self.ids[name], "records", records)
        coverage = {(units[town], MONTH): len(own) for town, own in self.sent[name].items()}
        return Outcome(
            self.ids[name], "accepted", self.dataset, MONTH, sorted({row["region_code"] for row in rows}),
            len(rows), len(rows), coverage=coverage, contract_digest="one", says=intent_of([name]),
        )  # fmt: skip


def test_two_old_files_stand_side_by_side_and_each_is_corrected_by_itself(office: Office) -> None:
    office.hand_in("溪", stays={"张": "a", "王": "a"})
    office.hand_in("镇", ends={"李": "a", "赵": "a", "钱": "a"})
    office.merge()
    assert office.standing() == {"stays 张a 溪", "stays 王a 溪", "ends 李a 镇", "ends 赵a 镇", "ends 钱a 镇"}
    status, said = office.hand_in("镇(1)", ends={"李": "b", "赵": "a", "钱": "a"})
    assert (status, "溪" in said) == ("accepted", False)
    assert office.standing() == {
        "stays 张a 溪",
        "stays 王a 溪",
        "ends 李b 镇(1)",
        "ends 赵a 镇(1)",
        "ends 钱a 镇(1)",
    }


def test_a_file_of_both_replaces_both_and_is_told_and_a_withdrawal_brings_them_back(office: Office) -> None:
    office.hand_in("镇", ends={"李": "a", "赵": "a"})
    office.hand_in("溪", stays={"张": "a"})
    office.merge()
    before = office.standing()
    _, said = office.hand_in("全", stays={"张": "a", "李": "b", "赵": "a"})
    assert "改动 1 行，少了 0 行，未变 2 行" in said
    assert "“镇.csv”" in said
    assert office.standing() == {"stays 张a 全", "stays 李b 全", "stays 赵a 全"}
    office.decide(*office.ids)
    assert office.standing() == {"stays 张a 全", "stays 李b 全", "stays 赵a 全"}
    office.site.ledger.withdraw(office.ids["全"], "报错了")
    office.decide("镇", "溪")
    assert office.standing() == before


def test_a_correction_under_the_old_name_after_a_file_of_both_doubles_nothing(office: Office) -> None:
    office.hand_in("镇", ends={"李": "a", "赵": "a"})
    office.merge()
    whole = dict.fromkeys("张王李赵钱孙周吴", "a")
    office.hand_in("全", stays=whole)
    status, said = office.hand_in("镇（更正）", ends={"李": "c"})
    assert (status, "补充更正：改动 1 行" in said) == ("accepted", True)
    rest = {f"stays {one}a 全" for one in whole if one != "李"}
    assert office.standing() == rest | {"ends 李c 镇（更正）"}
    office.hand_in("镇（更正二）", ends={"李": "d", "赵": "d"})
    rest -= {"stays 赵a 全"}
    assert office.standing() == rest | {"ends 李d 镇（更正二）", "ends 赵d 镇（更正二）"}
    office.decide(*office.ids)
    assert office.standing() == rest | {"ends 李d 镇（更正二）", "ends 赵d 镇（更正二）"}


def test_what_a_correction_took_over_goes_with_what_replaces_the_correction(office: Office) -> None:
    office.merge()
    office.hand_in("全", stays=dict.fromkeys("张王李赵钱孙周吴", "a"))
    office.hand_in("镇（更正）", ends={"李": "c"})
    status, said = office.hand_in("镇（整份替换）", ends={"郑": "a"})
    rest = {f"stays {one}a 全" for one in "张王赵钱孙周吴"}
    assert (status, "少了 1 行" in said, "“镇（更正）.csv”" in said) == ("accepted", True, True)
    assert office.standing() == rest | {"ends 郑a 镇（整份替换）"}
    rebuild_records(office.site, office.dataset, [MONTH])
    assert [line for line in miscounted(office.site) if line.startswith(office.dataset)] == []
    office.site.ledger.withdraw(office.ids["镇（更正）"], "报错了")
    assert office.standing() == rest | {"stays 李a 全", "ends 郑a 镇（整份替换）"}


def test_an_amendment_of_the_one_that_remains_reaches_what_the_other_handed_in(office: Office) -> None:
    office.hand_in("镇", ends={"李": "a", "赵": "a"})
    office.hand_in("溪", stays={"张": "a"})
    office.merge()
    _, said = office.hand_in("溪（补报）", stays={"李": "b"})
    assert "改动 1 行，新增 0 行" in said
    assert office.standing() == {"ends 赵a 镇", "stays 张a 溪", "stays 李b 溪（补报）"}


def test_first_files_under_either_name_stand_side_by_side(office: Office) -> None:
    office.merge()
    for name, town, rows in (("镇", "ends", {"李": "a"}), ("溪", "stays", {"张": "a"})):
        assert office.hand_in(name, **{town: rows}) == ("accepted", "")
    assert office.standing() == {"ends 李a 镇", "stays 张a 溪"}


def test_a_nil_report_of_the_one_that_remains_is_held_against_what_the_other_handed_in(
    office: Office,
) -> None:
    office.hand_in("镇", ends=dict.fromkeys("李赵钱孙周", "a"))
    office.merge()
    before = office.standing()
    assert office.hand_in("零", stays={})[0] == "held"
    assert office.standing() == before
    assert office.hand_in("镇零（整份替换）", ends={})[0] == "accepted"
    assert office.standing() == set()


def test_an_old_nil_report_says_nothing_of_the_other(office: Office) -> None:
    office.hand_in("溪", stays={"张": "a"})
    office.hand_in("镇零", ends={})
    office.merge()
    assert office.standing() == {"stays 张a 溪"}
    assert office.hand_in("镇", ends={"李": "a"})[0] == "accepted"
    assert office.standing() == {"stays 张a 溪", "ends 李a 镇"}


def test_a_held_file_that_is_confirmed_after_a_merger_speaks_for_what_it_did(office: Office) -> None:
    office.hand_in("镇", ends=dict.fromkeys("李赵", "a"))
    office.hand_in("溪", stays=dict.fromkeys("甲乙丙丁戊己庚", "a"))
    assert office.hand_in("别", stays={"子": "a"})[0] == "held"
    office.merge()
    office.site.ledger.confirm(office.ids["别"])
    office.decide("别")
    assert office.standing() == {"ends 李a 镇", "ends 赵a 镇", "stays 子a 别"}


def test_what_one_took_from_the_other_before_it_was_noted_comes_back(office: Office) -> None:
    """Neither was told of the other: they stood side by side until the list came in."""
    office.merge()
    office.as_it_was("溪", (), stays={"张": "a"})
    office.as_it_was("镇", (), ends={"李": "a"})
    office.decide("溪", "镇")
    assert office.standing() == {"stays 张a 溪", "ends 李a 镇"}
    office.decide("溪", "镇")
    assert office.standing() == {"stays 张a 溪", "ends 李a 镇"}


def test_what_one_had_replaced_before_it_was_noted_stays_replaced(office: Office) -> None:
    office.merge()
    office.as_it_was("镇", (), ends={"李": "a"})
    office.as_it_was("全", ("与“镇.csv”相比：改动 1 行。",), stays={"张": "a", "李": "b"})
    for _ in range(2):
        office.decide("镇", "全")
        assert office.standing() == {"stays 张a 全", "stays 李b 全"}
    office.site.ledger.withdraw(office.ids["全"], "报错了")
    assert office.standing() == {"ends 李a 镇"}
