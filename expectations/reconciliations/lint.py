"""Linting reconciliation files: everything wrong, with file and line."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from expectations.reconciliations.model import Reconciliation
from warehouse.definitions import Document, Problem, lint_definitions
from warehouse.relations import Source, bind_problem

_NAMED = "indicators as (select '' as indicator, '' as title, '' as unit)"


def lint_reconciliations(paths: Iterable[Path], sources: Mapping[str, Source]) -> list[Problem]:
    """Problems of reconciliation files, sorted by file and line; statements are bound against empty tables."""
    return lint_definitions(paths, Reconciliation, partial(_sides, sources=sources))


def _sides(one: Reconciliation, document: Document, sources: Mapping[str, Source]) -> Iterable[Problem]:
    wanted = {"as_of", "region_code", "value"} | ({"item"} if one.per_item else set())
    for name, side in (("left", one.left), ("right", one.right)):
        problem = bind_problem(side.statement, sources, wanted, [_NAMED] if one.per_item else [])
        if problem:
            yield document.problem((name, "sql"), f"{name}: {problem}")
