"""A page per department: its ledgers, who reports them in time, what is wrong in them and how to put it right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from expectations.hand_ins import HandIn, unused
from expectations.office_words import DEPARTMENTS
from expectations.report.calendars import county_rows
from expectations.report.overview import rules_of
from expectations.report.pages import Page, department_page
from expectations.report.source import IN_MONTHS, OPEN, Row, Source
from warehouse.places import PLACES

MAX_WORST = 10
MAX_REFUSED = 100


def departments(source: Source, hand_ins: Sequence[HandIn]) -> Iterator[Page]:
    """One page per department of the contracts."""
    worst = _worst(source)
    refused = _refused(source)
    idle = unused(source.connection, source.contracts)
    for department, datasets in source.departments.items():
        own_refused = [row for row in refused if row["department"] == department]
        yield Page(
            department_page(department),
            "department.html",
            DEPARTMENTS.get(department, department),
            "departments",
            {
                "department": department,
                "datasets": [
                    {
                        "contract": source.contracts[dataset],
                        "calendar": None if dataset in idle else county_rows(source, hand_ins, dataset),
                        "rules": rules_of(source, "dataset = $dataset", {"dataset": dataset}),
                        "worst": [row for row in worst if row["dataset"] == dataset],
                    }
                    for dataset in datasets
                ],
                "refused": own_refused[:MAX_REFUSED],
                "refused_count": len(own_refused),
            },
        )


def _worst(source: Source) -> list[Row]:
    """Per dataset the townships with the most open errors."""
    return source.rows(
        f"""
        with places as ({PLACES}),
        counted as (
            select dataset, left(region_code, 9) || '000' as region_code,
                   count(*) filter (severity = 'error') as errors,
                   count(*) filter (severity <> 'error') as warnings
            from findings where {OPEN} and {IN_MONTHS} and region_code <> '' group by all
        )
        select counted.*, coalesce(place, region_code) as place from counted left join places using (region_code)
        qualify row_number() over (partition by dataset order by errors desc, warnings desc, region_code) <= {MAX_WORST}
        order by dataset, errors desc, warnings desc, region_code
        """  # noqa: S608
    )


def _refused(source: Source) -> list[Row]:
    return source.rows(
        f"""
        select department, sender_path, dataset, period, reason, remedy, epoch_us(received_at) as received_us
        from submissions where status = 'refused' and {IN_MONTHS}
        order by received_at desc, sender_path
        """  # noqa: S608
    )
