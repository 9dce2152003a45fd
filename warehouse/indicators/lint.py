"""Linting indicator files: everything wrong, with file and line, before a load meets it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

from warehouse.definitions import (
    DefinitionError,
    Document,
    Problem,
    lint_definitions,
    parse,
    read_document,
    yaml_files,
)
from warehouse.indicators.evidence_rules import EvidenceRule, FieldCheck
from warehouse.indicators.model import BUILT_IN, Indicator, base_problem
from warehouse.relations import Source, bind_problem, relations_in

_VALUE = re.compile(r"(?:select|,)\s*(?:\w+\.)?(\w+)(?:::\w+)?\s+(?:as\s+)?value\b", re.IGNORECASE)


def lint_indicators(paths: Iterable[Path], sources: Mapping[str, Source] | None = None) -> list[Problem]:
    """Problems of indicator files, sorted by file and line.

    Args:
        paths: Files, or folders searched for ``*.yaml``.
        sources: Facts by dataset. With them each statement is also bound against empty tables of these columns, so
            that a misspelt dataset or column shows here.
    """
    files = yaml_files(paths)
    others = [file for file in yaml_files([BUILT_IN]) if file not in files]
    known = {one.id: one for one in _readable([*others, *files])}
    return lint_definitions(files, Indicator, partial(_judge, sources=sources, known=known))


def _readable(files: Iterable[Path]) -> Iterator[Indicator]:
    for file in files:
        try:
            yield parse(read_document(file), Indicator)
        except DefinitionError:
            continue  # told when the file itself is judged


def _judge(
    indicator: Indicator,
    document: Document,
    sources: Mapping[str, Source] | None,
    known: Mapping[str, Indicator],
) -> Iterator[Problem]:
    yield from _statements(indicator, document, sources)
    for rule in indicator.corroborated_by:
        if wrong := _no_witness(indicator, rule, known):
            yield document.problem(("corroborated_by",), wrong)
    if wrong := base_problem(indicator, known):
        yield document.problem(("of",), wrong)


def _no_witness(indicator: Indicator, rule: EvidenceRule, known: Mapping[str, Indicator]) -> str | None:
    """Why what is to corroborate an indicator cannot, or None."""
    if isinstance(rule, FieldCheck):
        if rule.field_check in indicator.inputs:
            return None
        return f"it does not read {rule.field_check}: visits to these records say nothing of it"
    other = known.get(rule.indicator)
    if other is None or other.id == indicator.id:
        return f"no other indicator is called {rule.indicator}"
    if other.unit != indicator.unit:
        return f"{other.id} is in {other.unit}, not in {indicator.unit}: they cannot be compared"
    if shared := sorted({*other.inputs} & {*indicator.inputs}):
        return f"{other.id} reads {', '.join(shared)} too: it is no source of its own"
    return None


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
