"""Dagster jobs: what is run together. Datasets of one frequency share their partitions, and with them a job."""

from collections.abc import Sequence
from typing import Any, TypeAlias

import dagster as dg

from pipelines.dagster.assets import CASES, FIGURES, NOTES, RELEASE, REPORT, SCORES, SUBMISSIONS, dataset_key
from pipelines.dagster.plan import Plan
from warehouse.frequency import MONTHS, Frequency

Job: TypeAlias = Any
"""What ``define_asset_job`` gives: Dagster has no public name for it."""

INTAKE, FIGURES_JOB, PUBLISH, FRESHNESS = "intake", "rebuild_figures", "publish", "freshness"


def rebuild_name(frequency: Frequency) -> str:
    """The job of the records of a frequency's datasets."""
    return f"rebuild_{frequency}"


intake_job = dg.define_asset_job(
    INTAKE,
    selection=dg.AssetSelection.assets(SUBMISSIONS, *NOTES),
    description="Receive, read, check and answer what lies in the inbox, then findings and quarantine.",
)

figures_job = dg.define_asset_job(
    FIGURES_JOB,
    selection=dg.AssetSelection.assets(*FIGURES),
    description="Indicators, reconciliations and anomalies of months whose records changed.",
)

publish_job = dg.define_asset_job(
    PUBLISH,
    selection=dg.AssetSelection.assets(*SCORES, CASES, RELEASE, REPORT),
    description="Scores, cases, the audit gate, the published files and the quality report.",
)


def freshness_job(checks: Sequence[dg.AssetChecksDefinition]) -> Job:
    """A job of checks alone."""
    return dg.define_asset_job(
        FRESHNESS,
        selection=dg.AssetSelection.checks(*checks),
        description="Whether what was due has been handed in, by the days it was due.",
    )


def rebuild_jobs(plan: Plan) -> list[Job]:
    """A job for the datasets of each frequency that are handed in; without partitions there is nothing to run."""
    return [
        dg.define_asset_job(
            rebuild_name(frequency),
            selection=dg.AssetSelection.assets(*map(dataset_key, datasets)),
            description=f"Records of {frequency} datasets, of windows whose submissions changed.",
        )
        for frequency in MONTHS
        if (
            datasets := [
                one for one in plan.contracts.values() if one.frequency == frequency and plan.partitions(one)
            ]
        )
    ]
