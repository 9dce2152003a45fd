"""What moved between two releases, and what lies behind each number that did."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse.handed_in import keep_submissions
from warehouse.indicators import Indicator
from warehouse.relations import Source
from warehouse.release import freeze
from warehouse.release_diff import Between, causes, happened, moved, regions_behind, statuses
from warehouse.schemas import OBSERVATIONS, RECORD_FIELDS, REGIONS, SUBMISSIONS
from warehouse.store import Store

CITY, EAST, WEST = "990500000000", "990501000000", "990502000000"
TREES = pa.schema([("area_mu", pa.float64()), *RECORD_FIELDS])
SOURCES = {
    "trees": Source(evidence="B", keeps="events"),
    "wells": Source(evidence="B", keeps="snapshot", stands=3),
}


def indicator(name: str, sql: str) -> Indicator:
    return Indicator(
        id=name, title="树", dimension="产业兴旺", unit="亩", kind="sum", direction="higher", numerator=sql,
        description="树", source="试",
    )  # type: ignore[arg-type]  # fmt: skip


INDICATORS = {
    one.id: one
    for one in (
        indicator("planted", "select as_of, region_code, area_mu as value from trees_in_month"),
        indicator("standing", "select as_of, region_code, area_mu as value from trees_as_of"),
        indicator("this_year", "select as_of, region_code, area_mu as value from trees_in_year"),
        indicator("water", "select as_of, region_code, 1 as value from wells_as_of"),
    )
}


class Office:
    """Tables as a load leaves them, written by hand."""

    def __init__(self, root: Path) -> None:
        self.store = Store(root)
        self.handed_in: dict[str, str] = {}

    def regions(self, *more: dict[str, Any]) -> None:
        rows = [
            {"region_code": CITY, "name": "市", "level": "city"},
            {"region_code": EAST, "name": "东县", "level": "county", "parent_code": CITY},
            {"region_code": WEST, "name": "西县", "level": "county", "parent_code": CITY},
            *more,
        ]
        self.store.write("regions", pa.Table.from_pylist(rows, schema=REGIONS), REGIONS, {})

    def records(self, month: str, *rows: tuple[str, str, float], dataset: str = "trees") -> None:
        """Submission, region, area."""
        found = [
            {
                "submission_id": name,
                "region_code": region,
                "area_mu": area,
                "period": month,
                "sheet": "表",
                "row": 4,
            }
            for name, region, area in rows
        ]
        self.store.write(dataset, pa.Table.from_pylist(found, schema=TREES), TREES, {"period": [month]})

    def observed(self, values: dict[tuple[str, str, str], float | None]) -> None:
        """By indicator, region and period."""
        rows = [
            {"indicator": name, "region_code": region, "period": period, "value": value, "evidence": "B"}
            for (name, region, period), value in values.items()
        ]
        periods = sorted({period for *_, period in values})
        table = pa.Table.from_pylist(rows, schema=OBSERVATIONS)
        self.store.write("observations", table, OBSERVATIONS, {"period": periods})

    def release(self, name: str, statuses: dict[str, str]) -> None:
        at = datetime(2026, 3, 2, tzinfo=UTC)
        rows = [
            {
                "submission_id": one,
                "status": status,
                "received_at": at,
                "sender_path": f"forestry/{one}.xlsx",
                "dataset": "trees",
                "period": "2026-03",
                "regions": [WEST],
                "rows_in": int(one != "nil"),
            }
            for one, status in statuses.items()
        ]
        keep_submissions(self.store, pa.Table.from_pylist(rows, schema=SUBMISSIONS))
        freeze(self.store, name)

    def between(self) -> Between:
        from warehouse.release import released

        return Between(self.store, released(self.store, "one"), released(self.store, "two"))


@pytest.fixture
def office(tmp_path: Path) -> Office:
    office = Office(tmp_path / "仓库")
    office.regions()
    office.records("2026-01", ("a", EAST, 5.0))
    office.records("2026-02", ("b", EAST, 1.0), ("b", EAST, 2.0), ("c", WEST, 4.0))
    office.records("2026-02", ("w", EAST, 1.0), dataset="wells")
    office.observed(
        {
            ("planted", EAST, "2026-01"): 5.0,
            ("planted", EAST, "2026-02"): 3.0,
            ("planted", WEST, "2026-02"): 4.0,
            ("planted", CITY, "2026-02"): 7.0,
            ("planted", CITY, "2026"): 12.0,
            ("standing", WEST, "2026-03"): 4.0,
            ("this_year", WEST, "2027-01"): 0.0,
            ("water", EAST, "2026-04"): 1.0,
            ("water", EAST, "2026-05"): 0.0,
        }
    )
    office.release("one", {"a": "accepted", "b": "accepted", "c": "accepted", "w": "accepted"})
    return office


def test_nothing_moved_where_nothing_did(office: Office) -> None:
    office.release("two", {"a": "accepted", "b": "accepted", "c": "accepted", "w": "accepted"})
    assert moved(office.between()).num_rows == 0


def test_observations_that_changed_came_or_went_are_told_with_both_states(office: Office) -> None:
    office.observed({("planted", EAST, "2026-02"): 9.0, ("planted", CITY, "2026-02"): None})
    office.release("two", {})
    found = moved(office.between()).to_pylist()
    assert [(one["region_code"], one["value_before"], one["value_now"], one["evidence_now"]) for one in found] == [
        (CITY, 7.0, None, "B"), (EAST, 3.0, 9.0, "B"), (WEST, 4.0, None, None),
    ]  # fmt: skip
    between = office.between()
    assert moved(between, region_code=EAST).num_rows == 1
    assert moved(between, "standing").num_rows == 0
    assert moved(between, "planted", WEST)["evidence_before"].to_pylist() == ["B"]


def behind(office: Office, *observations: tuple[str, str, str]) -> list[list[tuple[str, int, int]]]:
    """Submissions behind observations, with the rows that came and went."""
    rows = [
        {"indicator": name, "region_code": region, "period": period} for name, region, period in observations
    ]
    found = causes(office.between(), pa.Table.from_pylist(rows), INDICATORS, SOURCES)
    return [
        [(one["submission_id"], one["came"], one["went"]) for one in found if one["nth"] == at]
        for at in range(len(rows))
    ]


def test_rows_that_came_and_went_lie_behind_the_numbers_that_read_them(office: Office) -> None:
    office.records("2026-02", ("b", EAST, 1.0), ("d", EAST, 8.0), ("d", EAST, 9.0), ("c", WEST, 4.0))
    office.release("two", {})
    changed = [("b", 0, 1), ("d", 2, 0)]
    assert behind(
        office,
        ("planted", EAST, "2026-02"), ("planted", CITY, "2026"), ("standing", CITY, "2026-03"), ("this_year", EAST, "2026-06"),
        ("planted", EAST, "2026-01"), ("planted", WEST, "2026-02"), ("this_year", EAST, "2027-01"), ("water", EAST, "2026-02"),
        ("standing", EAST, "2026-01"),
    ) == [changed] * 4 + [[]] * 5  # fmt: skip


def test_a_row_that_reads_otherwise_came_and_went(office: Office) -> None:
    office.records("2026-02", ("b", EAST, 1.5), ("b", EAST, 2.0), ("c", WEST, 4.0))
    office.release("two", {})
    assert behind(office, ("planted", EAST, "2026-02")) == [[("b", 1, 1)]]


def test_a_state_lies_behind_the_months_for_which_it_stands(office: Office) -> None:
    office.records("2026-02", ("w", EAST, 1.0), ("w", EAST, 1.0), dataset="wells")
    office.release("two", {})
    asked = [("water", EAST, month) for month in ("2026-01", "2026-02", "2026-04", "2026-05")]
    assert behind(office, *asked) == [[], [("w", 1, 0)], [("w", 1, 0)], []]


def test_a_county_that_moved_lies_behind_its_city_of_then(office: Office) -> None:
    march, other = date(2026, 3, 1), "990600000000"
    office.regions(
        {"region_code": other, "name": "邻市", "level": "city"},
        {"region_code": WEST, "name": "西县", "level": "county", "parent_code": other, "valid_from": march},
    )
    for month in ("2026-02", "2026-03"):
        office.records(month, ("e", WEST, 4.5))
    office.release("two", {})
    (here, there, later, later_there) = behind(
        office, ("planted", CITY, "2026-02"), ("planted", other, "2026-02"),
        ("planted", CITY, "2026-03"), ("planted", other, "2026-03"),
    )  # fmt: skip
    assert ([one for one, *_ in here], there, later) == (["b", "c", "e"], [], [])
    assert later_there == [("e", 1, 0)]
    assert regions_behind(office.between(), [CITY, EAST, other]) == {CITY: [WEST], other: [WEST, other]}


def test_a_zero_that_came_with_its_county_is_told_by_the_rows_of_the_county(office: Office) -> None:
    towns = [
        {"region_code": f"990501{at}00000", "name": f"{at}镇", "level": "township", "parent_code": EAST}
        for at in "12"
    ]
    office.regions(*towns)
    first, second = (town["region_code"] for town in towns)
    office.records("2026-03", ("e", first, 4.5))
    office.release("two", {})
    sources = SOURCES | {"trees": Source(evidence="B", keeps="events", coverage="county")}
    rows = [
        {"indicator": "planted", "region_code": code, "period": "2026-03"} for code in (first, second, WEST)
    ]
    found = causes(office.between(), pa.Table.from_pylist(rows), INDICATORS, sources)
    assert [(one["nth"], one["submission_id"], one["came"]) for one in found] == [(0, "e", 1), (1, "e", 1)]


def test_what_happened_is_told_of_all_rows_of_a_submission(office: Office) -> None:
    office.records("2026-02", ("b", WEST, 1.0), ("b", EAST, 2.0), ("c", WEST, 4.0))
    office.release("two", {})
    rows = [{"indicator": "planted", "region_code": code, "period": "2026-02"} for code in (EAST, WEST)]
    found = causes(office.between(), pa.Table.from_pylist(rows), INDICATORS, SOURCES)
    assert [(one["came"], one["went"], one["all_came"], one["all_went"]) for one in found] == [
        (0, 1, 1, 1), (1, 0, 1, 1),
    ]  # fmt: skip


def test_a_nil_report_lies_behind_the_zero_that_it_makes_known(office: Office) -> None:
    office.release("two", {"nil": "accepted"})
    assert behind(
        office, ("planted", WEST, "2026-03"), ("planted", CITY, "2026-03"), ("planted", EAST, "2026-03"),
        ("planted", WEST, "2026-02"),
    ) == [[("nil", 0, 0)], [("nil", 0, 0)], [], []]  # fmt: skip


def test_the_list_of_regions_lies_behind_nothing_where_it_is_the_same(office: Office) -> None:
    office.release("two", {})
    assert regions_behind(office.between(), [CITY]) == {}


def test_statuses_are_those_that_each_release_kept(office: Office) -> None:
    office.release("two", {"a": "superseded", "n": "accepted"})
    before, now = statuses(office.between())
    assert (before["a"]["status"], now["a"]["status"], "n" in before) == ("accepted", "superseded", False)
    assert now["n"]["sender_path"] == "forestry/n.xlsx"


@pytest.mark.parametrize(
    ("before", "now", "came", "went", "said"),
    [
        (None, "accepted", 5, 0, "received"),
        ("received", "partial", 5, 0, "received"),
        ("held", "accepted", 5, 0, "accepted"),
        ("accepted", "withdrawn", 0, 5, "withdrawn"),
        ("accepted", "superseded", 0, 5, "superseded"),
        ("accepted", "accepted", 0, 2, "amended"),
        ("superseded", "accepted", 5, 0, "in force again"),
        ("superseded", "accepted", 0, 0, "in force again"),
        ("accepted", "superseded", 0, 0, "superseded"),
        ("accepted", "accepted", 5, 5, "read anew"),
        ("refused", "accepted", 5, 0, "read anew"),
        ("accepted", "refused", 0, 5, "read anew"),
    ],
)
def test_what_happened_to_a_submission(before: str | None, now: str, came: int, went: int, said: str) -> None:
    assert happened(before, now, came, went) == said
