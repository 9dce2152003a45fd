from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from warehouse import schemas
from warehouse.encoding import write_parquet
from warehouse.store import SchemaError, Store
from warehouse.whole import UnreadableError, Whole, sha256_of

PLOTS = pa.schema([("plot", pa.string()), ("area_mu", pa.float64()), ("period", pa.string())])


def plots(*rows: tuple[str, float, str]) -> pa.Table:
    names, areas, periods = zip(*rows, strict=True) if rows else ((), (), ())
    return pa.table([names, areas, periods], names=PLOTS.names)


def everything(store: Store, **options: object) -> list[tuple[object, ...]]:
    table = store.read("plots", **options)  # type: ignore[arg-type]
    return sorted(tuple(row.values()) for row in table.select(PLOTS.names).to_pylist())


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "我的 仓库'#1 (新)")
    store.write(
        "plots", plots(("a", 1, "2025-01"), ("b", 2, "2025-02")), PLOTS, {"period": ["2025-01", "2025-02"]}
    )
    return store


def test_a_write_replaces_exactly_the_partitions_it_names(store: Store) -> None:
    store.write("plots", plots(("c", 3, "2025-02")), PLOTS, {"period": ["2025-02", "2025-03"]})
    assert everything(store) == [("a", 1.0, "2025-01"), ("c", 3.0, "2025-02")]


def test_what_another_process_wrote_meanwhile_is_seen(store: Store) -> None:
    other = Store(store.root)
    for turn in range(3):
        other.write("plots", plots(("c", turn, "2025-03")), PLOTS, {"period": ["2025-03"]})
        assert ("c", float(turn), "2025-03") in everything(store)
        store.write("plots", plots(("d", turn, "2025-04")), PLOTS, {"period": ["2025-04"]})
        assert other.version("plots") == store.version("plots") == 2 * (turn + 1)
    assert everything(store, as_of=0) == [("a", 1.0, "2025-01"), ("b", 2.0, "2025-02")]
    assert everything(store) == everything(other)
    assert store.addresses("plots") == [str(path.absolute()) for path in store.files("plots")]


def whole(folder: Path, name: str, *rows: tuple[str, float, str]) -> Whole:
    path = folder / f"{name}.parquet"
    write_parquet(plots(*rows).cast(PLOTS), path)
    return Whole(path, name, sha256_of(path), {"period": rows[0][2]})


def test_files_made_elsewhere_become_part_of_a_partition(store: Store, tmp_path: Path) -> None:
    made = [
        whole(tmp_path, f"s{n}", (f"w{n}", n, "2025-02"), (f"v{n}", n + 0.5, "2025-02")) for n in range(3)
    ]
    store.write("plots", plots(("c", 9, "2025-02")), PLOTS, {"period": ["2025-02"]}, made)
    expected = sorted([("a", 1.0, "2025-01"), ("c", 9.0, "2025-02"), *((f"w{n}", float(n), "2025-02") for n in range(3)), *((f"v{n}", n + 0.5, "2025-02") for n in range(3))])  # fmt: skip
    assert everything(store) == expected
    assert everything(store, where=pc.field("area_mu") > 2.2) == [row for row in expected if row[1] > 2.2]
    names = [path.name for path in store.files("plots")]
    assert [name[:2] for name in names] == ["pa", "pa", "s0", "s1", "s2"]
    store.write("plots", plots(("d", 1, "2025-02")), PLOTS, {"period": ["2025-02"]}, made[1:])
    assert [path.name for path in store.files("plots")][2:] == names[3:]
    store.write("plots", plots(), PLOTS, {"period": ["2025-01", "2025-02"]}, made)
    assert [path.name for path in store.files("plots")] == names[2:]
    version = store.version("plots")
    assert store.write("plots", plots(), PLOTS, {"period": ["2025-01", "2025-02"]}, made) == version


