"""What is to be rebuilt, as runs of this code location: by job and stretch of partitions, and what it does not know.

When a run is asked for is not decided here.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipelines.dagster.asking import Wish
from pipelines.dagster.assets import dataset_key
from pipelines.dagster.jobs import FIGURES_JOB, rebuild_name
from pipelines.dagster.plan import Plan
from pipelines.home.site import Site
from pipelines.loading.figures import desired_months, outdated_months
from pipelines.loading.records import desired_records, outdated_records
from warehouse.frequency import MONTHS, Frequency, window_end
from warehouse.periods import Month

RANGE_START, RANGE_END = "dagster/asset_partition_range_start", "dagster/asset_partition_range_end"


@dataclass(frozen=True)
class Unknown:
    """Something that differs and that the code location, built before it was there, cannot run.

    Attributes:
        name: A dataset, or ``figures``.
        partitions: Those it lacks; all when the asset itself is missing.
    """

    name: str
    partitions: Sequence[str]

    def __str__(self) -> str:
        """For the page of the sensor."""
        return f"{self.name} {', '.join(self.partitions)} waits until the definitions are loaded anew"


@dataclass(frozen=True)
class Rebuilds:
    """What is to be rebuilt.

    Attributes:
        records: Wishes for records, a run each.
        figures: Wishes for what is computed from them.
        unknown: What waits for other definitions; it holds up nothing else.
    """

    records: Sequence[Wish]
    figures: Sequence[Wish]
    unknown: Sequence[Unknown]


def rebuilds(site: Site, plan: Plan) -> Rebuilds:
    """What differs in a home, as a code location built from a plan can run it."""
    outdated: dict[str, dict[str, list[str]]] = {}
    unknown: list[Unknown] = []
    for dataset, months in outdated_records(site).items():
        contract = site.contracts[dataset]
        known = plan.partitions(plan.contracts[dataset]) if plan.knows(contract) else []
        by_window: dict[str, list[str]] = {}
        for month in months:
            by_window.setdefault(window_end(Month(month), contract.frequency).text, []).append(month)
        outdated[dataset] = {window: own for window, own in by_window.items() if window in known}
        if lacking := sorted(by_window.keys() - set(known)):
            unknown.append(Unknown(dataset, lacking))
    figures = outdated_months(site)
    if lacking := [month for month in figures if month not in plan.months]:
        unknown.append(Unknown("figures", lacking))
    records = [wish for frequency in MONTHS for wish in _records(site, plan, frequency, outdated)]
    return Rebuilds(records, list(_figures(site, plan, figures)), unknown)


def _records(
    site: Site, plan: Plan, frequency: Frequency, outdated: Mapping[str, Mapping[str, Sequence[str]]]
) -> Iterator[Wish]:
    own = {name: windows for name, windows in outdated.items() if site.contracts[name].frequency == frequency}
    for stretch in _stretches(
        plan.windows[frequency], {window for windows in own.values() for window in windows}
    ):
        datasets = [name for name, windows in own.items() if not windows.keys().isdisjoint(stretch)]
        desired = {name: desired_records(site, name) for name in datasets}
        yield Wish(
            rebuild_name(frequency),
            [
                f"{name} {month} {desired[name].get(month)}"
                for name in datasets for window in stretch for month in own[name].get(window, ())
            ],
            scope=f"{stretch[0]}..{stretch[-1]}",
            assets=[dataset_key(site.contracts[name]) for name in datasets],
            tags={RANGE_START: stretch[0], RANGE_END: stretch[-1]},
        )  # fmt: skip


def _figures(site: Site, plan: Plan, months: Iterable[str]) -> Iterator[Wish]:
    desired = desired_months(site)
    for stretch in _stretches(plan.months, set(months)):
        yield Wish(
            FIGURES_JOB,
            [f"{month} {desired.get(month)}" for month in stretch],
            scope=f"{stretch[0]}..{stretch[-1]}",
            tags={RANGE_START: stretch[0], RANGE_END: stretch[-1]},
        )


def _stretches(partitions: Sequence[str], wanted: set[str]) -> Iterator[list[str]]:
    """The wanted ones among the partitions, in runs without a gap."""
    stretch: list[str] = []
    for partition in partitions:
        if partition in wanted:
            stretch.append(partition)
        elif stretch:
            yield stretch
            stretch = []
    if stretch:
        yield stretch
