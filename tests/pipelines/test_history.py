"""``shiji history``: versions in the order they came, what each changed, and as it was known on a day."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from expectations.contracts.reading import load_contracts
from expectations.contracts.records import record_schema
from pipelines.answers.changed_cells import changed_cells
from pipelines.answers.history import Told, history
from tests.pipelines.town import Town, new_town, run_here
from warehouse.ledger import Arrival, Outcome

MU, TING, COUNTY = "990121100000", "990121200000", "990121000000"
JIA, YI, BING = "990121100200", "990121100201", "990121200200"
MAY = "2026-05"
DAY = datetime(2026, 6, 1, 4, tzinfo=UTC)
CONTRACTS = load_contracts()
PLOTS, REPORT = CONTRACTS["grain_plots"], CONTRACTS["village_poverty_report"]
FIRST, SECOND = PLOTS.key


def plots(rows: Mapping[str, tuple[str, float]], submission_id: str = "") -> pa.Table:
    """Records: by plot its village and area; households are tokens."""
    schema = record_schema(PLOTS)
    found = [
        dict.fromkeys(schema.names)
        | {FIRST: f"t_{plot}", SECOND: plot, "area_mu": area, "region_code": village, "period": MAY,
           "submission_id": submission_id, "sheet": "台账", "row": at, "handed_in_as": f"{village[:9]}000"}
        for at, (plot, (village, area)) in enumerate(rows.items(), start=4)
    ]  # fmt: skip
    return pa.Table.from_pylist(found, schema=schema)


@dataclass
class Office:
    """A town in which submissions are entered and staged as a load would leave them."""

    town: Town
    names: dict[str, str] = field(default_factory=dict)
    known: dict[tuple[Any, ...], dict[str, Told]] = field(default_factory=dict)

    def hand_in(
        self, name: str, rows: Mapping[str, tuple[str, float]], takes: str | None = "replaces",
        status: str = "accepted", also: tuple[str, ...] = (), department: str = "agriculture",
    ) -> None:  # fmt: skip
        site, at = self.town.site, DAY + timedelta(days=len(self.names))
        path = f"{department}/五月/{name}.csv"
        sha = f"{len(self.names):x}" * 64
        (got,) = site.ledger.receive_many([Arrival(department, path, f"{name}.csv", sha, 9, at, at)])
        self.names[got.submission_id] = name
        if status == "refused":
            site.ledger.finish_many([Outcome(got.submission_id, "refused", reason="表头不见了")])
            return
        table = plots(rows, got.submission_id)
        covered = dict.fromkeys(((code, MAY) for code in also), 0)
        for village, _ in rows.values():
            unit = (f"{village[:9]}000", MAY)
            covered[unit] = covered.get(unit, 0) + 1
        site.staged.write(PLOTS.dataset, got.submission_id, "records", table)
        outcome = Outcome(
            got.submission_id, status, PLOTS.dataset, MAY, sorted({code for code, _ in covered}),
            len(rows), len(rows), 0, coverage=covered, takes=takes, compared=(f"说明：{name}",),
        )  # type: ignore[arg-type]  # fmt: skip
        site.ledger.finish_many([outcome])

    def id_of(self, name: str) -> str:
        return next(key for key, value in self.names.items() if value == name)

    def tell(self, region: str = MU, **options: Any) -> dict[str, Told]:
        asked = (region, *options.items())
        if asked not in self.known:
            told = history(self.town.site, PLOTS.dataset, region, MAY, **options)
            self.known[asked] = {self.names[one.submission_id]: one for one in told}
        return self.known[asked]

    def lines(self, region: str = MU, **options: Any) -> list[tuple[Any, ...]]:
        return [
            (name, one.status, one.rows, one.added, one.changed, one.gone)
            for name, one in self.tell(region, **options).items()
        ]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Six files about one month; only for reading."""
    office = Office(new_town(tmp_path_factory.mktemp("history") / "实绩 home"))
    whole = {"A1": (JIA, 2.0), "A2": (JIA, 3.0), "A3": (YI, 4.0), "B1": (BING, 9.0)}
    office.hand_in("五月表", whole)
    office.hand_in("五月表（更正版）", {}, status="refused")
    office.hand_in("另一张", {}, status="refused")
    office.hand_in("少了的", {"A1": (JIA, 2.0)}, status="held")
    office.hand_in("两村", {"A1": (JIA, 2.5), "A2": (JIA, 3.0), "A4": (YI, 1.0)})
    office.hand_in("补报", {"A4": (YI, 1.5), "A5": (YI, 6.0)}, takes="adds")
    office.hand_in("汀坪乡无", {}, also=(TING,))
    return office


def test_each_version_is_told_against_what_was_in_force_before_it(office: Office) -> None:
    assert office.lines() == [
        ("五月表", "superseded", 3, 3, 0, 0),
        ("五月表（更正版）", "refused", None, None, None, None),
        ("少了的", "held", 1, 0, 0, 2),
        ("两村", "amended", 3, 1, 1, 1),
        ("补报", "in force", 2, 1, 1, 0),
    ]


def test_a_township_that_says_it_has_nothing_is_a_version_too(office: Office) -> None:
    assert office.lines(TING) == [
        ("五月表", "superseded", 1, 1, 0, 0),
        ("五月表（更正版）", "refused", None, None, None, None),
        ("汀坪乡无", "in force", 0, 0, 0, 1),
    ]


def test_a_county_is_told_by_its_townships_and_a_village_by_its_own_rows(office: Office) -> None:
    county = office.tell(COUNTY)
    assert list(county) == ["五月表", "五月表（更正版）", "少了的", "两村", "补报", "汀坪乡无"]
    assert (county["五月表"].speaks_for, county["五月表"].rows) == (2, 4)
    assert office.lines(YI)[3:] == [("两村", "amended", 1, 1, 0, 1), ("补报", "in force", 2, 1, 1, 0)]


