"""Telling Dagster what a load in the terminal did, so that its pages show the same state whichever door was used.

Only events are written; nothing is computed again and no run is made up.
"""

from collections.abc import Iterator, Sequence

import dagster as dg
from duckdb import DuckDBPyConnection

from expectations.contracts.model import Contract
from pipelines.answers.judgement import JUDGES, by_window, described, facts_of
from pipelines.dagster.assets import NOTES, RELEASE, REPORT, SUBMISSIONS, dataset_key
from pipelines.dagster.metadata import window_metadata
from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.load import Summary
from warehouse.frequency import window_end, window_months
from warehouse.periods import Month

Event = dg.AssetMaterialization | dg.AssetCheckEvaluation


def report_load(site: Site, summary: Summary) -> None:
    """Write materializations and check results of what a load rebuilt to the home's Dagster instance."""
    events: list[Event] = [dg.AssetMaterialization(key) for key in (SUBMISSIONS, *NOTES)]
    connection = site.connect()
    for dataset, rows in summary.records.items():
        contract = site.contracts[dataset]
        windows = sorted({window_end(Month(month), contract.frequency).text for month in rows})
        metadata = window_metadata(connection, contract, windows)
        events += [
            dg.AssetMaterialization(dataset_key(contract), metadata=metadata[window], partition=window)
            for window in windows
        ]
        events += _checked(site, connection, contract, windows)
    for table, partitions in summary.written.items():
        # A year is a view on months and no partition of its own.
        events += [dg.AssetMaterialization(table, partition=month) for month in partitions if "-" in month]
    events += [dg.AssetMaterialization(key) for key in (RELEASE, REPORT)]
    with instance_of(site.home) as instance:
        for event in events:
            instance.report_runless_asset_event(event)


def _checked(
    site: Site, connection: DuckDBPyConnection, contract: Contract, windows: Sequence[str]
) -> Iterator[dg.AssetCheckEvaluation]:
    months = [month.text for end in map(Month, windows) for month in window_months(end, contract.frequency)]
    for name, judge in JUDGES.items():
        found = by_window(judge(site, connection, contract, months), contract.frequency)
        yield dg.AssetCheckEvaluation(
            asset_key=dataset_key(contract),
            check_name=name,
            passed=all(one.passed for one in found.values()),
            severity=dg.AssetCheckSeverity.WARN,
            description=described(found),
            metadata=facts_of(found),
            # Dagster keeps one result per partition for all that is reported outside runs, and refuses the second.
            partition=None,
        )


def instance_of(home: Home) -> dg.DagsterInstance:
    """The Dagster instance that lives in a home."""
    return dg.DagsterInstance.from_config(str(home.dagster.resolve()))
