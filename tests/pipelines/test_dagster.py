"""The load through Dagster: assets, checks, jobs, sensors and the schedule, on a real instance."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.definitions import build_definitions
from pipelines.home import Home, Settings
from pipelines.resources import HomeResource
from pipelines.schedules import nightly
from pipelines.sensors import inbox_sensor, rebuild_sensor, release_sensor
from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.xdist_group("dagster")

JUNE = "toilet_reform/2025-06"
TOILETS = dg.AssetKey(["toilet_reform", "toilet_ledger"])
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
SETTINGS = Settings(settle_seconds=0, first_period="2025-01", received_at="modified")


@pytest.fixture(scope="module")
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def run(
    town: Town,
    job: str,
    instance: dg.DagsterInstance,
    *,
    month: str | None = None,
    months: tuple[str, str] | None = None,
    assets: list[dg.AssetKey] | None = None,
    succeeds: bool = True,
) -> dg.ExecuteInProcessResult:
    """Execute a job of the town's code location."""
    tags = dict(zip(RANGE, months, strict=True)) if months else {}
    found = build_definitions(Home(town.root)).resolve_job_def(job)
    result = found.execute_in_process(
        instance=instance, partition_key=month, tags=tags, asset_selection=assets, raise_on_error=succeeds
    )
    assert result.success is succeeds
    return result


def rebuild(town: Town, instance: dg.DagsterInstance) -> list[tuple[str, str]]:
    """Run what the sensor asks for; returns the months, as first and last."""
    asked = [one for one in evaluate(rebuild_sensor, town, instance) if isinstance(one, dg.RunRequest)]
    months = [(one.tags[RANGE[0]], one.tags[RANGE[1]]) for one in asked]
    for one, stretch in zip(asked, months, strict=True):
        assert one.asset_selection
        run(town, "rebuild", instance, months=stretch, assets=list(one.asset_selection))
    return months


def evaluate(sensor: dg.SensorDefinition, town: Town, instance: dg.DagsterInstance) -> list[Any]:
    """What a sensor asks for, now."""
    context = dg.build_sensor_context(
        instance=instance, resources={"home": HomeResource(root=str(town.root))}
    )
    asked = sensor(context)
    return list(asked) if isinstance(asked, Iterator) else [asked]


