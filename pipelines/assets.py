"""Dagster assets: one per dataset, and what is computed from them. What each does stands in the modules it calls.

Checks on the assets, and when they run, do not belong here.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence

import dagster as dg

from expectations.contract import Contract
from pipelines.intake import receive
from pipelines.metadata import month_metadata
from pipelines.progress import Progress
from pipelines.rebuild import outdated_notes, rebuild_months, rebuild_notes, rebuild_records
from pipelines.release import gate, release_nightly, report_quality
from pipelines.resources import HomeResource
from pipelines.stage import answer_repeats, stage_pending

INTAKE = dg.AssetKey(["intake", "submissions"])
_PERIOD_DAYS = {"monthly": 31, "quarterly": 92, "termly": 184, "yearly": 366}
_RETRY = dg.RetryPolicy(max_retries=2, delay=30, backoff=dg.Backoff.EXPONENTIAL)
_YEAR_IN_ONE_RUN = dg.BackfillPolicy.single_run()


def dataset_key(contract: Contract) -> dg.AssetKey:
    """``[department, dataset]``."""
    return dg.AssetKey([contract.department, contract.dataset])


def build_assets(
    contracts: Mapping[str, Contract], *, months: dg.MonthlyPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    """All assets of a home with these contracts."""
    keys = [dataset_key(contract) for contract in contracts.values()]
    datasets = [_dataset_asset(contract, months) for contract in contracts.values()]
    return [submissions, *datasets, *_monthly_assets(keys, months), quality_report, release]


@dg.asset(key=INTAKE, group_name="intake", kinds={"python"}, retry_policy=_RETRY)
def submissions(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """Every complete file of the inbox, received, read, checked, staged and answered with a slip."""
    site = home.site()
    receipts = receive(site, Progress())
    outcomes = stage_pending(site, Progress())
    answer_repeats(site, [receipt.submission_id for receipt in receipts if receipt.is_repeat])
    if notes := outdated_notes(site):
        rebuild_notes(site, notes)  # here, because a refused file belongs to no month that would be rebuilt
    counts = {
        status: sum(o.status == status for o in outcomes) for status in ("accepted", "partial", "refused")
    }
    context.log.info("%d files received, %s", len(receipts), counts)
    return dg.MaterializeResult(
        metadata={
            "received": len(receipts),
            "repeats": sum(receipt.is_repeat for receipt in receipts),
            **counts,
            "rows_recorded": sum(outcome.rows_recorded for outcome in outcomes),
            "rows_quarantined": sum(outcome.rows_quarantined for outcome in outcomes),
        }
    )


def _dataset_asset(contract: Contract, months: dg.MonthlyPartitionsDefinition) -> dg.AssetsDefinition:
    # A month is overdue when the next hand-in's own due day has passed.
    stale = dt.timedelta(days=_PERIOD_DAYS[contract.frequency] + contract.due_day)

    @dg.asset(
        key=dataset_key(contract),
        group_name=contract.department,
        description=f"{contract.title}。{contract.purpose}",
        partitions_def=months,
        backfill_policy=_YEAR_IN_ONE_RUN,
        freshness_policy=dg.FreshnessPolicy.time_window(fail_window=stale),
        retry_policy=_RETRY,
        kinds={"deltalake", "pandas"},
        deps=[INTAKE],
        metadata={
            "evidence": contract.evidence,
            "frequency": contract.frequency,
            "due_day": contract.due_day,
        },
    )
    def records(context: dg.AssetExecutionContext, home: HomeResource) -> None:
        site = home.site()
        counts = rebuild_records(site, contract.dataset, context.partition_keys)
        if notes := outdated_notes(site):
            rebuild_notes(site, notes)
        for month, metadata in month_metadata(site.connect(), contract, counts).items():
            context.add_asset_metadata(metadata, asset_key=context.asset_key, partition_key=month)

    return records


def _monthly_assets(
    datasets: Sequence[dg.AssetKey], months: dg.MonthlyPartitionsDefinition
) -> list[dg.AssetsDefinition]:
    specs = [
        dg.AssetSpec(
            "observations", deps=datasets, description="Indicator × region × month.", group_name="warehouse"
        ),
        dg.AssetSpec(
            "reconciliations",
            deps=[*datasets, "observations"],
            description="Claims and totals held against evidence.",
            group_name="warehouse",
        ),
        dg.AssetSpec(
            "anomalies",
            deps=[*datasets, "observations"],
            description="What is worth a visit.",
            group_name="warehouse",
        ),
    ]

    @dg.multi_asset(
        name="figures",
        specs=specs,
        partitions_def=months,
        backfill_policy=_YEAR_IN_ONE_RUN,
        retry_policy=_RETRY,
    )
    def figures(
        context: dg.AssetExecutionContext, home: HomeResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        written = rebuild_months(home.site(), context.partition_keys)
        for spec in specs:
            changed = written.get(spec.key.path[-1], [])
            yield dg.MaterializeResult(
                asset_key=spec.key, metadata={"partitions_changed": ", ".join(changed)}
            )

    return [figures]


@dg.asset(
    deps=["observations", "reconciliations", "anomalies"],
    group_name="warehouse",
    description="The audit gate, then a release of all table versions, then the published files.",
    retry_policy=_RETRY,
)
def release(home: HomeResource) -> dg.MaterializeResult[None]:
    """Readers see what was loaded, or what they saw before."""
    site = home.site()
    if problems := gate(site):
        raise dg.Failure("the audit gate objects: " + "; ".join(problems), allow_retries=False)
    name = release_nightly(site)
    return dg.MaterializeResult(metadata={"release": name, "folder": str(site.home.published)})


@dg.asset(
    deps=[release], group_name="warehouse", description="The Chinese quality report; opens from a file share."
)
def quality_report(home: HomeResource) -> dg.MaterializeResult[None]:
    """Pages for the office, per department and county."""
    page = report_quality(home.site())
    if page is None:
        return dg.MaterializeResult(metadata={"page": "nothing to report yet"})
    return dg.MaterializeResult(
        metadata={"page": dg.MetadataValue.path(str(page)), "bytes": page.stat().st_size}
    )