def test_a_file_made_elsewhere_must_lie_in_what_is_replaced(store: Store, tmp_path: Path) -> None:
    other = whole(tmp_path, "s", ("w", 1, "2025-03"))
    with pytest.raises(SchemaError, match="outside of what is replaced"):
        store.write("plots", plots(), PLOTS, {"period": ["2025-01"]}, [other])
    other.path.write_bytes(other.path.read_bytes()[:-9])
    with pytest.raises(UnreadableError, match="is damaged"):
        store.write("plots", plots(), PLOTS, {"period": ["2025-03"]}, [other])
    assert everything(store) == [("a", 1.0, "2025-01"), ("b", 2.0, "2025-02")]


def test_the_log_says_between_which_values_the_rows_of_a_file_lie(tmp_path: Path) -> None:
    schema = pa.schema([("name", pa.string()), ("size", pa.float64()), ("day", pa.date32()), ("at", pa.timestamp("us")), ("all", pa.list_(pa.string())), ("none", pa.int64())])  # fmt: skip
    rows = pa.table({"name": ["乙", "甲", None], "size": [2.5, float("nan"), -1], "day": [40, 3, None], "at": [1, 2, 3], "all": [["x"], None, []], "none": [None] * 3}, schema=schema)  # fmt: skip
    store = Store(tmp_path)
    store.write("sizes", rows, schema, {})
    (log,) = (tmp_path / "sizes" / "_delta_log").glob("*.json")
    (added,) = (json.loads(line)["add"] for line in log.read_text().splitlines() if line.startswith('{"add"'))
    said = json.loads(added["stats"])
    assert said["numRecords"] == 3
    assert said["nullCount"] == {"name": 1, "size": 0, "day": 1, "at": 0, "none": 3}
    assert (said["minValues"]["name"], said["maxValues"]["name"]) == ("乙", "甲")
    assert (said["minValues"]["day"], said["maxValues"]["day"]) == ("1970-01-04", "1970-02-10")
    assert store.read("sizes", where=pc.field("name") == "甲").num_rows == 1
    store.write("sizes", schema.empty_table(), schema, {})
    assert store.read("sizes").num_rows == 0