# The code location --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("exists", [True, False], ids=["a home", "no home yet"])
def test_the_workspace_is_valid(tmp_path: Path, exists: bool) -> None:
    home = tmp_path / "实绩 home"
    if exists:
        new_town(home)
    repository = Path(__file__).resolve().parents[2]
    (tmp_path / "dagster").mkdir()
    environment = os.environ | {
        "SHIJI_HOME": str(home), "DAGSTER_HOME": str(tmp_path / "dagster"), "DAGSTER_DISABLE_TELEMETRY": "yes",
    }  # fmt: skip

    ended = subprocess.run(
        [sys.executable, "-m", "dagster", "definitions", "validate", "-w", "workspace.yaml"],
        cwd=repository,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 0, ended.stdout + ended.stderr


def test_every_dataset_is_an_asset_of_its_department_with_four_checks_by_month(town: Town) -> None:
    home = Home(town.root)
    graph = build_definitions(home).resolve_asset_graph()

    for contract in home.contracts.values():
        key = dg.AssetKey([contract.department, contract.dataset])
        node = graph.get(key)
        assert node.group_name == contract.department
        assert isinstance(node.partitions_def, dg.MonthlyPartitionsDefinition)
        checks = graph.get_check_keys_for_assets({key})
        assert {check.name for check in checks} == {"contract", "completeness", "timeliness", "uniqueness"}
        assert all(graph.get(check).partitions_def == node.partitions_def for check in checks)
        assert node.freshness_policy is not None
    assert {"observations", "reconciliations", "anomalies", "release", "quality_report"} <= {
        key.path[-1] for key in graph.get_all_asset_keys()
    }


def test_the_nightly_load_runs_at_two_in_shanghai() -> None:
    assert nightly.cron_schedule == "0 2 * * *"
    assert nightly.execution_timezone == "Asia/Shanghai"
    assert nightly.job_name == "intake"
    assert nightly.default_status == dg.DefaultScheduleStatus.RUNNING


# Materializing ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, instance: dg.DagsterInstance) -> Town:
    """A town whose intake has run: three months of toilets, one bad row, one late file, one refused."""
    town = new_town(tmp_path_factory.mktemp("dagster") / "home", settings=SETTINGS)
    for number, month in enumerate(("2025-04", "2025-05", "2025-06")):
        rows = toilets("甲村", "丙村", first=10 * number + 1, completed=f"{month}-03")
        sent = town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
        os.utime(sent, (1_746_100_000, 1_746_100_000))
    town.drop(f"{JUNE}/青崖县.csv", [*toilets("丁村", first=41), *toilets("丁村", first=42, yuan="-1")])
    town.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    result = run(town, "intake", instance)
    told = result.asset_materializations_for_node("intake__submissions")[0].metadata
    counted = {name: told[name].value for name in ("received", "accepted", "partial", "refused")}
    assert counted == {"received": 5, "accepted": 3, "partial": 1, "refused": 1}
    return town


@pytest.fixture(scope="module")
def rebuilt(taken_in: Town, instance: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """One month rebuilt."""
    figures = [dg.AssetKey(name) for name in ("observations", "reconciliations", "anomalies")]
    return run(taken_in, "rebuild", instance, month="2025-06", assets=[TOILETS, *figures])


def test_a_month_materialized_says_its_rows_findings_and_a_preview_without_people(
    taken_in: Town, rebuilt: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    record = instance.fetch_materializations(
        dg.AssetRecordsFilter(TOILETS, asset_partitions=["2025-06"]), limit=1
    ).records[0]  # fmt: skip

    assert record.asset_materialization is not None
    told = record.asset_materialization.metadata
    assert told["dagster/row_count"].value == 3
    assert told["submissions"].value == 2
    assert told["findings"].value == {"error": 1}
    preview = str(told["preview"].value)
    assert "toilet_type" in preview
    assert "三格式" in preview
    private = taken_in.site.contracts["toilet_ledger"].private
    assert private
    assert not any(column in preview for column in private)
    assert not re.search(r"\bt_[0-9a-f]{8}", preview)
    assert "严测试" not in preview


def test_checks_of_a_month_judge_what_was_handed_in(rebuilt: dg.ExecuteInProcessResult) -> None:
    found = {one.check_name: one for one in rebuilt.get_asset_check_evaluations() if one.asset_key == TOILETS}

    assert set(found) == {"contract", "completeness", "timeliness", "uniqueness"}
    assert not found["contract"].passed
    assert found["contract"].metadata["rows_quarantined"].value == 1
    assert found["completeness"].passed
    assert found["uniqueness"].passed
    assert all(one.severity == dg.AssetCheckSeverity.WARN for one in found.values())


def test_a_range_of_months_is_one_run(
    taken_in: Town, rebuilt: dg.ExecuteInProcessResult, instance: dg.DagsterInstance
) -> None:
    run(taken_in, "rebuild", instance, months=("2025-04", "2025-06"), assets=[TOILETS])

    assert instance.get_materialized_partitions(TOILETS) == {"2025-04", "2025-05", "2025-06"}
    assert taken_in.ask("select period, count(*) from toilet_ledger group by all order by all") == [
        ("2025-04", 2), ("2025-05", 2), ("2025-06", 3),
    ]  # fmt: skip


# Sensors ------------------------------------------------------------------------------------------------------------


def test_the_inbox_is_asked_for_when_a_file_is_there_and_by_content(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert isinstance(evaluate(inbox_sensor, town, instance)[0], dg.SkipReason)
    path = town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))

    [asked] = evaluate(inbox_sensor, town, instance)
    [again] = evaluate(inbox_sensor, town, instance)
    path.write_bytes(path.read_bytes() + b"\r\n")
    [other] = evaluate(inbox_sensor, town, instance)

    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == again.run_key != other.run_key


def test_sensors_ask_for_what_differs_until_nothing_does(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    town = new_town(tmp_path / "home", settings=SETTINGS)
    assert isinstance(evaluate(rebuild_sensor, town, instance)[0], dg.SkipReason)
    for number, month in enumerate(("2025-02", "2025-03", "2025-06")):
        rows = toilets("甲村", first=10 * number + 1, completed=f"{month}-03")
        town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
    run(town, "intake", instance)

    assert "not everything is built" in str(evaluate(release_sensor, town, instance)[0])
    asked = evaluate(rebuild_sensor, town, instance)
    assert all(one.asset_selection[0] == TOILETS and len(one.asset_selection) == 4 for one in asked)
    assert rebuild(town, instance) == [("2025-02", "2025-03"), ("2025-06", "2025-06")]
    assert isinstance(evaluate(rebuild_sensor, town, instance)[0], dg.SkipReason)

    assert isinstance(evaluate(release_sensor, town, instance)[0], dg.RunRequest)
    run(town, "publish", instance)
    assert isinstance(evaluate(release_sensor, town, instance)[0], dg.SkipReason)
    assert (town.root / "published" / "toilet_ledger.parquet").exists()
    assert (town.root / "reports" / "index.html").exists()


def test_a_refused_file_alone_reaches_the_report(tmp_path: Path, instance: dg.DagsterInstance) -> None:
    town = new_town(tmp_path / "home", settings=SETTINGS)
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    town.load()
    town.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    run(town, "intake", instance)

    assert rebuild(town, instance) == []
    assert isinstance(evaluate(release_sensor, town, instance)[0], dg.RunRequest)
    run(town, "publish", instance)

    assert town.ask("select count(*) from findings where dataset is null or dataset = 'unrouted'") == [(1,)]
    assert isinstance(evaluate(release_sensor, town, instance)[0], dg.SkipReason)


def test_the_audit_gate_keeps_readers_on_the_last_good_state(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    town = new_town(tmp_path / "home", settings=SETTINGS)
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    town.load()
    published = (town.root / "published" / "toilet_ledger.parquet").read_bytes()
    town.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=9))
    run(town, "intake", instance)

    result = run(town, "publish", instance, succeeds=False)

    assert "release" in {event.step_key for event in result.all_events if event.is_step_failure}
    assert (town.root / "published" / "toilet_ledger.parquet").read_bytes() == published


def test_the_three_jobs_give_the_tables_that_the_terminal_gives(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    terminal = new_town(tmp_path / "terminal", settings=SETTINGS)
    terminal.drop("toilet_reform/2025-05/榆塘县.csv", toilets("甲村", "丙村", completed="2025-05-04"))
    terminal.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村", "丙村", first=11))
    through_dagster = terminal.copy(tmp_path / "dagster")

    terminal.load()
    run(through_dagster, "intake", instance)
    assert rebuild(through_dagster, instance) == [("2025-05", "2025-06")]
    run(through_dagster, "publish", instance)

    tables = set(terminal.site.store.tables()) - {"releases"}
    assert tables == set(through_dagster.site.store.tables()) - {"releases"}
    for name in sorted(tables):
        one, other = terminal.table(name), through_dagster.table(name)
        assert sorted(map(repr, one.to_pylist())) == sorted(map(repr, other.to_pylist())), name
    assert through_dagster.load().is_idle


def test_a_load_in_the_terminal_shows_in_dagster(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home", settings=SETTINGS)
    for yuan in ("1500", "1600"):
        town.drop(f"{JUNE}/榆塘县{yuan}.csv", toilets("甲村", "丙村", yuan=yuan))
        town.load()

    with dg.DagsterInstance.from_config(str(town.root / "dagster")) as own:
        assert own.get_materialized_partitions(TOILETS) == {"2025-06"}
        told = own.get_latest_materialization_event(TOILETS)
    assert told is not None
    assert told.asset_materialization is not None
    assert told.asset_materialization.metadata["dagster/row_count"].value == 2
