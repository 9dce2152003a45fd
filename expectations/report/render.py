"""Pages to HTML: the templates, their filters, and what every page carries (style, menu, footer)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from markupsafe import Markup

from expectations import office_words as words
from expectations.bulletin.basis import last_quarter
from expectations.contracts.words import rule_title
from expectations.report import pages
from expectations.report.assessment_page import has_scores
from expectations.report.pages import Page
from expectations.report.source import Source
from expectations.slips.slip import chinese_period, shanghai_time


class Renderer:
    """Renders the pages of one report."""

    def __init__(self, source: Source, *, title: str, synthetic: bool) -> None:
        self._common: dict[str, Any] = {
            "report_title": title,
            "synthetic": synthetic,
            "as_of": shanghai_time(source.as_of),
            "months": _span(source),
            "has_scores": has_scores(source),
            "has_bulletin": last_quarter(source.connection, source.indicators) is not None,
            "menu_counties": source.counties,
            "menu_departments": list(source.departments),
            "style": _asset("style.css"),
            "script": _asset("report.js"),
            "contracts": source.contracts,
        }

    def render(self, page: Page) -> bytes:
        """The page as UTF-8."""
        template = _environment().get_template(page.template)
        return template.render(
            self._common, heading=page.heading, section=page.section, path=page.path, **page.values
        ).encode()


def render_alone(template: str, values: Mapping[str, Any]) -> bytes:
    """A page that stands by itself, in the report's style but without its menu; UTF-8."""
    return _environment().get_template(template).render(values, style=_asset("style.css")).encode()


@pass_context
def _rule(context: Context, name: str) -> str:
    return rule_title(name, context["contracts"])


@cache
def _environment() -> Environment:
    """The templates, compiled once however many reports a process writes."""
    environment = Environment(
        loader=PackageLoader("expectations.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "rule": _rule,
        "number": words.number,
        "period": chinese_period,
        "count": lambda value: f"{value:,}",
        "moment": lambda us: shanghai_time(dt.datetime(1970, 1, 1) + dt.timedelta(microseconds=us)),
        "severity": lambda severity: words.SEVERITIES.get(severity, severity),
        "importance": lambda value: words.IMPORTANCES.get(value, value),
        "department": lambda value: words.DEPARTMENTS.get(value, value),
    }
    environment.globals |= {
        "EVIDENCE": words.EVIDENCE,
        "HAND_INS": words.HAND_INS,
        "case_page": pages.case_page,
        "county_page": pages.county_page,
        "department_page": pages.department_page,
        "sheet_page": pages.sheet_page,
        "findings_page": pages.findings_page,
        "findings_csv": pages.findings_csv,
    }
    return environment


def _asset(name: str) -> Markup:
    """A style sheet or script of ours, to stand inside the page: a page sent on alone still looks right."""
    return Markup((files("expectations.report") / "templates" / name).read_text("utf-8"))  # noqa: S704


def _span(source: Source) -> str:
    first, last = chinese_period(source.months[0]), chinese_period(source.months[-1])
    return first if first == last else f"{first}—{last}"
