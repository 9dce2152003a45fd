"""What a page is, before it is rendered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

_NO_DATASET = "unrouted"


@dataclass(frozen=True)
class Page:
    """One page: its file name, its template, its heading, the section it belongs to and what the template shows."""

    path: str
    template: str
    heading: str
    section: str
    values: Mapping[str, Any]


def county_page(region_code: str) -> str:
    """The file name of a county's page."""
    return f"county-{region_code[:6]}.html"


def case_page(case_id: str) -> str:
    """The file name of a case's page."""
    return f"case-{case_id}.html"


def sheet_page(region_code: str) -> str:
    """The file name of a county's sheet to print."""
    return f"sheet-{region_code[:6]}.html"


def department_page(department: str) -> str:
    """The file name of a department's page."""
    return f"department-{department}.html"


def findings_page(dataset: str, number: int = 1) -> str:
    """The file name of one page of a dataset's findings."""
    return f"findings-{dataset or _NO_DATASET}-{number}.html"


def findings_csv(dataset: str) -> str:
    """The file name of all of a dataset's findings."""
    return f"findings-{dataset or _NO_DATASET}.csv"
