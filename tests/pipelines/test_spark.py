"""Figures on a Spark cluster are those of DuckDB, though a machine goes in the middle."""

from __future__ import annotations

import math
import os
import signal
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from threading import Thread
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from sqlglot import exp, parse_one

from expectations.anomalies import detect
from expectations.contracts.records import record_schema
from expectations.contracts.sources import sources
from expectations.reconciliations import reconcile
from pipelines.home.folders import Settings
from pipelines.home.lock import writing
from pipelines.home.regions import show_regions
from pipelines.home.site import Site
from pipelines.loading.answer import answer_bundle, answer_owed
from pipelines.loading.bundle import stage_bundle
from pipelines.loading.elsewhere import Cluster as Called
from pipelines.loading.elsewhere import Elsewhere
from pipelines.loading.figures import months_in_records
from pipelines.loading.notes import outdated_notes, rebuild_notes
from pipelines.loading.pool import WORTH_WORKERS, processes
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from pipelines.loading.records import outdated_records, rebuild_records
from pipelines.loading.stage import stage_pending
from pipelines.loading.supervised import Lost, frames_of
from tests.pipelines.town import PLACES, Toilet, Town, new_town
from tests.postgres import ADDRESS, empty_database
from tests.spark_cluster import Cluster, cluster, missing
from warehouse.engines import Engine, Question, Unanswered
from warehouse.engines.duckdb import DuckDB
from warehouse.engines.spark import Spark, opened
from warehouse.engines.spark_sql import ALIKE
from warehouse.guard import QueryError
from warehouse.indicators import observe

pytestmark = [
    pytest.mark.skipif(bool(missing()), reason=str(missing())),
    pytest.mark.xdist_group("spark"),
    pytest.mark.slow,
]


EVERYTHING = os.environ.get("SHIJI_TEST_SPARK") == "all"
"""Whether every indicator, reconciliation and dataset is computed, which takes minutes."""


@dataclass(frozen=True)
class Both:
    """One home, and what computes on it."""

    site: Site
    running: Cluster
    spark: Spark

    def figures(self, engine: Engine) -> dict[str, pa.Table]:
        """What is computed of the home's months."""
        site, months, facts = self.site, months_in_records(self.site), sources(self.site.contracts)
        years = sorted({month[:4] for month in months})
        indicators = chosen(site.indicators, lambda one: (one.kind, {window for _, window in one.relations}))
        compared = chosen(site.reconciliations, lambda one: (one.level, one.per_item))
        contracts = chosen(site.contracts, lambda one: one.keeps) | {
            name: site.contracts[name] for name in ("household_register", "self_assessment", "toilet_ledger")
        }
        return {
            "observations": observe(engine, indicators, site.regions, months, facts, years),
            "reconciliations": reconcile(engine, compared, site.regions, months, facts, site.indicators),
            "anomalies": detect(engine, months, site.contracts if EVERYTHING else contracts, site.indicators),
        }


def chosen(named: Mapping[str, Any], kind: Callable[[Any], object]) -> dict[str, Any]:
    """One definition of each kind, for a statement costs a cluster a second; all of them where that is wished."""
    first = {str(kind(one)): name for name, one in reversed(named.items())}
    return dict(named) if EVERYTHING else {name: named[name] for name in sorted(first.values())}


@pytest.fixture(scope="module")
def both(village: Town, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Both]:
    site = village.site
    expected = {name: record_schema(contract) for name, contract in site.contracts.items()}
    tables = (site.store, site.ledger, expected)
    aside = tmp_path_factory.mktemp("放在 一边")
    with cluster(tmp_path_factory.mktemp("spark")) as running:
        with opened(running.master, running.settings, tables, aside, 120) as spark:
            yield Both(site, running, spark)
            root = spark.root
        assert list(aside.iterdir()) == []
        root.stop()


