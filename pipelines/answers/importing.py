"""What an import of regions would do: what the list changes, and what is recorded, or reported as nothing, under its codes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from expectations.contracts.sources import sources
from pipelines.home.site import Site
from warehouse.region_changes import Change, RegionChanges, changes_by
from warehouse.regions import read_regions_csv
from warehouse.relations import nil_reports


@dataclass(frozen=True)
class Concerned:
    """Records in force under a code that ends, is renamed or moves, or below it, in one month of one dataset.

    Attributes:
        region_code: The code that changes.
        dataset, period: Where the records are.
        rows, submissions: How many, of how many submissions.
        rows_since: Of the rows, those of months that the change holds for; the list of earlier months stays as it is.
        nil_reports, nil_reports_since: The same of regions that were reported to have nothing; a submission may speak
            for several.
    """

    region_code: str
    dataset: str
    period: str
    rows: int
    submissions: int
    rows_since: int
    nil_reports: int
    nil_reports_since: int


@dataclass(frozen=True)
class ImportPlan:
    """What an import would do.

    Attributes:
        changes: Code by code.
        concerned: Records under these codes, by code, dataset and month.
        rows, nil_reports, submissions: Records and nil reports concerned in all, and the submissions they are of; each
            counted once.
        read_anew: Submissions that the next load reads anew.
    """

    changes: RegionChanges
    concerned: tuple[Concerned, ...]
    rows: int
    nil_reports: int
    submissions: int
    read_anew: int

    @property
    def asks(self) -> bool:
        """Whether somebody has to say yes: records in force are of months that a change holds for.

        Those of earlier months keep code, name and parents.
        """
        return any(one.rows_since or one.nil_reports_since for one in self.concerned)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "codes_read": self.changes.read,
            "codes": self.changes.total,
            "counts": self.changes.counts,
            "changes": [asdict(change) for change in self.changes.changes],
            "undated": list(self.changes.undated),
            "records": [asdict(one) for one in self.concerned],
            "rows": self.rows,
            "nil_reports": self.nil_reports,
            "submissions": self.submissions,
            "read_anew": self.read_anew,
            "asks": self.asks,
        }


def plan_import(site: Site, path: Path, under: str | None = None) -> ImportPlan:
    """What an import of this list would do; nothing is changed.

    Raises:
        RegionsError: The list cannot be taken.
    """
    changes = changes_by(site.regions, read_regions_csv(path, under))
    moving = [change for change in changes.changes if change.can_move_records]
    found = _concerned(site, moving) if moving else []
    total: Mapping[str, Any] = next((row for row in found if row["region_code"] is None), {})
    return ImportPlan(
        changes,
        tuple(Concerned(**row) for row in found if row["region_code"] is not None),
        total.get("rows", 0),
        total.get("nil_reports", 0),
        total.get("submissions", 0),
        len(site.ledger.stale(dict.fromkeys((*site.contracts, ""), ""))) if changes.changes else 0,
    )


def _concerned(site: Site, changes: Sequence[Change]) -> list[dict[str, Any]]:
    """Records under codes and below them, counted by code, dataset and month; and all of them, without a code."""
    from warehouse.guard import ask

    since: dict[str, str] = {}
    for change in changes:
        month = f"{change.since:%Y-%m}" if change.since else ""
        since[change.region_code] = min(month, since.get(change.region_code, month))
    facts = sources(site.contracts)
    parts = (
        (f'select submission_id, region_code, period from "{name}"', nil_reports(name, facts[name]))  # noqa: S608 - names of contracts
        for name in site.contracts
    )
    records = " union all ".join(
        f"select '{name}' as dataset, region_code, period, submission_id, {is_nil} as is_nil from ({part})"  # noqa: S608 - the same
        for name, both in zip(site.contracts, parts, strict=True)
        for part, is_nil in zip(both, ("false", "true"), strict=True)
    )
    given = {"codes": list(since), "months": list(since.values())}
    with site.connect() as connection:
        rows: list[dict[str, Any]] = ask(connection, _STANDING.format(records=records), given).to_pylist()
    return rows


_STANDING = """
with recursive changed as (
    select unnest($codes::varchar[]) as code, unnest($months::varchar[]) as since
), below as (
    select code, code as region_code, since from changed
    union
    select below.code, regions.region_code, since from regions join below on regions.parent_code = below.region_code
), records as ({records})
select code as region_code, dataset, period, count(*) filter (not is_nil) as rows,
    count(distinct submission_id) as submissions, count(*) filter (not is_nil and period >= since) as rows_since,
    count(*) filter (is_nil) as nil_reports, count(*) filter (is_nil and period >= since) as nil_reports_since
from records join below using (region_code) group by code, dataset, period having count(*) > 0
union all
select null, null, null, count(*) filter (not is_nil), count(distinct submission_id), null, count(*) filter (is_nil), null
from records semi join below using (region_code)
order by all
"""
