"""Large submissions become part of their table as they were staged; whatever stands, the records are those in force."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from expectations.contracts.records import record_schema
from pipelines.keeping.tables import tables
from pipelines.loading.counted import miscounted
from pipelines.loading.progress import Progress
from pipelines.loading.records import in_force_records, rebuild_records
from tests.pipelines.town import Town, new_town
from warehouse.checksums import note
from warehouse.ledger import Arrival, Outcome, Takes
from warehouse.staged import LARGE
from warehouse.whole import UnreadableError

pytestmark = pytest.mark.xdist_group("whole_records")

DATASET, MONTH = "monitored_households", "2025-09"
NEAR, FAR = "990121200000", "990122100000"
MANY = LARGE + 7


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_town(tmp_path_factory.mktemp("whole") / "home").root


@pytest.fixture
def office(empty: Path, tmp_path: Path) -> Office:
    return Office(Town(Path(shutil.copytree(empty, tmp_path / "home"))))


@dataclass
class Office:
    """Registers of monitored households, numbered from zero in each file and township."""

    town: Town
    ids: dict[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.site = self.town.site
        self.contract = self.site.contracts[DATASET]

    def hand_in(self, name: str, rows: Mapping[tuple[str, str], int], takes: Takes = "replaces") -> None:
        """A file that speaks for so many households of each township and month."""
        (got,) = self.site.ledger.receive_many(
            [
                Arrival(
                    "poverty_monitoring",
                    f"{name}.csv",
                    f"{name}.csv",
                    f"{len(self.ids):x}" * 64,
                    1,
                    datetime.now(UTC),
                )
            ]
        )
        self.ids[name] = got.submission_id
        self.site.staged.write(DATASET, got.submission_id, "records", self._rows(got.submission_id, rows))
        total = sum(rows.values())
        outcome = Outcome(
            got.submission_id, "accepted", DATASET, MONTH, sorted({region for region, _ in rows}), total, total,
            coverage=rows, contract_digest="one", takes=takes,
        )  # fmt: skip
        self.site.ledger.finish_many([outcome])

    def build(self, *months: str) -> list[Path]:
        """The files of the table, once it is built and found to hold what is in force, just that, and all of it counted."""
        wanted = list(months or (MONTH,))
        counts = rebuild_records(self.site, DATASET, wanted)
        expected = in_force_records(self.site, DATASET, wanted)
        held = (
            self.site.store.read(DATASET, where=pc.field("period").isin(wanted))
            .select(expected.schema.names)
            .cast(expected.schema)
        )
        assert ordered(held).equals(ordered(expected))
        assert counts == {month: expected["period"].to_pylist().count(month) for month in wanted}
        assert list(miscounted(self.site)) == []
        return self.site.store.files(DATASET)

    def staged(self, name: str) -> Path:
        return self.town.root / "warehouse" / "staged" / DATASET / f"{self.ids[name]}.records.parquet"

    def _rows(self, submission_id: str, rows: Mapping[tuple[str, str], int]) -> pa.Table:
        parts = []
        for (region, month), count in rows.items():
            same = {
                "submission_id": submission_id,
                "region_code": region,
                "handed_in_as": region,
                "period": month,
                "sheet": "台账",
            }
            columns = {
                one.name: pa.repeat(pa.scalar(same.get(one.name), one.type), count)
                for one in record_schema(self.contract)
            }
            columns[self.contract.key[0]] = pa.array([f"户{n}" for n in range(count)])
            columns["row"] = pa.array(range(4, 4 + count), pa.int64())
            parts.append(pa.table(columns, schema=record_schema(self.contract)))
        return pa.concat_tables(parts)


def ordered(table: pa.Table) -> pa.Table:
    names = ("period", "submission_id", "region_code", "row")
    return table.sort_by([(name, "ascending") for name in names]).combine_chunks()


def test_a_large_file_is_the_tables_and_small_ones_are_put_together(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY})
    office.hand_in("小一", {(FAR, MONTH): 3})
    office.hand_in("别月", {(NEAR, "2025-10"): 2, (FAR, "2025-10"): 1})
    large, small, other = office.build(MONTH, "2025-10")
    assert large.samefile(office.staged("大"))
    assert [pq.read_metadata(path).num_rows for path in (small, other)] == [3, 3]
    note(office.site.store)
    assert list(tables(office.site, True, Progress())) == []


def test_what_did_not_change_stays_the_same_file(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY})
    before = office.build()
    office.hand_in("小", {(FAR, MONTH): 3})
    assert set(before) < set(office.build())
    office.hand_in("别", {(FAR, "2025-10"): 3})
    now = set(office.build("2025-10"))
    office.hand_in("整份", {(FAR, "2025-10"): 4})
    assert len(now - set(office.build("2025-10"))) == 1, "only the file of that month is another"


def test_rows_that_others_stand_for_are_left_out_of_a_large_file(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY, (FAR, MONTH): 5})
    office.build()
    office.hand_in("补充", {(NEAR, MONTH): 2}, takes="adds")
    (both,) = office.build()
    assert not both.samefile(office.staged("大"))
    office.site.ledger.withdraw(office.ids["补充"], "弄错了")
    assert office.build()[0].samefile(office.staged("大"))
    office.hand_in("替换", {(FAR, MONTH): 1})
    assert len(office.build()) == 1


def test_a_large_amendment_takes_rows_of_a_large_file(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY})
    office.hand_in("补充", {(NEAR, MONTH): LARGE}, takes="adds")
    (both,) = office.build()
    assert pq.read_metadata(both).num_rows == MANY


def test_a_file_of_two_months_is_divided(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): LARGE, (NEAR, "2025-10"): 4})
    assert len(office.build(MONTH, "2025-10")) == 2


def test_a_damaged_file_does_not_become_part_of_a_table(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY})
    path = office.staged("大")
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableError, match="is damaged"):
        rebuild_records(office.site, DATASET, [MONTH])
    assert not office.site.store.exists(DATASET)
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    (held,) = office.build()
    note(office.site.store)
    held.unlink()
    held.write_bytes(b"not what was written")
    assert {one.where for one in tables(office.site, True, Progress())} >= {
        str(held.relative_to(office.town.root))
    }
    assert office.build() == [held]


def test_where_no_file_has_two_names_it_is_copied(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(*_: object, **__: object) -> None:
        raise OSError("this file system has no links")

    monkeypatch.setattr(os, "link", refused)
    office.hand_in("大", {(NEAR, MONTH): MANY})
    (held,) = office.build()
    assert not held.samefile(office.staged("大"))
    assert [path for path in held.parent.iterdir() if path.name.startswith(".")] == []


def test_a_file_of_other_columns_is_put_together_with_the_rest(office: Office) -> None:
    office.hand_in("大", {(NEAR, MONTH): MANY})
    rows = pq.read_table(office.staged("大"), partitioning=None)
    some = next(one.name for one in office.contract.columns if one.type == "string" and not one.role and one.name not in office.contract.key)  # fmt: skip
    office.site.staged.write(DATASET, office.ids["大"], "records", rows.drop_columns(some))
    (held,) = office.build()
    assert not held.samefile(office.staged("大"))
