"""Dagster assets: one per dataset, and what is computed from them. What each does stands in the modules it calls.

Checks on the assets, and when they run, do not belong here.
"""

from collections.abc import Iterator, Sequence

import dagster as dg

from expectations.contracts.model import Contract
from pipelines.dagster.metadata import window_metadata
from pipelines.dagster.plan import Plan
from pipelines.dagster.resources import HomeResource
from pipelines.home.regions import show_regions
from pipelines.loading.answer import answer_bundle, answer_owed
from pipelines.loading.bundle import stage_bundle
from pipelines.loading.cases import outdated_cases, rebuild_cases
from pipelines.loading.figures import rebuild_months
from pipelines.loading.notes import outdated_notes, rebuild_notes
from pipelines.loading.pool import processes
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from pipelines.loading.records import rebuild_records
from pipelines.loading.release import gate, release_nightly, report_quality
from pipelines.loading.scores import outdated_scores, rebuild_scores
from pipelines.loading.stage import stage_pending
from warehouse.frequency import window_months
from warehouse.periods import Month

SUBMISSIONS = dg.AssetKey("submissions")
NOTES = (dg.AssetKey("findings"), dg.AssetKey("quarantine"))
_SAID = {
    "observations": "**指标值** · Indicator × region × month.",
    "reconciliations": "**比对结果** · Claims and totals held against evidence.",
    "anomalies": "**异常线索** · What is worth a visit.",
    "verifications": "**核查结果** · What visits found of samples, and what it says of all records.",
    "hand_ins": "**应报与已报** · What was to be handed in, when it was due and when it came.",
}
FIGURES = tuple(map(dg.AssetKey, _SAID))
SCORES = (dg.AssetKey("scores"), dg.AssetKey("standings"), dg.AssetKey("schemes"))
CASES = dg.AssetKey("cases")
RELEASE, REPORT = dg.AssetKey("release"), dg.AssetKey("quality_report")
_RANGE_IN_ONE_RUN = dg.BackfillPolicy.single_run()


def dataset_key(contract: Contract) -> dg.AssetKey:
    """``[department, dataset]``."""
    return dg.AssetKey([contract.department, contract.dataset])


def build_assets(plan: Plan) -> list[dg.AssetsDefinition]:
    """All assets of a home."""
    contracts = plan.contracts.values()
    datasets = [_dataset_asset(contract, plan.partitions(contract)) for contract in contracts]
    keys = [dataset_key(contract) for contract in contracts]
    return [
        submissions,
        notes,
        *datasets,
        _figures(keys, plan.months),
        scores,
        cases,
        release,
        quality_report,
    ]


