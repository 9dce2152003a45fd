"""``python -m bench.dagster_load HOME``: what Dagster does for a home, in one process: the jobs that its sensors ask for."""

from __future__ import annotations

import sys
from pathlib import Path

import dagster as dg

from pipelines.dagster.definitions import build_definitions
from pipelines.dagster.events import instance_of
from pipelines.dagster.resources import HomeResource
from pipelines.home.folders import Home

_MOST_TICKS = 12
_SENSORS = ("inbox_sensor", "rebuild_sensor", "release_sensor")


def main(root: Path) -> None:
    """Tick every sensor and run what it asks for, until none asks for anything."""
    home = Home(root)
    definitions = build_definitions(home)
    resource = HomeResource(root=str(root.resolve()))
    with instance_of(home) as instance:
        for _ in range(_MOST_TICKS):
            asked = [
                (sensor, request)
                for name in _SENSORS
                for sensor in [definitions.resolve_sensor_def(name)]
                for request in _requests(sensor, instance, resource)
            ]
            if not asked:
                return
            for sensor, request in asked:
                _run(definitions, sensor, request, instance)
    raise SystemExit("the sensors never came to rest")


def _requests(
    sensor: dg.SensorDefinition, instance: dg.DagsterInstance, resource: HomeResource
) -> list[dg.RunRequest]:
    context = dg.build_sensor_context(instance=instance, resources={"home": resource})
    return list(sensor.evaluate_tick(context).run_requests or [])


def _run(
    definitions: dg.Definitions,
    sensor: dg.SensorDefinition,
    request: dg.RunRequest,
    instance: dg.DagsterInstance,
) -> None:
    job = definitions.resolve_job_def(request.job_name or sensor.job_name)
    job.execute_in_process(
        instance=instance,
        tags=request.tags,
        asset_selection=request.asset_selection,
        partition_key=request.partition_key,
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))