def test_many_small_files_are_joined_and_large_ones_left(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for n in range(9):
        store.append(
            "plots", plots((f"{n}", n, "2025-01")), PLOTS, None if n == 0 else store.version("plots")
        )
    assert store.tend() == {"plots": 9}
    assert len(store.files("plots")) == 1
    assert [row[1] for row in everything(store)] == [float(n) for n in range(9)]
    assert store.tend() == {}


def test_a_partition_without_rows_becomes_empty(store: Store) -> None:
    store.write("plots", plots(), PLOTS, {"period": ["2025-01"]})
    assert everything(store) == [("b", 2.0, "2025-02")]


def test_a_table_can_be_created_without_rows(tmp_path: Path) -> None:
    store = Store(tmp_path)
    assert store.write("plots", plots(), PLOTS, {"period": ["2025-01"]}) == 0
    assert store.read("plots").num_rows == 0
    assert store.files("plots") == []


def test_a_table_without_partitions_is_replaced_as_a_whole(tmp_path: Path) -> None:
    store = Store(tmp_path)
    for rows in ([("a", 1.0, "2025-01"), ("b", 2.0, "2025-02")], [("c", 3.0, "2025-03")]):
        store.write("plots", plots(*rows), PLOTS, {})
    assert everything(store) == [("c", 3.0, "2025-03")]


def test_two_partition_columns_are_replaced_in_combination(tmp_path: Path) -> None:
    store = Store(tmp_path)
    schema = pa.schema([("dataset", pa.string()), ("period", pa.string()), ("n", pa.int64())])
    old = [("d1", "2025-01", 1), ("d1", "2025-02", 2), ("d2", "2025-01", 3)]
    both = {"dataset": ["d1", "d2"], "period": ["2025-01", "2025-02"]}
    store.write("findings", pa.table(list(zip(*old, strict=True)), names=schema.names), schema, both)
    new = pa.table([["d1"], ["2025-01"], [9]], names=schema.names)
    store.write("findings", new, schema, {"dataset": ["d1"], "period": ["2025-01"]})
    kept = store.read("findings").sort_by([("dataset", "ascending"), ("period", "ascending")])
    assert kept["n"].to_pylist() == [9, 2, 3]


def test_rows_outside_of_the_named_partitions_are_refused(store: Store) -> None:
    with pytest.raises(SchemaError, match="2025-09"):
        store.write("plots", plots(("c", 3, "2025-09")), PLOTS, {"period": ["2025-02"]})
    assert len(everything(store)) == 2


def test_columns_that_do_not_fit_are_named_and_their_values_are_not(store: Store) -> None:
    data = pa.table({"plot": ["a"], "area_mu": ["11010519491231002X"], "period": ["2025-01"]})
    with pytest.raises(SchemaError, match="area_mu is string, not double") as caught:
        store.write("plots", data, PLOTS, {"period": ["2025-01"]})
    assert "11010519491231002X" not in str(caught.value)
    with pytest.raises(SchemaError, match=r"missing columns \['area_mu'\], unknown columns \['area'\]"):
        store.write("plots", data.rename_columns(["plot", "area", "period"]), PLOTS, {"period": ["2025-01"]})


def test_a_grown_contract_adds_its_column_and_old_partitions_have_it_empty(store: Store) -> None:
    grown = PLOTS.append(pa.field("crop", pa.string()))
    data = plots(("c", 3, "2025-02")).append_column("crop", pa.array(["水稻"]))
    store.write("plots", data, grown, {"period": ["2025-02"]})
    rows = store.read("plots").sort_by("plot").to_pylist()
    assert [(row["plot"], row["crop"]) for row in rows] == [("a", None), ("c", "水稻")]


def test_a_column_dropped_from_the_contract_stays_for_old_rows(store: Store) -> None:
    shrunk = pa.schema([PLOTS.field("plot"), PLOTS.field("period")])
    store.write("plots", plots(("c", 3, "2025-02")).select(shrunk.names), shrunk, {"period": ["2025-02"]})
    assert everything(store) == [("a", 1.0, "2025-01"), ("c", None, "2025-02")]


def test_a_changed_type_rewrites_the_table_and_loses_no_digit(store: Store) -> None:
    counted = PLOTS.set(1, pa.field("area_mu", pa.int64()))
    store.write("plots", plots(("c", 3, "2025-02")), counted, {"period": ["2025-02"]})
    assert store.schema("plots") == counted
    store.write("plots", plots(("d", 3.5, "2025-03")), PLOTS, {"period": ["2025-03"]})
    assert everything(store) == [("a", 1.0, "2025-01"), ("c", 3.0, "2025-02"), ("d", 3.5, "2025-03")]
    with pytest.raises(SchemaError, match="area_mu is double, not int64"):
        store.write("plots", plots(("c", 3, "2025-02")), counted, {"period": ["2025-02"]})
    assert everything(store, as_of=0) == [("a", 1.0, "2025-01"), ("b", 2.0, "2025-02")]


@pytest.mark.parametrize(
    "name",
    [name for name in dir(schemas) if name.isupper() and isinstance(getattr(schemas, name), pa.Schema)],
)
def test_the_fixed_tables_come_back_in_their_own_types(tmp_path: Path, name: str) -> None:
    schema = getattr(schemas, name)
    store = Store(tmp_path)
    store.write("fixed", schema.empty_table(), schema, {})
    assert store.schema("fixed") == schema


def test_writers_of_different_months_do_not_disturb_each_other(store: Store) -> None:
    def write(month: str) -> None:
        for area in range(4):
            Store(store.root).write("plots", plots(("x", area, month)), PLOTS, {"period": [month]})

    months = [f"2026-{n:02}" for n in range(1, 5)]
    with ThreadPoolExecutor() as pool:
        list(pool.map(write, months))
    assert everything(store)[2:] == [("x", 3.0, month) for month in months]


def test_every_past_version_stays_readable_by_number_and_by_time(store: Store) -> None:
    before = everything(store)
    between = datetime.now(UTC)
    time.sleep(0.02)
    store.write("plots", plots(("c", 3, "2025-02")), PLOTS, {"period": ["2025-02"]})
    store.tend()
    assert everything(store, as_of=0) == before
    assert everything(store, as_of=between) == before
    assert everything(store, as_of=datetime.now(UTC)) != before
    assert store.version("plots", as_of=between - timedelta(days=1)) is None
    with pytest.raises(KeyError, match="no table plots as of"):
        store.read("plots", as_of=between - timedelta(days=1))


def test_old_log_entries_are_never_cleaned_up(store: Store) -> None:
    log = store.root / "plots" / "_delta_log" / "00000000000000000000.json"
    config = next(json.loads(line)["metaData"] for line in log.read_text().splitlines() if "metaData" in line)
    assert config["configuration"]["delta.enableExpiredLogCleanup"] == "false"


def test_the_warehouse_can_be_moved(store: Store, tmp_path: Path) -> None:
    before = everything(store)
    moved = Store(Path(shutil.move(store.root, tmp_path / "elsewhere")))
    assert everything(moved) == before
    assert all(path.is_file() for path in moved.files("plots"))


def test_columns_and_rows_can_be_chosen(store: Store) -> None:
    chosen = store.read("plots", columns=["plot"], where=pc.field("period") == "2025-02")
    assert chosen.to_pydict() == {"plot": ["b"]}


def test_rows_keep_the_order_they_were_written_in(tmp_path: Path) -> None:
    store = Store(tmp_path)
    data = pa.table(
        {"plot": [f"{i}" for i in range(50_000)], "area_mu": range(50_000), "period": ["2025-01"] * 50_000}
    )
    store.write("plots", data, PLOTS, {"period": ["2025-01"]})
    first = [path.read_bytes() for path in store.files("plots")]
    store.write("plots", data, PLOTS, {"period": ["2025-01"]})
    assert store.read("plots")["area_mu"].to_pylist() == list(range(50_000))
    assert [path.read_bytes() for path in store.files("plots")] == first


@pytest.mark.parametrize("name", ["a[1]", "a%20b"])
def test_a_folder_that_the_table_library_cannot_take_is_refused_at_once(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="use another folder"):
        Store(tmp_path / name)


KILLED = """
import sys, pyarrow as pa
from pathlib import Path
from warehouse.store import Store
schema = pa.schema([("n", pa.int64()), ("period", pa.string())])
store = Store(Path(sys.argv[1]))
for n in range(10_000):
    data = pa.table({"n": [n] * 20_000, "period": ["2025-01", "2025-02"] * 10_000})
    store.write("t", data, schema, {"period": ["2025-01", "2025-02"]})
    print(n, flush=True)
"""


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="no kill signal on this system")
def test_a_writer_killed_in_the_middle_leaves_the_last_version_whole(tmp_path: Path) -> None:
    repo = Path(__file__).parents[2]
    writer = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path)],
        stdout=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(repo)},
    )  # fmt: skip
    assert writer.stdout is not None
    for _ in range(5):
        writer.stdout.readline()
    time.sleep(0.013)
    writer.send_signal(signal.SIGKILL)
    writer.wait()
    numbers = Store(tmp_path).read("t")["n"]
    assert len(numbers) == 20_000
    assert len(set(numbers.to_pylist())) == 1


def test_what_another_writer_commits_is_seen_at_once_and_so_is_another_table_in_its_place(
    store: Store,
) -> None:
    other = Store(store.root)
    before = store.version("plots"), everything(store)

    other.write("plots", plots(("c", 3, "2025-02")), PLOTS, {"period": ["2025-02"]})
    assert store.version("plots") == before[0] + 1
    assert everything(store) == everything(other) != before[1]

    shutil.rmtree(store.root / "plots")
    Store(store.root).write("plots", plots(("d", 4, "2025-03")), PLOTS, {"period": ["2025-03"]})
    assert store.version("plots") == 0
    assert everything(store) == [("d", 4.0, "2025-03")]