@dg.asset(
    key=SUBMISSIONS,
    group_name="intake",
    kinds={"python"},
    description="**报送登记** · What was handed in: every complete file of the inbox is received, read, checked, "
    "staged and answered with a slip.",
)
def submissions(context: dg.AssetExecutionContext, home: HomeResource) -> dg.MaterializeResult[None]:
    """The inbox taken in."""
    with home.writing("intake") as site:
        received = receive(site, Progress())
        receipts = received.receipts
        show_regions(site)
        with processes(site.home.settings, stage_bundle, answer_bundle) as working:
            done = stage_pending(site, Progress(), context.run.run_id, working)
            owed = answer_owed(site, context.run.run_id, working)
    counts = {
        status: sum(o.status == status for o in done.outcomes)
        for status in ("accepted", "partial", "held", "refused")
    } | {"failed": len(done.failures), "slips_owed": len(owed)}
    say = context.log.warning if done.failures or owed else context.log.info
    say("%d files received, %s", len(receipts), counts)
    return dg.MaterializeResult(
        metadata={
            "received": len(receipts),
            "left_in_the_inbox": len(received.left),
            "repeats": done.repeats(receipts),
            **counts,
            "rows_recorded": sum(outcome.rows_recorded for outcome in done.outcomes),
            "rows_quarantined": sum(outcome.rows_quarantined for outcome in done.outcomes),
        }
    )


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            NOTES[0],
            deps=[SUBMISSIONS],
            group_name="intake",
            description="**问题清单** · Every problem found in a submission, at its cell where there is one.",
        ),
        dg.AssetSpec(
            NOTES[1],
            deps=[SUBMISSIONS],
            group_name="intake",
            description="**隔离区** · Rows that did not meet their contract, with their cells; private ones masked.",
        ),
    ]
)
def notes(home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """Findings and quarantine of the datasets whose submissions changed."""
    with home.writing("findings") as site:
        if names := outdated_notes(site):
            rebuild_notes(site, names)
    for key in NOTES:
        yield dg.MaterializeResult(asset_key=key, metadata={"rebuilt": ", ".join(names)})


def _dataset_asset(contract: Contract, windows: Sequence[str]) -> dg.AssetsDefinition:
    @dg.asset(
        key=dataset_key(contract),
        group_name=contract.department,
        description=f"**{contract.title}** · Records of the submissions in force.\n\n{contract.purpose}",
        partitions_def=dg.StaticPartitionsDefinition(windows),
        backfill_policy=_RANGE_IN_ONE_RUN,
        kinds={"deltalake", "pandas"},
        deps=[SUBMISSIONS],
        metadata={
            "title": contract.title,
            "evidence": contract.evidence,
            "frequency": contract.frequency,
            "due_day": contract.due_day or "none",
        },
    )
    def records(context: dg.AssetExecutionContext, home: HomeResource) -> None:
        windows = context.partition_keys
        with home.writing(contract.dataset) as site:
            there = {*site.ledger.desired(contract.dataset), *site.ledger.built(contract.dataset)}
            months = [m.text for end in windows for m in window_months(Month(end), contract.frequency)]
            if months := [month for month in months if month in there]:
                rebuild_records(site, contract.dataset, months)
        for window, metadata in window_metadata(site.connect(), contract, windows).items():
            context.add_asset_metadata(metadata, asset_key=context.asset_key, partition_key=window)

    return records


def _figures(datasets: Sequence[dg.AssetKey], months: Sequence[str]) -> dg.AssetsDefinition:
    told_of_observations = {"reconciliations", "anomalies"}
    specs = [
        dg.AssetSpec(
            key,
            deps=[*datasets, *(FIGURES[:1] if key.path[-1] in told_of_observations else ())],
            group_name="warehouse",
            description=_SAID[key.path[-1]],
        )
        for key in FIGURES
    ]

    @dg.multi_asset(
        specs=specs,
        partitions_def=dg.StaticPartitionsDefinition(months),
        backfill_policy=_RANGE_IN_ONE_RUN,
    )
    def figures(
        context: dg.AssetExecutionContext, home: HomeResource
    ) -> Iterator[dg.MaterializeResult[None]]:
        with home.writing("figures") as site:
            written = rebuild_months(site, context.partition_keys)
        for key in FIGURES:
            changed = written.get(key.path[-1], [])
            yield dg.MaterializeResult(asset_key=key, metadata={"partitions_changed": ", ".join(changed)})

    return figures


@dg.multi_asset(
    specs=[
        dg.AssetSpec(
            SCORES[0],
            deps=FIGURES[:1],
            group_name="warehouse",
            description="**得分** · Scheme × region × objective × period.",
        ),
        dg.AssetSpec(
            SCORES[1],
            deps=FIGURES[:1],
            group_name="warehouse",
            description="**总分与位次** · Scheme × region × dimension × period.",
        ),
        dg.AssetSpec(
            SCORES[2],
            deps=FIGURES[:1],
            group_name="warehouse",
            description="**考核方案** · The schemes as they were scored.",
        ),
    ]
)
def scores(context: dg.AssetExecutionContext, home: HomeResource) -> Iterator[dg.MaterializeResult[None]]:
    """The schemes that came of other observations or definitions, scored anew."""
    with home.writing("scores") as site:
        schemes = outdated_scores(site)
        unscored = rebuild_scores(site, schemes) if schemes else {}
    for name, why in unscored.items():
        context.log.warning("scheme %s cannot be carried out: %s", name, why)
    done = ", ".join(name for name in schemes if name not in unscored)
    for key in SCORES:
        yield dg.MaterializeResult(
            asset_key=key, metadata={"schemes": done, "not_scored": "; ".join(unscored)}
        )


@dg.asset(
    key=CASES,
    deps=[*NOTES, *FIGURES, *SCORES],
    group_name="warehouse",
    description="**案件** · What a person acts on: what anomalies, reconciliations and findings say of one thing.",
)
def cases(home: HomeResource) -> dg.MaterializeResult[None]:
    """Cases, made anew where anything that they rest on changed."""
    with home.writing("cases") as site:
        changed = rebuild_cases(site) if outdated_cases(site) else False
    return dg.MaterializeResult(metadata={"changed": changed})


@dg.asset(
    key=RELEASE,
    deps=[SUBMISSIONS, *NOTES, *FIGURES, *SCORES, CASES],
    group_name="warehouse",
    description="**发布版本** · The audit gate, then a release of all table versions, then the published files.",
)
def release(home: HomeResource) -> dg.MaterializeResult[None]:
    """Readers see what was loaded, or what they saw before."""
    with home.writing("release") as site:
        if problems := gate(site):
            raise dg.Failure("the audit gate objects: " + "; ".join(problems))
        name = release_nightly(site)
    return dg.MaterializeResult(metadata={"release": name, "folder": str(site.home.published)})


@dg.asset(
    key=REPORT,
    deps=[RELEASE],
    group_name="warehouse",
    description="**数据质量报告** · Pages for the office, per department and county; they open from a file share.",
)
def quality_report(home: HomeResource) -> dg.MaterializeResult[None]:
    """The report of the present state."""
    with home.writing("quality report") as site:
        page = report_quality(site)
    if page is None:
        return dg.MaterializeResult(metadata={"page": "nothing to report yet"})
    return dg.MaterializeResult(
        metadata={"page": dg.MetadataValue.path(str(page)), "bytes": page.stat().st_size}
    )
