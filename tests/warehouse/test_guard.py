"""Attacks on the connection that answers what people and definitions ask."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from duckdb import DuckDBPyConnection

from tests.warehouse.conftest import Warehouse
from warehouse.guard import Limits, QueryError
from warehouse.query import connect, select

ATTACKS = (
    # writing
    "copy (select 1) to '{out}'",
    "explain analyze copy (select 1) to '{out}'",
    "EXPLAIN  ANALYZE/**/ COPY (select 1) TO '{out}'",
    "explain (analyze) copy (select 1) to '{out}'",
    "/* a question */ explain analyze copy (select 1) to '{out}'",
    "explain copy (select 1) to '{out}'",
    "export database '{out}'",
    "attach '{out}' as other",
    "create table other as select 1",
    "create macro number() as 1",
    "create or replace view submissions as select 1",
    "explain analyze delete from submissions",
    "delete from submissions",
    "with gone as (delete from submissions returning *) select count(*) from gone",
    "with more as (insert into submissions (submission_id) values ('x') returning 1) from more",
    "with other as (update submissions set status = 'accepted' returning 1) from other",
    "explain analyze with gone as (delete from submissions returning *) from gone",
    "from query('copy (select 1) to ''{out}''')",
    "from enable_logging(storage = 'file', storage_path = '{out}')",
    "checkpoint",
    "from checkpoint()",
    "vacuum",
    # reading what is not a table
    "from read_csv('{secret}')",
    "from '{secret}'",
    'from "{secret}"',
    "select * from (from read_csv_auto('{secret}'))",
    "select (select content from read_text('{secret}'))",
    "from read_blob('{secret}')",
    "from read_json('{secret}')",
    "from system.main.read_csv('{secret}')",
    "from sniff_csv('{secret}')",
    "from glob('{folder}/*')",
    "from read_parquet('{staged}')",
    "from '{staged}'",
    "from parquet_metadata('{staged}')",
    "from parquet_scan('{folder}/**/*.parquet')",
    "from query('from read_csv(''{secret}'')')",
    "from query_table('{secret}')",
    "from json_execute_serialized_sql(json_serialize_sql('select 1'))",
    "select getenv('HOME')",
    "from duckdb_secrets()",
    "from duckdb_settings()",
    "from a_variable_of_the_test",
    "explain analyze from read_csv('{secret}')",
    "summarize '{secret}'",
    "describe '{secret}'",
    # the world and the connection itself
    "install httpfs",
    "load httpfs",
    "load json",
    "from 'https://example.org/a.parquet'",
    "from read_csv('s3://bucket/a.csv')",
    "attach 'https://example.org/a.duckdb'",
    "create secret s (type s3)",
    "set memory_limit = '1TB'",
    "set enable_external_access = true",
    "reset lock_configuration",
    "set variable seconds = 1e9",
    "pragma database_list",
    "call pragma_version()",
    "prepare p as select 1",
    "execute p",
    "begin transaction",
    "use system",
    "select 1; copy (select 1) to '{out}'",
    "select 1;;drop table submissions",
)


@pytest.fixture
def connection(warehouse: Warehouse) -> Iterator[DuckDBPyConnection]:
    with connect(warehouse.store, warehouse.ledger) as opened:
        yield opened


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_question_only_reads_what_the_warehouse_shows(
    warehouse: Warehouse, connection: DuckDBPyConnection, tmp_path: Path, attack: str
) -> None:
    a_variable_of_the_test = select(connection, "select 1")
    secret, staged = tmp_path / "private.csv", warehouse.store.root / "staged" / "part.parquet"
    secret.write_text("key,value\nprivate,1\n", encoding="utf-8")
    staged.parent.mkdir()
    staged.write_bytes(warehouse.store.files("toilet_ledger")[0].read_bytes())
    places = {"secret": secret, "staged": staged, "out": tmp_path / "written", "folder": tmp_path}
    before = sorted(tmp_path.rglob("*"))
    with pytest.raises(QueryError):
        select(connection, attack.format(**places))
    assert sorted(tmp_path.rglob("*")) == before
    assert secret.read_text(encoding="utf-8").startswith("key")
    assert select(connection, "select count(*) as n from submissions").to_pylist() == [{"n": 2}]
    assert a_variable_of_the_test.num_rows == 1


def test_an_older_version_of_a_table_is_not_read_by_its_path(warehouse: Warehouse, tmp_path: Path) -> None:
    [older] = [path for path in warehouse.store.files("toilet_ledger") if "2025-06" in str(path)]
    warehouse.write("2025-06")
    pattern = str(older).replace("*", "[*]")
    with connect(warehouse.store, warehouse.ledger) as opened, pytest.raises(QueryError, match="tables"):
        select(opened, f"from '{pattern}'")


@pytest.mark.parametrize(
    "sql",
    [
        "explain analyze select count(*) from toilet_ledger",
        "explain (format json) from toilet_ledger",
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 3) from n",
        "select unnest(range(3))",
        "from range(3)",
        "from toilet_ledger pivot (count(*) for period in ('2025-06', '2025-07'))",
        "summarize toilet_ledger",
        "select table_name from information_schema.tables",
        "from duckdb_columns() where table_name = 'findings'",
        "(select 1) union all (select 2)",
        "select count(*) from toilet_ledger a join regions b using (region_code)",
        "select 1;",
    ],
)
def test_questions_are_answered_behind_the_fence(connection: DuckDBPyConnection, sql: str) -> None:
    assert select(connection, sql).num_rows > 0


def test_an_error_in_the_middle_of_an_answer_is_told(connection: DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match=r"not answered: .*Could not convert string 'x'"):
        select(connection, "select if(range = 500000, 'x', '1')::integer from range(600000)")


def limited(warehouse: Warehouse, limits: Limits) -> DuckDBPyConnection:
    return connect(warehouse.store, warehouse.ledger, limits=limits)


@pytest.mark.parametrize(
    "endless",
    [
        "select count(*) from range(1000000000000)",
        "explain analyze select count(*) from range(1000000000000)",
        "with recursive n(i) as (select 1 union all select i from n) select count(*) from n",
    ],
)
def test_a_question_ends_when_its_time_is_over(warehouse: Warehouse, endless: str) -> None:
    with limited(warehouse, Limits(seconds=0.3)) as opened:
        begun = time.monotonic()
        with pytest.raises(QueryError, match=r"stopped after 0\.3 seconds.*--timeout"):
            select(opened, endless)
        assert time.monotonic() - begun < 10
        assert select(opened, "select 1 as n").to_pylist() == [{"n": 1}]


def test_a_question_may_be_given_less_time_than_its_connection(connection: DuckDBPyConnection) -> None:
    with pytest.raises(QueryError, match=r"stopped after 0\.2 seconds"):
        select(connection, "select count(*) from range(1000000000000)", seconds=0.2)


@pytest.mark.parametrize(
    "greedy",
    [
        "select array_agg(range) from range(100000000)",
        "select length(repeat('x', 4000000000))",
        "select repeat('x', 1000000) from range(2000)",
    ],
)
def test_a_question_ends_when_its_memory_is_used_up(warehouse: Warehouse, greedy: str) -> None:
    with limited(warehouse, Limits(memory_mb=200)) as opened:
        with pytest.raises(QueryError, match=r"more than the 200 MB of memory.*sql_memory_mb"):
            select(opened, greedy)
        assert select(opened, "select 1 as n").to_pylist() == [{"n": 1}]


def test_what_does_not_fit_into_memory_is_put_aside_within_bounds(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    much = "select count(*) as n from (select distinct range || 'a rather long text' from range(3000000))"
    with limited(warehouse, Limits(memory_mb=100, spill=tmp_path / "spill")) as opened:
        assert select(opened, much).to_pylist() == [{"n": 3_000_000}]
    assert not list(tmp_path.glob("spill/*"))
    for little in (Limits(memory_mb=100), Limits(memory_mb=100, spill=tmp_path / "spill", spill_mb=10)):
        with limited(warehouse, little) as opened, pytest.raises(QueryError, match="sql_memory_mb"):
            select(opened, much)


def test_nothing_can_be_written_through_the_connection(warehouse: Warehouse, tmp_path: Path) -> None:
    with connect(warehouse.store, warehouse.ledger) as opened:
        with pytest.raises(Exception, match="Cannot access file"):
            opened.table("toilet_ledger").write_parquet(str(tmp_path / "t.parquet"))
        with pytest.raises(QueryError):
            select(opened, f"explain analyze copy (select 1) to '{tmp_path}/x.csv'")
    assert not list(tmp_path.glob("*.parquet"))
