"""What was handed in for a region and period, version by version, and what each changed in what was in force before it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

import pyarrow as pa

from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from expectations.resubmission import compare, same_file
from pipelines.answers.changed_cells import ChangedCell, changed_cells
from pipelines.home.site import Site
from warehouse.codes import covering
from warehouse.ledger import Version, standing_at, standing_before
from warehouse.ledger.force import as_in_force
from warehouse.ledger.versions import Unit
from warehouse.periods import months_of
from warehouse.region_tree import INSIDE
from warehouse.scratch import scratch
from warehouse.staged import covered_rows


@dataclass(frozen=True)
class Told:
    """One version.

    Attributes:
        submission_id, department, folder, file_name, received_at, confirmed_at, withdrawn_at, reason: Who handed in what, when; as others
            may see it.
        status: ``in force``, ``amended`` (in force, and a later one stands for some of its rows), ``held``, ``superseded``,
            ``withdrawn`` or ``refused``.
        takes: ``replaces`` or ``adds``; None where it never took force.
        rows: Records it gave here; None where it is refused or not kept any more.
        added, changed, gone: Against what was in force here when it came; what an amendment lacks stays and is not gone.
        in_force_in: Of the regions and periods asked for, in how many it is in force.
        speaks_for: Of these, for how many it speaks.
        said: What its sender was told that it changes, Chinese.
        cells: Where it differs from what was in force before, if anything was.
    """

    submission_id: str
    department: str
    folder: str
    file_name: str
    received_at: datetime
    status: str
    takes: str | None
    confirmed_at: datetime | None = None
    withdrawn_at: datetime | None = None
    reason: str | None = None
    rows: int | None = None
    added: int | None = None
    changed: int | None = None
    gone: int | None = None
    in_force_in: int = 0
    speaks_for: int = 0
    said: tuple[str, ...] = ()
    cells: tuple[ChangedCell, ...] = ()

    def plain(self, *, cells: bool) -> dict[str, Any]:
        """For JSON."""
        told = asdict(self)
        if not cells:
            del told["cells"]
        return told


def history(
    site: Site,
    dataset: str,
    region_code: str,
    period: str,
    *,
    as_of: datetime | None = None,
    cells: bool = False,
) -> list[Told]:
    """The versions of what was handed in for a region and period, in the order they came.

    Args:
        site: The home.
        dataset: Its name.
        region_code: 12 digits; what lies in it in that month is meant, or, below the level at which the dataset is handed
            in, only its own rows.
        period: A month ``2025-06``, a quarter ``2025Q2`` or a year ``2025``.
        as_of: As it was known at this UTC time.
        cells: Also find the cells that differ.

    Raises:
        ValueError: The period is none.
    """
    months = [str(month) for month in months_of(period)]
    teller = _Teller(site, site.contracts[dataset], frozenset(_inside(site, region_code, months)), as_of)
    return teller.tell(months, cells=cells)


def _inside(site: Site, region_code: str, months: Sequence[str]) -> list[Unit]:
    """What lies in a region in each month, itself included."""
    with scratch() as work:
        work.register("regions", site.regions)
        found = work.execute(INSIDE, {"region": region_code, "months": list(months)}).fetchall()
    return [(code, month) for code, month in found]


@dataclass(frozen=True)
class _Teller:
    """Tells the versions of one dataset in some regions and months."""

    site: Site
    contract: Contract
    inside: frozenset[Unit]
    as_of: datetime | None

    def tell(self, months: Sequence[str], *, cells: bool) -> list[Told]:
        known = [
            one
            for one in self.site.ledger.versions(self.contract.dataset, months)
            if self._past(one.received_at)
        ]
        speaking = [one for one in known if self._units(one)]
        refused = [one for one in known if one.status == "refused" and self._concerns(one, speaking)]
        standing = standing_at(speaking, self.as_of)
        shown = sorted((*speaking, *refused), key=lambda one: one.seq)
        return [self._told(one, speaking, standing, cells=cells) for one in shown]

    @cached_property
    def _own(self) -> frozenset[Unit]:
        """What is asked for, at the level at which the dataset is handed in."""
        return frozenset((covering(code, self.contract.coverage), month) for code, month in self.inside)

    def _units(self, one: Version) -> set[Unit]:
        """What a version speaks for, of what is asked for."""
        return set(one.coverage) & self._own

    def _concerns(self, refused: Version, speaking: Iterable[Version]) -> bool:
        """Whether a refused file is one of those that spoke for it, sent at another time."""
        return any(
            one.department == refused.department and same_file(one.sender_path, refused.sender_path)
            for one in speaking
        )

    def _told(
        self,
        one: Version,
        speaking: Sequence[Version],
        standing: Mapping[Unit, list[Version]],
        *,
        cells: bool,
    ) -> Told:
        units = self._units(one)
        path = PurePosixPath(one.sender_path)
        told = Told(
            one.submission_id,
            one.department,
            str(path.parent),
            path.name,
            one.received_at,
            status := self._status(one, standing),
            one.takes,
            confirmed_at=self._past(one.confirmed_at),
            withdrawn_at=self._past(one.withdrawn_at),
            reason=one.reason if status in ("refused", "held", "withdrawn") else None,
            in_force_in=sum(one in standing.get(unit, ()) for unit in units),
            speaks_for=len(units),
            said=one.compared,
        )
        if not units or one.submission_id not in self._kept:
            return told
        now, before = self._now(one), self._before(one, speaking)
        found = compare(now, before, self.contract, by_region=self._by_region(one))
        return replace(
            told,
            rows=now.num_rows,
            added=found.added,
            changed=found.changed,
            gone=0 if one.takes == "adds" else found.gone,
            cells=tuple(self._cells(one, now, before)) if cells and before.num_rows else (),
        )

    def _past(self, moment: datetime | None) -> datetime | None:
        is_past = moment is not None and (self.as_of is None or moment <= self.as_of)
        return moment if is_past else None

    def _status(self, one: Version, standing: Mapping[Unit, list[Version]]) -> str:
        if one.status == "refused":
            return "refused"
        if one.was_held(self.as_of):
            return "held"
        if not one.counted(self.as_of):
            return "withdrawn"
        here = [known for unit in self._units(one) if one in (known := standing.get(unit, []))]
        if not here:
            return "superseded"
        return "amended" if any(known[-1] is not one for known in here) else "in force"

    def _by_region(self, one: Version) -> bool:
        """An amendment's rows stand for those of their own region alone."""
        return one.takes == "adds" and bool(self.contract.identity)

    def _before(self, one: Version, speaking: Sequence[Version]) -> pa.Table:
        """Records in force when a version came, where it speaks."""
        standing = standing_before(speaking, one)
        units = sorted(self._units(one))
        return self._rows([(other, unit) for unit in units for other in standing.get(unit, ())])

    def _now(self, one: Version) -> pa.Table:
        return self._rows([(one, unit) for unit in sorted(self._units(one))])

    def _cells(self, one: Version, now: pa.Table, before: pa.Table) -> Iterator[ChangedCell]:
        found = changed_cells(now, before, self.contract, by_region=self._by_region(one))
        return (cell for cell in found if cell.what != "gone" or one.takes != "adds")

    @cached_property
    def _kept(self) -> set[str]:
        """Submissions whose rows are there to be compared; a lost warehouse is made anew without those withdrawn."""
        return self.site.staged.kept(self.contract.dataset, "records")

    def _rows(self, standing: Sequence[tuple[Version, Unit]]) -> pa.Table:
        """Records of versions in the regions and periods in which each stands, of what is asked for."""
        ids = dict.fromkeys(one.submission_id for one, _ in standing if one.submission_id in self._kept)
        schema = record_schema(self.contract)
        staged = self.site.staged.read(self.contract.dataset, ids, "records", schema)
        rows = [
            (
                one.submission_id,
                region,
                period,
                one.coverage[region, period],
                one.seq,
                one.takes or "replaces",
            )
            for one, (region, period) in standing
        ]
        in_force = as_in_force(rows)
        found = covered_rows(staged, in_force, self.contract.coverage, self.contract.identity)
        asked = pa.table(
            {
                "region_code": pa.array([code for code, _ in self.inside], pa.string()),
                "period": pa.array([month for _, month in self.inside], pa.string()),
            }
        )
        return found.join(asked, keys=["region_code", "period"], join_type="left semi").select(schema.names)