TABLE = pa.table(
    {
        "name": ["甲村 ", None, "b", "B_c"],
        "n": pa.array([3, None, -7, 12], pa.int64()),
        "x": [2.5, -0.125, None, 1e7],
        "on_day": pa.array(["2024-02-29", "2025-12-31", None, "2025-06-01"]).cast(pa.date32()),
        "listed": [["a", "b"], [], None, ["b"]],
    }
)
ROWS = """
abs(n); ceil(x); floor(x); round(x, 1); round(n / 2); sign(n); greatest(n, 4); least(x, 0.5); coalesce(name, '无');
nullif(n, 3); case when n > 0 then 'a' else 'b' end; if(n > 0, 1, 2); n::varchar; try_cast(name as bigint);
n is not null and x > 0 or n < 0; not (n > 0); exists (select 1 from t u where u.n = t.n + 9); n / 2; n // 2; n % 5; x / 0;
left(name, 1); right(name, 1); substring(name, 2, 2); length(name); lower(name); upper(name); trim(name);
replace(name, '村', 'x'); lpad(name, 5, '-'); rpad(name, 5, '*'); concat(name, '/', n::varchar); concat_ws('|', name, n::varchar);
name || 'z'; starts_with(name, '甲'); contains(name, '_'); strpos(name, '村'); regexp_matches(name, '村|c');
regexp_full_match(name, '[a-z]'); name like '%村%'; year(on_day); quarter(on_day); month(on_day); day(on_day);
date_diff('day', on_day, date '2025-07-01'); strftime(on_day, '%Y-%m');
strptime('2025-06', '%Y-%m')::date; last_day(on_day); make_date(2025, 6, 1); on_day - interval 1 month < date '2025-01-01';
list_contains(['a', 'b'], name); list_contains(listed, 'b')
"""
GROUPS = """
count(*); count(distinct name); sum(n); avg(x); min(name); max(on_day); median(x); arg_max(name, n); arg_min(name, n);
any_value(n) filter (n > 3); bool_or(n > 3); bool_and(n > 3); count_if(n > 0); string_agg(name, ';' order by name)
"""
WINDOWS = """
row_number() over o; rank() over o; dense_rank() over o; lag(x) over o; lead(x) over o; first_value(n) over o;
last_value(n) over o; ntile(2) over o; sum(n) over (order by n rows between 1 preceding and current row);
median(x) over (order by n rows between unbounded preceding and 1 preceding)
"""


def listed(texts: str) -> str:
    return ", ".join(
        f"{text.strip()} as c{number}" for number, text in enumerate(texts.replace("\n", " ").split(";"))
    )


GROUPS = GROUPS.replace("';'", "','")
STATEMENTS = (
    f"select {listed(ROWS)} from t order by n",
    f"select {listed(GROUPS)} from t",
    f"select {listed(WINDOWS)} from t window o as (order by n) order by n",
    "select k, unnest(['a', 'b']) as u from (select n as k from t where n > 0) order by all",
)


def test_every_function_that_definitions_may_use_is_answered_alike(both: Both) -> None:
    asked = {node.key for sql in STATEMENTS for node in parse_one(sql, read="duckdb").find_all(exp.Func)}
    assert asked >= ALIKE, "each of them is asked"
    with both.site.connect() as connection:
        for sql in STATEMENTS:
            frames = []
            for engine in (DuckDB(connection), both.spark):
                with engine.desk() as desk:
                    desk.lay("t", TABLE)
                    frames.append(desk.ask(sql).to_pandas())
            pd.testing.assert_frame_equal(*frames, check_dtype=False, check_exact=True)


def test_what_cannot_be_converted_is_an_error_that_names_the_question(both: Both) -> None:
    schema = pa.schema([("side", pa.string()), ("n", pa.int64())])
    question = Question("select name::bigint as n from regions", labels={"side": "left"})
    with both.spark.desk() as desk, pytest.raises(Unanswered, match="CAST_INVALID_INPUT") as told:
        desk.gather("numbers", schema, [question])
    assert told.value.question is question


def test_a_question_that_takes_too_long_is_given_up(both: Both) -> None:
    hasty = Spark(both.spark.root, both.spark.store, both.spark.ledger, {}, both.spark.aside, 0.5)
    began = time.monotonic()
    with pytest.raises(QueryError, match="sql_seconds"):
        hasty.frame(
            "select sum(a.region_code::bigint * b.region_code::bigint) as x from regions a, regions b, regions c, regions d, regions e",
            {},
        )
    assert time.monotonic() - began < 60


