"""The load through Dagster: assets, checks, jobs, sensors and the schedule, on a real instance."""

from __future__ import annotations

import datetime as dt
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from pipelines.answers.judgement import freshness
from pipelines.dagster.asking import PAUSES, Later, ask
from pipelines.dagster.definitions import build_definitions
from pipelines.dagster.events import report_load
from pipelines.dagster.plan import Plan
from pipelines.dagster.resources import HomeResource
from pipelines.dagster.schedules import nightly
from pipelines.dagster.wishes import rebuilds
from pipelines.home.folders import Home, Settings
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from tests.pipelines.town import Town, example_contract, new_town, toilets
from warehouse.clock import shanghai_day
from warehouse.frequency import last_due

pytestmark = pytest.mark.xdist_group("dagster")

JUNE = "toilet_reform/2025-06"
TOILETS = dg.AssetKey(["toilet_reform", "toilet_ledger"])
RANGE = ("dagster/asset_partition_range_start", "dagster/asset_partition_range_end")
SETTINGS = Settings(settle_seconds=0, first_period="2025-01", received_at="modified")


SAPLINGS = """\
榆塘县2025年6月造林台账
乡镇,地块编号,造林面积（公顷）,成活面积（公顷）
沐溪镇,A-1,2.0,1.8
汀坪乡,B-1,4,3.6
合计,,6,5.4
"""


@pytest.fixture
def instance() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


@pytest.fixture(scope="module")
def shared() -> Iterator[dg.DagsterInstance]:
    with dg.DagsterInstance.ephemeral() as instance:
        yield instance


def location(town: Town) -> dg.Definitions:
    """The code location as it is built now."""
    return build_definitions(Home(town.root))


def run(
    town: Town,
    job: str,
    instance: dg.DagsterInstance,
    *,
    month: str | None = None,
    months: tuple[str, str] | None = None,
    assets: Sequence[dg.AssetKey] | None = None,
    tags: Mapping[str, str] | None = None,
    succeeds: bool = True,
) -> dg.ExecuteInProcessResult:
    """Execute a job of the town's code location."""
    tags = dict(tags or {}) | (dict(zip(RANGE, months, strict=True)) if months else {})
    result = location(town).resolve_job_def(job).execute_in_process(
        instance=instance, partition_key=month, tags=tags, asset_selection=assets, raise_on_error=succeeds
    )  # fmt: skip
    assert result.success is succeeds
    return result


def run_asked(
    town: Town, asked: dg.RunRequest, instance: dg.DagsterInstance, *, succeeds: bool = True
) -> None:
    """Execute what a sensor asked for."""
    assert asked.job_name
    run(town, asked.job_name, instance, assets=asked.asset_selection, tags=asked.tags, succeeds=succeeds)


def rebuild(town: Town, instance: dg.DagsterInstance) -> list[tuple[str, str, str]]:
    """Run what the sensor asks for until it asks for nothing; the jobs and their first and last partitions."""
    done = []
    while asked := [
        one for one in evaluate("rebuild_sensor", town, instance) if isinstance(one, dg.RunRequest)
    ]:
        for one in asked:
            run_asked(town, one, instance)
            assert one.job_name
            done.append((one.job_name, one.tags[RANGE[0]], one.tags[RANGE[1]]))
    return done


def evaluate(
    name: str, town: Town, instance: dg.DagsterInstance, at: dg.Definitions | None = None, cursor: str = ""
) -> list[Any]:
    """What a sensor asks for, now, or why it does not; the code location is as new as the home when none is given."""
    context = dg.build_sensor_context(
        instance=instance, resources={"home": HomeResource(root=str(town.root))}, cursor=cursor
    )
    told = (at or location(town)).resolve_sensor_def(name)(context)
    if not isinstance(told, dg.SensorResult):
        return [told]
    return [
        *(told.run_requests or []),
        *(told.asset_events or []),
        *([told.skip_reason] if told.skip_reason else []),
    ]


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
        checks = graph.get_check_keys_for_assets({key})
        by_window = {check for check in checks if check.name != "freshness"}
        assert {check.name for check in by_window} == {"contract", "completeness", "timeliness", "uniqueness"}
        assert all(graph.get(check).partitions_def == node.partitions_def for check in by_window)
        assert len(checks) == 5
    assert {
        "observations",
        "reconciliations",
        "anomalies",
        "hand_ins",
        "release",
        "quality_report",
        "submissions",
        "findings",
        "quarantine",
    } <= {key.path[-1] for key in graph.get_all_asset_keys()}


