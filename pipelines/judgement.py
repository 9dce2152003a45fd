"""What is to be said of one dataset's month: contract kept, complete, in time, unique.

One rule for the terminal, Dagster and whoever asks; how it is shown does not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from expectations.contract import Contract
from pipelines.reporting import reporting
from pipelines.site import Site

_SHOWN = 10


@dataclass(frozen=True)
class Judgement:
    """What was found for one dataset and month.

    Attributes:
        passed: Whether all is as it should be.
        summary: One line.
        facts: Figures behind it.
    """

    passed: bool
    summary: str
    facts: Mapping[str, int | float | str] = field(default_factory=dict)


def contract_kept(site: Site, contract: Contract, month: str) -> Judgement:
    """No row of the submissions in force was quarantined."""
    row = site.connect().execute(
        """
        select coalesce(sum(rows_in), 0), coalesce(sum(rows_quarantined), 0) from submissions
        where dataset = ? and period = ? and status in ('accepted', 'partial', 'refused')
        """,
        [contract.dataset, month],
    ).fetchone()  # fmt: skip
    rows, quarantined = (int(row[0]), int(row[1])) if row else (0, 0)
    return Judgement(
        not quarantined,
        f"{quarantined} of {rows} rows quarantined",
        {"rows_in": rows, "rows_quarantined": quarantined},
    )


def completeness(site: Site, contract: Contract, month: str) -> Judgement:
    """Every county has handed in what is due."""
    states = _states(site, contract, month)
    missing = sorted(county for county, (state, _) in states.items() if state in ("missing", "refused"))
    names = {
        row["region_code"][:6]: row["name"] for row in site.regions.to_pylist() if row["level"] == "county"
    }
    listed = ", ".join(names.get(county, county) for county in missing[:_SHOWN])
    return Judgement(
        not missing,
        f"{len(missing)} of {len(states)} counties have not reported: {listed}"
        if missing
        else "all have reported",
        {"counties": len(states), "not_reported": len(missing), "which": listed},
    )


def timeliness(site: Site, contract: Contract, month: str) -> Judgement:
    """Every county that handed in did so by the due day."""
    states = _states(site, contract, month)
    late = {county: days for county, (state, days) in states.items() if state == "late"}
    return Judgement(
        not late,
        f"{len(late)} counties late, at most {max(late.values())} days" if late else "none late",
        {"late": len(late), "days_at_most": max(late.values(), default=0)},
    )


def _states(site: Site, contract: Contract, month: str) -> dict[str, tuple[str, int]]:
    found = reporting(site, [month], {contract.dataset: contract})
    return {one.county: (one.state, one.days_late) for one in found}


def uniqueness(site: Site, contract: Contract, month: str) -> Judgement:
    """No key stands in two submissions in force."""
    from expectations.validate import cross_submission_duplicates

    frame = site.connect().execute(f"select * from {contract.dataset} where period = ?", [month]).df()  # noqa: S608 - a contract's name
    twice = cross_submission_duplicates(frame, contract)
    return Judgement(
        twice.empty,
        f"{len(twice)} rows share their key with another submission" if len(twice) else "no key twice",
        {"rows": len(twice), "submissions": int(twice["submission_id"].nunique()) if len(twice) else 0},
    )
