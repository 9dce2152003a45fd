"""Telling Dagster what a load in the terminal did, so that its pages show the same state whichever door was used.

Only events are written; nothing is computed again and no run is made up.
"""

from collections.abc import Iterator, Mapping, Sequence

import dagster as dg
from duckdb import DuckDBPyConnection

from expectations.contract import Contract
from pipelines.assets import INTAKE, dataset_key
from pipelines.home import Home
from pipelines.judgement import JUDGES, described, facts_of
from pipelines.metadata import month_metadata
from pipelines.site import Site

Event = dg.AssetMaterialization | dg.AssetCheckEvaluation


def report_load(
    site: Site, records: Mapping[str, Mapping[str, int]], written: Mapping[str, Sequence[str]]
) -> int:
    """Write materializations and check results of what was rebuilt to the home's Dagster instance.

    Args:
        site: The home.
        records: By dataset, rows by month rebuilt.
        written: By downstream table, the partitions that came out otherwise.

    Returns:
        How many events were written.
    """
    events: list[Event] = [dg.AssetMaterialization(INTAKE)]
    connection = site.connect()
    for dataset, rows in records.items():
        contract = site.contracts[dataset]
        metadata = month_metadata(connection, contract, rows)
        events += [
            dg.AssetMaterialization(dataset_key(contract), metadata=metadata[m], partition=m) for m in rows
        ]
        events += _checked(site, connection, contract, list(rows))
    for table, partitions in written.items():
        # A year is a view on months and no partition of its own.
        events += [dg.AssetMaterialization(table, partition=month) for month in partitions if "-" in month]
    events += [dg.AssetMaterialization(name) for name in ("release", "quality_report")]
    with instance_of(site.home) as instance:
        for event in events:
            instance.report_runless_asset_event(event)
    return len(events)


def _checked(
    site: Site, connection: DuckDBPyConnection, contract: Contract, months: Sequence[str]
) -> Iterator[dg.AssetCheckEvaluation]:
    for name, judge in JUDGES.items():
        found = judge(site, connection, contract, months)
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