def test_figures_are_equal_though_a_worker_is_lost_in_the_middle(both: Both) -> None:
    with both.site.engine() as duckdb:
        kept = both.figures(duckdb)
    lost = Thread(target=when_some_is_done, args=(both, 4), daemon=True)
    lost.start()
    found = both.figures(both.spark)
    lost.join(1)
    assert both.running.workers[0].poll() is not None, "a worker was lost while it worked"
    for name, table in kept.items():
        assert table.num_rows
        if name == "anomalies":  # a logarithm's last digit is a matter of who takes it
            order = ["anomaly_id", "period"]
            frames = (one.to_pandas().sort_values(order, ignore_index=True) for one in (found[name], table))
            pd.testing.assert_frame_equal(*frames, rtol=1e-12)
        else:
            assert found[name].equals(table), name


def test_what_a_task_calls_is_supervised_there(both: Both) -> None:
    settings = Settings(
        engine="spark",
        spark_master=both.running.master,
        spark_settings=dict(both.running.settings),
        file_seconds=20,
    )
    worker = Elsewhere(Called(settings))
    assert worker.call(math.sqrt, 9.0) == 3.0
    with pytest.raises(ValueError, match="math domain") as told:
        worker.call(math.sqrt, -1.0)
    assert any("apart.py" in frame for frame in frames_of(told.value))
    with pytest.raises(Lost, match="signal 9"):
        worker.call(signal.raise_signal, signal.SIGKILL)
    assert worker.call(math.sqrt, 4.0) == 2.0, "the next call has another process"


@pytest.mark.skipif(ADDRESS is None, reason="SHIJI_TEST_POSTGRES names no server")
def test_files_are_staged_on_the_cluster_as_they_are_here(both: Both, tmp_path: Path) -> None:
    with empty_database() as address:
        there = Settings(
            settle_seconds=0, first_period="2025-01", ledger_url=address, engine="spark",
            spark_master=both.running.master, spark_settings=dict(both.running.settings),
        )  # fmt: skip
        towns = [new_town(tmp_path / "there", settings=there), new_town(tmp_path / "here")]
        for town in towns:
            (town.root / "config/private.key").write_text("ab" * 32, encoding="ascii")
            for at in range(WORTH_WORKERS):
                village, department = list(PLACES)[at % 4], ("toilet_reform", "education")[at % 2]
                rows = [Toilet(village, at * 5 + 1), Toilet(village, at * 5 + 2, yuan="很多")]
                town.drop(f"{department}/{village}2025年{at // 2 + 1}月改厕台账.csv", rows)
            take_in(town.site)
        for sql in (
            "select status, file_name, rows_recorded, rows_quarantined from submissions order by all",
            "select columns('^[^s].*|sheet') from toilet_ledger order by all",
            "select dataset, sheet, row, cells, rules from quarantine order by all",
        ):
            found, kept = (town.ask(sql) for town in towns)
            assert found, sql
            assert found == kept, sql
        assert len(towns[0].slips()) == len(towns[1].slips()) == WORTH_WORKERS


def take_in(site: Site) -> None:
    """A load up to the records; figures, a second a statement, are held to be equal elsewhere."""
    watch = Progress()
    with writing(site.home, "load"), processes(site.home.settings, stage_bundle, answer_bundle) as working:
        receive(site, watch)
        show_regions(site)
        stage_pending(site, watch, "run", working)
        answer_owed(site, "run", working, watch)
    for dataset, months in outdated_records(site).items():
        rebuild_records(site, dataset, months)
    rebuild_notes(site, outdated_notes(site))


def when_some_is_done(both: Both, enough: int) -> None:
    """Take a worker away once so many answers lie on a desk."""
    until = time.monotonic() + 120
    while time.monotonic() < until:
        if len(list(both.spark.aside.glob("desk-*/measured-*/*/_SUCCESS"))) >= enough:
            both.running.kill_a_worker()
            return
        time.sleep(0.05)