def test_the_nightly_load_runs_at_two_in_shanghai() -> None:
    assert nightly.cron_schedule == "0 2 * * *"
    assert nightly.execution_timezone == "Asia/Shanghai"
    assert nightly.job_name == "intake"
    assert nightly.default_status == dg.DefaultScheduleStatus.RUNNING


# Materializing ------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory: pytest.TempPathFactory, shared: dg.DagsterInstance) -> Town:
    """A town whose intake has run: three months of toilets, one bad row, one late file, one refused."""
    town = new_town(tmp_path_factory.mktemp("dagster") / "home", settings=SETTINGS)
    for number, month in enumerate(("2025-04", "2025-05", "2025-06")):
        rows = toilets("甲村", "丙村", first=10 * number + 1, completed=f"{month}-03")
        sent = town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
        sent_at = 1_746_100_000 + number * 31 * 86_400  # a day or two after each month
        os.utime(sent, (sent_at, sent_at))
    town.drop(f"{JUNE}/青崖县.csv", [*toilets("丁村", first=41), *toilets("丁村", first=42, yuan="-1")])
    town.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    result = run(town, "intake", shared)
    told = result.asset_materializations_for_node("submissions")[0].metadata
    counted = {name: told[name].value for name in ("received", "accepted", "partial", "refused")}
    assert counted == {"received": 5, "accepted": 3, "partial": 1, "refused": 1}
    return town


@pytest.fixture(scope="module")
def rebuilt(taken_in: Town, shared: dg.DagsterInstance) -> dg.ExecuteInProcessResult:
    """One month rebuilt."""
    return run(taken_in, "rebuild_monthly", shared, month="2025-06", assets=[TOILETS])


def test_a_month_materialized_says_its_rows_findings_and_a_preview_without_people(
    taken_in: Town, rebuilt: dg.ExecuteInProcessResult, shared: dg.DagsterInstance
) -> None:
    record = shared.fetch_materializations(
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

    assert set(found) == {"contract", "completeness", "timeliness", "uniqueness", "freshness"}
    assert not found["contract"].passed
    assert found["contract"].metadata["rows_quarantined"].value == 1
    assert found["completeness"].passed
    assert found["uniqueness"].passed
    assert all(one.severity == dg.AssetCheckSeverity.WARN for one in found.values())


def test_a_range_of_months_is_one_run(
    taken_in: Town, rebuilt: dg.ExecuteInProcessResult, shared: dg.DagsterInstance
) -> None:
    run(taken_in, "rebuild_monthly", shared, months=("2025-04", "2025-06"), assets=[TOILETS])

    assert shared.get_materialized_partitions(TOILETS) == {"2025-04", "2025-05", "2025-06"}
    assert taken_in.ask("select period, count(*) from toilet_ledger group by all order by all") == [
        ("2025-04", 2), ("2025-05", 2), ("2025-06", 3),
    ]  # fmt: skip


# Sensors ------------------------------------------------------------------------------------------------------------


def test_the_inbox_is_asked_for_when_a_file_is_there_and_by_content(
    town: Town, instance: dg.DagsterInstance
) -> None:
    assert isinstance(evaluate("inbox_sensor", town, instance)[0], dg.SkipReason)
    path = town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))

    [asked] = evaluate("inbox_sensor", town, instance)
    [again] = evaluate("inbox_sensor", town, instance)
    path.write_bytes(path.read_bytes() + b"\r\n")
    [other] = evaluate("inbox_sensor", town, instance)

    assert isinstance(asked, dg.RunRequest)
    assert asked.run_key == again.run_key != other.run_key


