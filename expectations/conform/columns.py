"""One column of a contract: which parser reads it, in which unit it is printed, and what counts as blank."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.codes import (
    parse_cards,
    parse_credit_codes,
    parse_long_numbers,
    parse_phones,
    parse_resident_ids,
)
from expectations.conform.dates import parse_dates
from expectations.conform.numbers import Scale, parse_integers, parse_numbers
from expectations.conform.texts import NOTHING, Mask, Parsed, Problem, Texts, read_texts
from expectations.conform.units import conversion, parse_unit, title_units
from expectations.conform.words import parse_booleans, parse_names, parse_words
from expectations.contract import Column

ARROW_TYPES: dict[str, pa.DataType] = {
    "string": pa.string(),
    "integer": pa.int64(),
    "number": pa.float64(),
    "date": pa.timestamp("us"),
    "boolean": pa.bool_(),
}
_DASHES = r"^[—–―─\-/\\]+$"
_AS_BLANK = frozenset({"unparsed_number", "unparsed_date", "ambiguous_date", "formula_error", "not_allowed"})
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


def conform_column(
    raw: pa.ChunkedArray,
    column: Column,
    printed: str | None,
    titles: Sequence[str],
    latest: np.datetime64 | None,
) -> tuple[Texts, Parsed, str]:
    """Read one column: its texts, their typed values with problems, and a note.

    Args:
        raw: Cells as read.
        column: What the contract says of it.
        printed: The unit that the header prints; None where it prints none.
        titles: Title rows, which may state units for the table.
        latest: Last day of the period, for birth dates.
    """
    texts = read_texts(raw, title=column.title, nothing=_nothing(column))
    parsed, note = _parse(texts, column, printed, titles, latest)
    return (
        texts,
        replace(parsed, problems=tuple(_weighed(problem, column) for problem in parsed.problems)),
        note,
    )


def _weighed(problem: Problem, column: Column) -> Problem:
    """Where a blank would pass, a cell that cannot be read passes as a blank: sixty good cells are not lost for it."""
    if problem.rule not in _AS_BLANK or column.required or column.key or column.role:
        return problem
    return replace(problem, severity="warning", message=f"{problem.message}按空白处理。")


def _parse(
    texts: Texts, column: Column, printed: str | None, titles: Sequence[str], latest: np.datetime64 | None
) -> tuple[Parsed, str]:
    if column.type not in ("number", "integer"):
        return _parse_texts(texts.values, column, latest), ""
    reading = read_unit(column, printed, titles)
    if reading.rule:
        return _unusable(texts.values, column, reading), ""
    parse = parse_numbers if column.type == "number" else parse_integers
    parsed = parse(texts.values, reading.scale, title=column.title)
    return _doubted_share(parsed, texts, column, printed, reading), reading.note


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
    if reading.rule == "unknown_unit":
        message = f"「{column.title}」的单位应为{wanted}，表中写的是“{reading.scale.printed}”，换算不了。"
    else:
        message = f"「{column.title}」的单位不明：标题写了{reading.scale.printed}。"
    problem = Problem(
        reading.rule, _all(values), message, f"请在「{column.title}」表头注明单位，如“{wanted}”。"
    )
    return Parsed(pa.nulls(len(values), ARROW_TYPES[column.type]), (problem,))


def _doubted_share(
    parsed: Parsed, texts: Texts, column: Column, printed: str | None, reading: Reading
) -> Parsed:
    """A percentage without a sign whose values all lie between 0 and 1 may as well be a share: nobody can tell."""
    if column.unit != "%" or printed or reading.scale.printed != column.unit or not len(texts.values):
        return parsed
    if pc.any(pc.match_substring_regex(texts.values, "[%‰]")).as_py():
        return parsed
    bounds = pc.min_max(parsed.values)
    low, high = bounds["min"].as_py(), bounds["max"].as_py()
    if low is None or low < 0 or high > 1 or high == 0 or len(parsed.values) < 2:
        return parsed
    message = f"「{column.title}」的值都在 0 到 1 之间，不知是小数还是百分数。"
    problem = Problem("ambiguous_unit", _all(texts.values), message, "请在表头注明“%”或“小数”。")
    return Parsed(pa.nulls(len(texts.values), pa.float64()), (*parsed.problems, problem))


def _parse_texts(values: pa.StringArray, column: Column, latest: np.datetime64 | None) -> Parsed:
    title = column.title
    match column.type, column.kind or column.role:
        case "date", _:
            return parse_dates(values, title=title)
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
        case _, "student_number" | "region_code" | "identifier":
            return parse_long_numbers(values, title=title)
        case _, kind if kind == "person_name" or kind in _NAMES:
            return parse_names(values, column.value_aliases, title=title)
        case _:
            return parse_words(values, column.enum, column.value_aliases, title=title)


def _nothing(column: Column) -> str:
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
