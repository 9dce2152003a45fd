"""Texts that stand where content should and are none: the error of a formula, a word for the line above."""

from __future__ import annotations

import pyarrow as pa

from expectations.conform.patterns import Pattern, matches, where
from expectations.conform.texts import Problem, problem

FORMULA_ERROR = Pattern(r"^#(?:REF!|N/A|DIV/0!|VALUE!|NAME\?|NULL!|NUM!)$", signs="#")
DITTO = Pattern(r"^(?:同上(?:行)?|同前|上同|[〃\"'′″“”〞〝]{1,2}|(?i:ditto))$", signs="同〃\"'′″“”〞〝dD")


def without_errors(values: pa.StringArray, *, title: str) -> tuple[pa.StringArray, tuple[Problem, ...]]:
    """Texts without the errors of formulas, and the problem of these."""
    return _without(values, FORMULA_ERROR, "formula_error", title)


def without_stand_ins(values: pa.StringArray, *, title: str) -> tuple[pa.StringArray, tuple[Problem, ...]]:
    """Texts without the errors of formulas and words for the line above, for columns in which each row has its own."""
    own, errors = without_errors(values, title=title)
    own, dittos = _without(own, DITTO, "ditto", title)
    return own, (*errors, *dittos)


def _without(
    values: pa.StringArray, pattern: Pattern, rule: str, title: str
) -> tuple[pa.StringArray, tuple[Problem, ...]]:
    at = matches(values, pattern)
    return where(at, pa.scalar(None, pa.string()), values), problem(at, rule, title=title)