def test_who_sent_it_from_where_and_what_was_said_is_told(office: Office) -> None:
    one = office.tell()["两村"]
    assert (one.department, one.folder, one.file_name) == ("agriculture", "agriculture/五月", "两村.csv")
    assert one.received_at == DAY + timedelta(days=4)
    assert one.said == ("说明：两村",)
    assert office.tell()["五月表（更正版）"].reason == "表头不见了"


def test_as_of_a_day_only_what_was_known_then_is_told(office: Office) -> None:
    assert office.lines(as_of=DAY + timedelta(days=3, hours=1)) == [
        ("五月表", "in force", 3, 3, 0, 0),
        ("五月表（更正版）", "refused", None, None, None, None),
        ("少了的", "held", 1, 0, 0, 2),
    ]


def test_the_cells_that_differ_are_named_with_the_rows_that_came_and_went(office: Office) -> None:
    told = office.tell(cells=True)
    assert [(one.what, one.key, one.column, one.before, one.now, one.row) for one in told["两村"].cells] == [
        ("changed", "t_A1 A1", "area_mu", 2.0, 2.5, 4),
        ("added", "t_A4 A4", "", None, None, 6),
        ("gone", "t_A3 A3", "", None, None, 6),
    ]
    assert {one.what for one in told["补报"].cells} == {"changed", "added"}
    assert told["两村"].cells[-1].submission_id == office.id_of("五月表")


def test_a_decision_is_told_as_of_before_and_after_it(tmp_path: Path, office: Office) -> None:
    own = Office(office.town.copy(tmp_path / "实绩 home"), office.names)
    between = datetime.now(UTC)
    own.town.site.ledger.confirm(own.id_of("少了的"))
    own.town.site.ledger.withdraw(own.id_of("两村"), "报错了月份")
    told = own.tell()
    assert {name: one.status for name, one in told.items() if one.status != "refused"} == {
        "五月表": "superseded", "少了的": "amended", "两村": "withdrawn", "补报": "in force",
    }  # fmt: skip
    assert told["两村"].reason == "报错了月份"
    assert told["两村"].withdrawn_at is not None
    assert own.lines(as_of=between) == office.lines()
    assert own.tell(as_of=between)["两村"].withdrawn_at is None


def test_the_command_prints_versions_and_cells_and_json(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "300")
    asked = ("history", PLOTS.dataset, MU, MAY)
    assert f"台账 row 6 of {office.id_of('五月表')}" in office.town.shiji(*asked, "--cells").out
    said = office.town.shiji(*asked, "--cells", "--limit", "2")
    assert said.code == 0, said.err
    assert "amended" in said.out
    assert "2 of 7" in said.out
    assert "refused: 表头不见了" in said.out
    told = json.loads(office.town.shiji(*asked, "--json", "--as-of", "2026-06-04").out)
    assert [one["status"] for one in told] == ["in force", "refused", "held"]
    assert "cells" not in told[0]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("no_such", MU, MAY), "grain_plots"),
        ((PLOTS.dataset, "990121", MAY), "regions list"),
        ((PLOTS.dataset, MU, "五月"), "2025-06"),
        ((PLOTS.dataset, MU, MAY, "--as-of", "soon"), "--as-of"),
    ],
)
def test_a_mistake_is_one_clear_line(office: Office, arguments: tuple[str, ...], named: str) -> None:
    said = run_here("--home", str(office.town.root), "history", *arguments)
    assert said.code == 1
    assert named in said.err
    assert len(said.err.strip().splitlines()) == 1


def test_without_a_key_a_changed_row_is_found_by_what_it_is_about() -> None:
    schema = record_schema(REPORT)
    first, second = [one.name for one in REPORT.columns if one.type == "integer"][:2]

    def reports(*rows: tuple[str, int, int]) -> pa.Table:
        blank = dict.fromkeys(schema.names) | {"period": MAY, "submission_id": "s", "sheet": "表"}
        return pa.Table.from_pylist(
            [
                blank | {"region_code": code, first: one, second: two, "row": at}
                for at, (code, one, two) in enumerate(rows, start=3)
            ],
            schema=schema,
        )

    before = reports((JIA, 1, 1), (YI, 2, 2), (YI, 5, 5), (BING, 7, 7))
    now = reports((BING, 7, 8), (YI, 5, 5), (YI, 2, 3), (JIA, 1, 1))
    found = [(one.region_code, one.column, one.before, one.now) for one in changed_cells(now, before, REPORT)]
    assert sorted(found) == [(YI, second, 2, 3), (BING, second, 7, 8)]


def test_of_rows_with_one_key_in_two_regions_those_of_one_region_meet() -> None:
    before = plots({"A1": (JIA, 1.0)}, "s")
    other = plots({"A1": (BING, 5.0)}, "s")
    now = pa.concat_tables([plots({"A1": (BING, 6.0)}, "t"), plots({"A1": (JIA, 2.0)}, "t")])
    for both in ([before, other], [other, before]):
        found = changed_cells(now, pa.concat_tables(both), PLOTS)
        assert {(one.region_code, one.column, one.before, one.now) for one in found} == {
            (JIA, "area_mu", 1.0, 2.0), (BING, "area_mu", 5.0, 6.0),
        }  # fmt: skip
    moved = list(changed_cells(plots({"A1": (BING, 1.0)}, "t"), before, PLOTS, by_region=True))
    assert [one.what for one in moved] == ["added", "gone"]
