"""Asset checks: does what was handed in meet the contract, is it all there, was it in time, is it unique; is what was
due last there; do readers see the present state?

A check that fails is news about the data, never a reason to stop the load.
"""

from collections.abc import Mapping

import dagster as dg

from expectations.contracts.model import Contract
from pipelines.answers.judgement import JUDGES, by_window, described, facts_of, freshness
from pipelines.answers.waiting import waiting
from pipelines.dagster.assets import RELEASE, dataset_key
from pipelines.dagster.plan import Plan
from pipelines.dagster.resources import HomeResource
from warehouse.frequency import window_months
from warehouse.periods import Month

UP_TO_DATE = "up_to_date"


def build_checks(plan: Plan) -> list[dg.AssetChecksDefinition]:
    """Four checks for every dataset by window, and one for the release."""
    contracts = plan.contracts.values()
    by_partition = [
        _check(contract, name, dg.StaticPartitionsDefinition(plan.partitions(contract)))
        for contract in contracts
        for name in JUDGES
    ]
    return [*by_partition, up_to_date]


def freshness_checks(contracts: Mapping[str, Contract]) -> list[dg.AssetChecksDefinition]:
    """One for every dataset."""
    return [_fresh(contract) for contract in contracts.values()]


def _check(contract: Contract, name: str, windows: dg.StaticPartitionsDefinition) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dataset_key(contract), name=name, description=JUDGES[name].__doc__, partitions_def=windows
    )
    def check(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
        site = home.site()
        ends = map(Month, context.partition_keys)
        months = [month.text for end in ends for month in window_months(end, contract.frequency)]
        found = by_window(JUDGES[name](site, site.connect(), contract, months), contract.frequency)
        return dg.AssetCheckResult(
            passed=all(judgement.passed for judgement in found.values()),
            severity=dg.AssetCheckSeverity.WARN,
            description=described(found),
            metadata=facts_of(found),
        )

    return check


def _fresh(contract: Contract) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset=dataset_key(contract), name="freshness", description=freshness.__doc__)
    def check(home: HomeResource) -> dg.AssetCheckResult:
        site = home.site()
        found = freshness(site, site.connect(), contract)
        return dg.AssetCheckResult(
            passed=found.passed,
            severity=dg.AssetCheckSeverity.WARN,
            description=found.summary,
            metadata=found.facts,
        )

    return check


@dg.asset_check(
    asset=RELEASE, name=UP_TO_DATE, description="Readers see the present state; else what it waits for."
)
def up_to_date(home: HomeResource) -> dg.AssetCheckResult:
    """Whether readers see the present state."""
    reasons = waiting(home.site())
    return dg.AssetCheckResult(
        passed=not reasons,
        severity=dg.AssetCheckSeverity.WARN,
        description="; ".join(map(str, reasons)) or "readers see the present state",
    )
