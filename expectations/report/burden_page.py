"""负担: how many cells units filled, how many hours that may be, what is asked twice and what nobody reads."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.burden.report import Burden
from expectations.report.calendars import months_shown
from expectations.report.charts import CalendarCell, CalendarRow, calendar
from expectations.report.pages import Page, county_page
from expectations.report.source import Row, Source
from warehouse.places import PLACES

PATH = "burden.html"
MAX_TOWNSHIPS = 400


def burden_page(source: Source, burden: Burden) -> Page:
    """The page of the months' burden."""
    townships = _townships(source, burden)
    return Page(
        PATH,
        PATH,
        "负担",
        "burden",
        {
            "burden": burden,
            "datasets": sorted(burden.datasets, key=lambda row: -row["cells"]),
            "repeated": sum(row["repeated"] or 0 for row in burden.datasets),
            "unread_cells": sum(row["cells"] for row in burden.unread),
            "counties": _counties(source, burden),
            "by_month": _by_month(source, burden),
            "by_dataset": _cells_by_dataset(source, burden),
            "townships": townships[:MAX_TOWNSHIPS],
            "township_count": len(townships),
            "twice": [_titled(source, row) for row in burden.twice],
            "unread": _by_dataset(source, burden.unread),
        },
    )


def _counties(source: Source, burden: Burden) -> list[Row]:
    """Counties with their cells, those of most first."""
    filled = burden.by_unit(6)
    own = [{**county, **filled.get(county["region_code"][:6], _NOTHING)} for county in source.counties]
    return sorted(own, key=lambda row: (-row["cells"], row["region_code"]))


_NOTHING: Row = {"records": 0, "cells": 0, "hours": 0.0}


def _townships(source: Source, burden: Burden) -> list[Row]:
    filled = burden.by_unit(9)
    rows = source.rows(f"with places as ({PLACES}) select region_code, place from places")  # noqa: S608
    names = {row["region_code"]: row["place"] for row in rows}
    own = [
        {"region_code": f"{code}000", "place": names.get(f"{code}000", f"{code}000"), **row}
        for code, row in filled.items()
        if not code.endswith("000")
    ]
    return sorted(own, key=lambda row: (-row["cells"], row["region_code"]))


def _by_month(source: Source, burden: Burden) -> str:
    """Counties by month, each cell the thousands of cells filled, the darker the more."""
    found: dict[tuple[str, str], int] = {}
    for row in burden.filled:
        key = (row["region_code"][:6], row["period"])
        found[key] = found.get(key, 0) + row["cells"]
    most = max(found.values(), default=0)
    rows = [
        CalendarRow(
            name, [_cell(found.get((code, month), 0), most) for month in source.months], county_page(code)
        )
        for code, name in source.county_names.items()
    ]
    return calendar(rows, months_shown(source), "各县区每月填报的格数")


def _cells_by_dataset(source: Source, burden: Burden) -> Row:
    """Counties by dataset: titles of the datasets of which anything was filled in, and a row of cells per county."""
    found: dict[tuple[str, str], int] = {}
    for row in burden.filled:
        key = (row["region_code"][:6], row["dataset"])
        found[key] = found.get(key, 0) + row["cells"]
    filled = {dataset for _, dataset in found}
    datasets = [row["dataset"] for row in burden.datasets if row["dataset"] in filled]
    return {
        "titles": [source.dataset_title(dataset) for dataset in datasets],
        "rows": [
            {
                "county": county,
                "cells": [found.get((county["region_code"][:6], dataset), 0) for dataset in datasets],
            }
            for county in source.counties
        ],
    }


def _cell(count: int, most: int) -> CalendarCell:
    if not count:
        return CalendarCell("none")
    text = f"{count / 10_000:.1f}万" if most >= 100_000 else f"{count:,}"
    tone = "some" if 2 * count > most else "late" if 4 * count > most else "on_time"
    return CalendarCell(tone, text, f"{count:,} 格")


def _titled(source: Source, row: Row) -> Row:
    one, other = source.contracts[row["dataset"]], source.contracts[row["other_dataset"]]
    return {
        **row,
        "title": one.by_name[row["column"]].title,
        "other_title": other.by_name[row["other_column"]].title,
        "ledger": one.title,
        "other_ledger": other.title,
        "department": one.department,
        "other_department": other.department,
    }


def _by_dataset(source: Source, unread: Sequence[Row]) -> list[Row]:
    found: dict[str, list[Row]] = {}
    for row in unread:
        found.setdefault(row["dataset"], []).append(row)
    return [
        {
            "title": source.dataset_title(dataset),
            "department": source.contracts[dataset].department,
            "cells": sum(row["cells"] for row in own),
            "idle": [row for row in own if not row["is_checked"]],
            "checked": [row for row in own if row["is_checked"]],
        }
        for dataset, own in found.items()
    ]
