"""Linting indicator files: everything wrong, with file and line, before a load meets it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from warehouse.definitions import DefinitionError, Document, Problem, parse, read_document, yaml_files
from warehouse.indicators.model import Indicator
from warehouse.relations import Source, bind_problem, relations_in

_VALUE = re.compile(r"(?:select|,)\s*(?:\w+\.)?(\w+)(?:::\w+)?\s+(?:as\s+)?value\b", re.IGNORECASE)


def lint_indicators(paths: Iterable[Path], sources: Mapping[str, Source] | None = None) -> list[Problem]:
    """Problems of indicator files, sorted by file and line.

    Args:
        paths: Files, or folders searched for ``*.yaml``.
        sources: Facts by dataset. With them each statement is also bound against empty tables of these columns, so
            that a misspelt dataset or column shows here.
    """
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in yaml_files(paths):
        try:
            document = read_document(path)
            indicator = parse(document, Indicator)
        except DefinitionError as error:
            problems += error.problems
            continue
        if indicator.id in seen:
            problems.append(document.problem(("id",), f"{indicator.id} is also in {seen[indicator.id]}"))
        seen[indicator.id] = path
        problems += _statements(indicator, document, sources)
    return sorted(problems)


def _statements(
    indicator: Indicator, document: Document, sources: Mapping[str, Source] | None
) -> Iterable[Problem]:
    for side, sql in indicator.statements.items():
        if not relations_in(sql):
            message = f"{side} reads no dataset: select from <dataset>_as_of, _in_month or _in_year"
            yield document.problem((side,), message)
        elif sources is not None:
            problem = bind_problem(sql, sources, {"as_of", "region_code", "value"})
            if problem:
                yield document.problem((side,), f"{side}: {problem}")
            elif side != "stated":
                yield from _added_rates(side, sql, document, sources)


def _added_rates(side: str, sql: str, document: Document, sources: Mapping[str, Source]) -> Iterable[Problem]:
    rates = {rate for dataset, _ in relations_in(sql) for rate in sources[dataset].rates}
    for column in _VALUE.findall(sql):
        if column in rates:
            yield document.problem(
                (side,),
                f"{side}: {column} is a rate and does not add up over regions; weight it (multiply by what it is a "
                "rate of) or use kind adopted",
            )
