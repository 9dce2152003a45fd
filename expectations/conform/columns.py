"""One column of a contract: which parser reads it, in which unit it is printed, and what counts as blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyarrow as pa

from expectations.conform.cleaning import without_marks
from expectations.conform.codes import (
    parse_cards,
    parse_credit_codes,
    parse_identifiers,
    parse_long_numbers,
    parse_phones,
    parse_resident_ids,
)
from expectations.conform.dates import parse_dates
from expectations.conform.numbers import Scale, parse_integers, parse_numbers
from expectations.conform.patterns import Mask, Pattern, where
from expectations.conform.separators import Origin
from expectations.conform.shares import doubted_shares
from expectations.conform.texts import NOTHING, Parsed, Problem, Texts, problem, read_texts
from expectations.conform.words import (
    is_allowed,
    parse_booleans,
    parse_names,
    parse_person_names,
    parse_words,
)
from expectations.contracts.model import Column
from expectations.contracts.records import ARROW_TYPES
from expectations.rules import told
from expectations.units import conversion, parse_unit, title_units

_DASHES = Pattern(r"^[—–―─\-/\\]+$", signs="—–―─-/\\")
_AS_BLANK = frozenset(
    {
        "unparsed_number",
        "unparsed_date",
        "ambiguous_date",
        "ambiguous_share",
        "formula_error",
        "ditto",
        "not_allowed",
    }
)
_RATIOS = ("%", "小数", "")
_NAMES = ("county_name", "township_name", "village_name")


@dataclass(frozen=True)
class Reading:
    """How a column's numbers are read.

    Attributes:
        scale: The unit printed and the factor to the contract's.
        rule: The rule that fails for the whole column, ``""`` when the unit is clear.
        note: What a person should know, in Chinese, ``""`` for nothing.
    """

    scale: Scale
    rule: str = ""
    note: str = ""


@dataclass(frozen=True)
class Known:
    """What is known of a column's cells beside their text.

    Attributes:
        stored: Which rows hold a stored number; None where none does.
        from_1904: Whether its days count from 1904.
        has_decimal_commas: Whether another column of the table writes its decimals with a comma.
    """

    stored: Mask | None = None
    from_1904: bool = False
    has_decimal_commas: bool = False


def conform_column(
    raw: pa.ChunkedArray,
    column: Column,
    printed: str | None,
    titles: Sequence[str],
    latest: np.datetime64 | None,
    known: Known | None = None,
) -> tuple[Texts, Parsed, str]:
    """Read one column: its texts, their typed values with problems, and a note.

    Args:
        raw: Cells as read.
        column: What the contract says of it.
        printed: The unit that the header prints; None where it prints none.
        titles: Title rows, which may state units for the table.
        latest: Last day of the period, for birth dates.
        known: What is known of the cells beside their text; None for nothing.
    """
    texts = read_texts(raw, title=column.title, nothing=_nothing(column))
    texts, marked = _unmarked(texts, column)
    parsed, note = _parse(texts, column, printed, titles, latest, known or Known())
    problems = (*parsed.problems, *problem(marked, "footnote_mark", title=column.title))
    if problems:
        parsed = replace(parsed, problems=tuple(_weighed(each, column) for each in problems))
    return texts, parsed, note


def _unmarked(texts: Texts, column: Column) -> tuple[Texts, Mask]:
    """The texts without the marks of notes behind them; in numbers of things a mark may be a part of the number."""
    bare, marked = without_marks(texts.values)
    named = column.kind == "person_name" or (column.kind or column.role) in _NAMES
    if not marked.any() or not (column.type != "string" or column.enum or named):
        return texts, np.zeros(len(texts.values), dtype=bool)
    if column.enum:
        marked &= ~is_allowed(texts.values, column.enum, column.value_aliases)
        bare = where(marked, bare, texts.values)
    return replace(texts, values=bare), marked


def _weighed(problem: Problem, column: Column) -> Problem:
    """Where a blank would pass, a cell that cannot be read passes as a blank: sixty good cells are not lost for it."""
    said = problem.told
    if said.rule not in _AS_BLANK or column.required or column.key or column.role:
        return problem
    return replace(problem, told=replace(said, severity="warning", message=f"{said.message}按空白处理。"))


def _parse(
    texts: Texts,
    column: Column,
    printed: str | None,
    titles: Sequence[str],
    latest: np.datetime64 | None,
    known: Known,
) -> tuple[Parsed, str]:
    if column.type not in ("number", "integer"):
        return _parse_texts(texts.values, column, latest, known), ""
    reading = read_unit(column, printed, titles)
    if reading.rule:
        return _unusable(texts.values, column, reading), ""
    parse = parse_numbers if column.type == "number" else parse_integers
    parsed = parse(texts.values, reading.scale, title=column.title, origin=_origin(texts, known))
    comma = f"「{column.title}」用逗号作小数点，已按小数读取。" if parsed.has_decimal_commas else ""
    said = f"{reading.note}{comma}"
    if column.unit not in _RATIOS or reading.scale.factor != 1:
        return parsed, said
    return doubted_shares(parsed, texts.values, column, is_printed=bool(printed)), said


def _origin(texts: Texts, known: Known) -> Origin | None:
    if known.stored is None and not known.has_decimal_commas:
        return None
    return Origin(texts, known.stored, known.has_decimal_commas)


def read_unit(column: Column, printed: str | None, titles: Sequence[str]) -> Reading:
    """The unit a column is printed in: its header's, else the one of the title that fits, else the contract's."""
    wanted = column.unit
    if printed:
        factor = conversion(printed, wanted) if wanted else _counting(printed)
        return _scaled(column, printed, factor)
    stated = {
        unit: factor for unit in title_units(titles) if (factor := conversion(unit, wanted)) is not None
    }
    if len(set(stated.values())) > 1:
        return Reading(Scale("、".join(stated), wanted), "ambiguous_unit")
    unit, factor = next(iter(stated.items()), (wanted, Fraction(1)))
    return _scaled(column, unit, factor)


def _counting(printed: str) -> Fraction | None:
    """A column without a unit may print what it counts (户, 个); a measure would change its meaning."""
    unit = parse_unit(printed)
    return Fraction(1) if unit is None or unit.counts else None


def _scaled(column: Column, printed: str, factor: Fraction | None) -> Reading:
    if factor is None:
        return Reading(Scale(printed, column.unit), "unknown_unit")
    note = f"「{column.title}」由{printed}换算为{column.unit}（×{_decimal(factor)}）。" if factor != 1 else ""
    return Reading(Scale(printed, column.unit, factor), note=note)


def _decimal(factor: Fraction) -> str:
    return f"{factor.numerator / factor.denominator:.10g}"


def _unusable(values: pa.StringArray, column: Column, reading: Reading) -> Parsed:
    wanted = column.unit or "无单位"
    said = told(reading.rule, title=column.title, wanted=wanted, printed=reading.scale.printed)
    problem = Problem(_all(values), said)
    return Parsed(pa.nulls(len(values), ARROW_TYPES[column.type]), (problem,))


def _parse_texts(
    values: pa.StringArray, column: Column, latest: np.datetime64 | None, known: Known
) -> Parsed:
    title = column.title
    match column.type, column.kind or column.role:
        case "date", _:
            return parse_dates(values, title=title, from_1904=known.from_1904)
        case "boolean", _:
            return parse_booleans(values, column.value_aliases, title=title)
        case _, "resident_id":
            return parse_resident_ids(values, title=title, latest=latest)
        case _, "credit_code":
            return parse_credit_codes(values, title=title)
        case _, "phone":
            return parse_phones(values, title=title)
        case _, "bank_card":
            return parse_cards(values, title=title)
        case _, "identifier":
            return parse_identifiers(values, title=title)
        case _, "student_number" | "region_code":
            return parse_long_numbers(values, title=title)
        case _, "person_name":
            return parse_person_names(values, column.value_aliases, title=title)
        case _, kind if kind in _NAMES:
            return parse_names(values, column.value_aliases, title=title)
        case _:
            return parse_words(values, column.enum, column.value_aliases, title=title)


def _nothing(column: Column) -> Pattern:
    """What counts as blank: dashes everywhere; words such as 无 only where they are no answer."""
    if column.type == "boolean":
        return _DASHES
    if column.type == "string":
        free = not (column.kind or column.role or column.enum or column.pattern)
        if free or "无" in column.enum or "无" in column.value_aliases:
            return _DASHES
    return NOTHING


def _all(values: pa.StringArray) -> Mask:
    return np.ones(len(values), dtype=bool)
