"""Asset checks per dataset: does what was handed in meet the contract, is it all there, was it in time, is it unique?

A check that fails is news about the data, never a reason to stop the load.
"""

from collections.abc import Mapping

import dagster as dg

from expectations.contract import Contract
from pipelines.assets import dataset_key
from pipelines.judgement import JUDGES, described, facts_of
from pipelines.resources import HomeResource


def build_checks(
    contracts: Mapping[str, Contract], *, months: dg.MonthlyPartitionsDefinition
) -> list[dg.AssetChecksDefinition]:
    """Four checks for every dataset."""
    return [_check(contract, name, months) for contract in contracts.values() for name in JUDGES]


def _check(contract: Contract, name: str, months: dg.MonthlyPartitionsDefinition) -> dg.AssetChecksDefinition:
    @dg.asset_check(
        asset=dataset_key(contract), name=name, description=JUDGES[name].__doc__, partitions_def=months
    )
    def check(context: dg.AssetCheckExecutionContext, home: HomeResource) -> dg.AssetCheckResult:
        site = home.site()
        found = JUDGES[name](site, site.connect(), contract, context.partition_keys)
        return dg.AssetCheckResult(
            passed=all(judgement.passed for judgement in found.values()),
            severity=dg.AssetCheckSeverity.WARN,
            description=described(found),
            metadata=facts_of(found),
        )

    return check