def test_sensors_ask_for_what_differs_until_nothing_does(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    town = new_town(tmp_path / "home", settings=SETTINGS)
    assert isinstance(evaluate("rebuild_sensor", town, instance)[0], dg.SkipReason)
    for number, month in enumerate(("2025-02", "2025-03", "2025-06")):
        rows = toilets("甲村", first=10 * number + 1, completed=f"{month}-03")
        town.drop(f"toilet_reform/{month}/榆塘县.csv", rows)
    run(town, "intake", instance)

    [waits] = evaluate("release_sensor", town, instance)
    assert "waits: records of toilet_ledger 2025-02, 2025-03, 2025-06 are to be built (since " in str(waits)
    assert rebuild(town, instance) == [
        ("rebuild_monthly", "2025-02", "2025-03"), ("rebuild_monthly", "2025-06", "2025-06"),
        ("rebuild_figures", "2025-02", "2025-06"),
    ]  # fmt: skip
    assert isinstance(evaluate("rebuild_sensor", town, instance)[0], dg.SkipReason)

    assert isinstance(evaluate("release_sensor", town, instance)[0], dg.RunRequest)
    run(town, "publish", instance)
    assert isinstance(evaluate("release_sensor", town, instance)[0], dg.SkipReason)
    assert (town.root / "published" / "current" / "toilet_ledger.parquet").exists()
    assert (town.root / "reports" / "index.html").exists()


@pytest.fixture(scope="module")
def first_load(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town whose June ledger is loaded; only for copying."""
    town = new_town(tmp_path_factory.mktemp("loaded") / "home", settings=SETTINGS)
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    town.load()
    return town


@pytest.fixture
def loaded(first_load: Town, tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_load.copy(tmp_path / "home")


def test_a_refused_file_alone_reaches_the_report(loaded: Town, instance: dg.DagsterInstance) -> None:
    loaded.drop(f"{JUNE}/照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"\0" * 64)
    run(loaded, "intake", instance)

    assert rebuild(loaded, instance) == []
    assert isinstance(evaluate("release_sensor", loaded, instance)[0], dg.RunRequest)
    run(loaded, "publish", instance)

    assert loaded.ask("select count(*) from findings where dataset is null or dataset = 'unrouted'") == [(1,)]
    assert isinstance(evaluate("release_sensor", loaded, instance)[0], dg.SkipReason)


def test_the_audit_gate_keeps_readers_on_the_last_good_state(
    loaded: Town, instance: dg.DagsterInstance
) -> None:
    published = (loaded.root / "published" / "current" / "toilet_ledger.parquet").read_bytes()
    loaded.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=9))
    run(loaded, "intake", instance)

    result = run(loaded, "publish", instance, succeeds=False)

    assert "release" in {event.step_key for event in result.all_events if event.is_step_failure}
    assert (loaded.root / "published" / "current" / "toilet_ledger.parquet").read_bytes() == published


def test_the_three_jobs_give_the_tables_that_the_terminal_gives(
    tmp_path: Path, instance: dg.DagsterInstance
) -> None:
    terminal = new_town(tmp_path / "terminal", settings=SETTINGS)
    terminal.drop("toilet_reform/2025-05/榆塘县.csv", toilets("甲村", "丙村", completed="2025-05-04"))
    terminal.drop(f"{JUNE}/榆塘县.csv", toilets("甲村", "无名村", "丙村", first=11))
    through_dagster = terminal.copy(tmp_path / "dagster")

    terminal.load()
    run(through_dagster, "intake", instance)
    assert rebuild(through_dagster, instance) == [
        ("rebuild_monthly", "2025-05", "2025-06"), ("rebuild_figures", "2025-05", "2025-06"),
    ]  # fmt: skip
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
        town.load(tell=report_load)

    with dg.DagsterInstance.from_config(str(town.root / "dagster")) as own:
        assert own.get_materialized_partitions(TOILETS) == {"2025-06"}
        # one that found nothing was looked for all the same
        for name in ("observations", "reconciliations", "anomalies", "hand_ins"):
            assert own.get_materialized_partitions(dg.AssetKey(name)) == {"2025-06"}
        told = own.get_latest_materialization_event(TOILETS)
    assert told is not None
    assert told.asset_materialization is not None
    assert told.asset_materialization.metadata["dagster/row_count"].value == 2


# Neither forgetting nor hammering -----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def first_intake(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Town, dg.DagsterInstance]]:
    """A town with one file taken in and nothing built, and where that was told; only for reading and copying."""
    town = new_town(tmp_path_factory.mktemp("intake") / "home", settings=SETTINGS)
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    with dg.DagsterInstance.ephemeral() as instance:
        run(town, "intake", instance)
        yield town, instance


@pytest.fixture
def staged(first_intake: tuple[Town, dg.DagsterInstance], tmp_path: Path) -> Town:
    """The same town, to change."""
    return first_intake[0].copy(tmp_path / "home")


def test_what_was_received_and_not_staged_is_asked_for_without_a_file(
    town: Town, instance: dg.DagsterInstance
) -> None:
    town.drop(f"{JUNE}/榆塘县.csv", toilets("甲村"))
    receive(town.site, Progress())  # and then the power went out

    [asked] = evaluate("inbox_sensor", town, instance)
    assert isinstance(asked, dg.RunRequest)
    run_asked(town, asked, instance)

    assert isinstance(evaluate("inbox_sensor", town, instance)[0], dg.SkipReason)
    assert town.site.ledger.pending() == []


def test_findings_and_quarantine_are_materialized_by_the_intake(
    first_intake: tuple[Town, dg.DagsterInstance],
) -> None:
    town, instance = first_intake
    for name in ("submissions", "findings", "quarantine"):
        assert instance.get_latest_materialization_event(dg.AssetKey(name)) is not None
    assert town.site.ledger.built("findings")


def test_what_fails_is_asked_for_with_growing_pauses_and_a_change_at_once(
    staged: Town, instance: dg.DagsterInstance
) -> None:
    (staged.root / "warehouse" / "toilet_ledger").write_text("no folder of a table")
    moments, at = [], dt.datetime.now(dt.UTC)
    for _ in range(5):
        [wish] = rebuilds(staged.site, Plan.of(Home(staged.root))).records
        asked = ask(instance, wish, at)
        if isinstance(asked, Later):
            moments.append(asked.due - asked.last)
            asked = ask(instance, wish, asked.due)
        assert isinstance(asked, dg.RunRequest)
        run_asked(staged, asked, instance, succeeds=False)
        at = dt.datetime.now(dt.UTC)

    assert moments == list(PAUSES)
    [told] = evaluate("rebuild_sensor", staged, instance)
    assert "run 5 times and is still wanted" in str(told)

    staged.drop(f"{JUNE}/青崖县.csv", toilets("丁村", first=9))
    run(staged, "intake", instance)
    [asked] = evaluate("rebuild_sensor", staged, instance)
    assert isinstance(asked, dg.RunRequest)
    (staged.root / "warehouse" / "toilet_ledger").unlink()
    run_asked(staged, asked, instance)
    assert staged.ask("select count(*) from toilet_ledger") == [(2,)]


def test_a_run_that_was_cut_off_is_asked_for_again(staged: Town, instance: dg.DagsterInstance) -> None:
    [wish] = rebuilds(staged.site, Plan.of(Home(staged.root))).records
    asked = ask(instance, wish)
    assert isinstance(asked, dg.RunRequest)
    job = location(staged).resolve_job_def(wish.job)
    begun = instance.create_run_for_job(job, tags=asked.tags, status=dg.DagsterRunStatus.STARTED)
    assert "is running" in str(evaluate("rebuild_sensor", staged, instance)[0])

    instance.report_run_failed(begun, "the power went out")

    again = ask(instance, wish, dt.datetime.now(dt.UTC) + PAUSES[0])
    assert isinstance(again, dg.RunRequest)
    assert again.run_key != asked.run_key  # Dagster would not run the same key again


# Definitions that change --------------------------------------------------------------------------------------------


def test_a_dataset_added_while_dagster_runs_holds_up_nothing_else_and_is_asked_for(
    staged: Town, instance: dg.DagsterInstance
) -> None:
    built_before = location(staged)
    own = staged.root / "config" / "contracts" / "forestry"
    own.mkdir(parents=True)
    (own / "saplings.yaml").write_text(example_contract(), encoding="utf-8")
    staged.drop("forestry/榆塘县2025年6月造林台账.csv", SAPLINGS.encode())
    run(staged, "intake", instance)

    told = evaluate("rebuild_sensor", staged, instance, built_before)

    assert [one.asset_selection for one in told if isinstance(one, dg.RunRequest)] == [[TOILETS]]
    for one in told:
        if isinstance(one, dg.RunRequest):
            run_asked(staged, one, instance)
    assert (staged.root / "dagster" / "reload").exists()
    told = evaluate("rebuild_sensor", staged, instance, built_before)
    while isinstance(told[0], dg.RunRequest):  # figures of what is built
        run_asked(staged, told[0], instance)
        told = evaluate("rebuild_sensor", staged, instance, built_before)
    assert "saplings 2025-06 waits until the definitions are loaded anew" in str(told[0])
    assert "records of saplings 2025-06 are to be built (since " in str(
        evaluate("release_sensor", staged, instance, built_before)[-1]
    )

    assert ("rebuild_quarterly", "2025-06", "2025-06") in rebuild(staged, instance)
    assert staged.ask("select count(*) from saplings") == [(2,)]


def test_partitions_of_a_dataset_are_windows_that_something_is_due_or_there_for(town: Town) -> None:
    contracts = town.site.contracts
    assert Plan.of(Home(town.root)).partitions(contracts["toilet_ledger"]) == []
    there = {
        "toilet_ledger": frozenset({"2024-11", "2025-07"}),
        "road_segments": frozenset({"2025-02", "2025-08"}),
        "grain_plots": frozenset({"2023-12"}),
    }
    plan = Plan(contracts, there, "2024-12")

    assert plan.partitions(contracts["toilet_ledger"]) == [
        "2024-11", *(f"2025-{month:02}" for month in range(2, 9)),
    ]  # fmt: skip
    assert plan.partitions(contracts["road_segments"]) == ["2025-03", "2025-06", "2025-09"]
    assert plan.partitions(contracts["grain_plots"]) == ["2023-12"]
    assert plan.partitions(contracts["student_status"]) == []


# What a release waits for -------------------------------------------------------------------------------------------


def test_status_says_what_a_release_waits_for_and_since_when(staged: Town) -> None:
    said = staged.shiji("status")

    assert "readers do not see the present state yet" in said.out
    assert "records of toilet_ledger 2025-06 are to be built (since 20" in said.out
    listed = json.loads(staged.shiji("status", "--waiting", "--json").out)
    assert [one["kind"] for one in listed] == ["build"]

    staged.load()

    assert "wait" not in staged.shiji("status").out
    assert json.loads(staged.shiji("status", "--waiting", "--json").out) == []


def test_a_release_that_waits_long_fails_a_check_once(
    staged: Town, instance: dg.DagsterInstance, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("pipelines.dagster.sensors._LATE", dt.timedelta(0))
    context = dg.build_sensor_context(
        instance=instance, resources={"home": HomeResource(root=str(staged.root))}
    )
    sensor = location(staged).resolve_sensor_def("release_sensor")
    told = sensor(context)
    assert isinstance(told, dg.SensorResult)
    [check] = told.asset_events
    assert isinstance(check, dg.AssetCheckEvaluation)
    assert not check.passed
    assert "records of toilet_ledger 2025-06" in str(check.description)

    again = evaluate("release_sensor", staged, instance, cursor=str(told.cursor))

    assert [type(one) for one in again] == [dg.SkipReason]


def test_freshness_is_judged_by_when_data_were_due(town: Town) -> None:
    contract = town.site.contracts["toilet_ledger"]
    end = last_due(contract.frequency, contract.due_day, shanghai_day(dt.datetime.now(dt.UTC)))
    town.drop(f"toilet_reform/{end - 1}/榆塘县.csv", toilets("甲村", completed=f"{end - 1}-03"))
    town.load()

    stale = freshness(town.site, town.site.connect(), contract)
    for number, place in enumerate(("甲村", "丁村"), 2):
        rows = toilets(place, first=number, completed=f"{end}-03")
        town.drop(f"toilet_reform/{end}/{place}.csv", rows)
    town.load()
    fresh = freshness(town.site, town.site.connect(), contract)

    assert not stale.passed  # although it was loaded just now
    assert f"{end}" in stale.summary
    assert fresh.passed


@pytest.mark.parametrize(
    ("today", "monthly", "quarterly", "yearly"),
    [
        ("2025-04-05", "2025-02", "2024-12", "2024-12"),
        ("2025-04-06", "2025-03", "2025-03", "2024-12"),
        ("2025-01-05", "2024-11", "2024-09", "2023-12"),
    ],
)
def test_the_last_due_window_is_the_newest_whose_day_has_passed(
    today: str, monthly: str, quarterly: str, yearly: str
) -> None:
    day = dt.date.fromisoformat(today)

    assert [str(last_due(one, 5, day)) for one in ("monthly", "quarterly", "yearly")] == [
        monthly, quarterly, yearly,
    ]  # fmt: skip
