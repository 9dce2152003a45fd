"""Texts into numbers: separators, currency signs, 万 and 亿, percent, units in the cell, Chinese numerals."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.utf8 import consist_of
from expectations.conform.patterns import Mask, matches, where
from expectations.conform.separators import Origin, separated
from expectations.conform.texts import Parsed, Problem, problem
from expectations.units import conversion, multiplier, parse_unit

PLAIN = r"^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$"
_WITH_SUFFIX = re.compile(r"^([+-]?(?:\d+\.?\d*|\.\d+))\s*([^\d\s.,+-][^\d]*[23]?)$")
_DIGITS = {char: value for value, chars in enumerate(("零〇", "一壹", "二贰两", "三叁", "四肆", "五伍", "六陆", "七柒", "八捌", "九玖")) for char in chars}  # fmt: skip
_PLACES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
_BIG = {"万": 10_000, "亿": 100_000_000}
_D, _P, _B = "".join(_DIGITS), "".join(_PLACES), "".join(_BIG)
_NUMERAL = re.compile(f"[十拾]?(?:[零〇]?[{_D}][{_P}{_B}]+)*(?:(?:[零〇]|(?<=[十拾]))[{_D}])?")
_EXACT = 2**53
_FIGURES = b"0123456789."
_USUAL = _FIGURES + b"+-,eE%"

UNPARSED = "unparsed_number"


@dataclass(frozen=True)
class Scale:
    """How a column's numbers are to be read.

    Attributes:
        printed: The unit that header or title state, or the contract's own where none is stated.
        wanted: The contract's unit, ``""`` where it has none.
        factor: From ``printed`` to ``wanted``.
    """

    printed: str = ""
    wanted: str = ""
    factor: Fraction = Fraction(1)


class _UnitTrouble(ValueError):
    """A cell's own unit cannot be brought to the column's; the argument is the rule."""


def parse_numbers(
    values: pa.StringArray, scale: Scale, *, title: str, origin: Origin | None = None, whole: bool = False
) -> Parsed:
    """Distinct texts as float64 in the contract's unit; null where there is a problem.

    Args:
        values: Distinct texts.
        scale: Their unit.
        title: Column title.
        origin: Which of them the workbook stores as numbers; None for a file of texts alone.
        whole: Whether the column holds whole numbers.
    """
    found = separated(_plain(values), origin, whole=whole)
    plain = _are_plain(found.texts) & ~found.doubted
    numbers = _scaled(_cast(found.texts, plain), scale.factor)
    rules = _parse_rest(found.texts, ~plain & ~found.doubted, scale, numbers)
    long = np.abs(numbers) >= _EXACT
    numbers[~np.isfinite(numbers) | long] = np.nan
    doubted = problem(found.doubted, UNPARSED, "separator", title=title)
    problems = (*_problems(rules, scale, title), *doubted, *lost_digits(long, title))
    return Parsed(pa.array(numbers, from_pandas=True), problems, has_decimal_commas=found.is_comma)


def parse_integers(
    values: pa.StringArray, scale: Scale, *, title: str, origin: Origin | None = None
) -> Parsed:
    """Distinct texts as int64; a fraction, or a number past 2^53, is a problem."""
    parsed = parse_numbers(values, scale, title=title, origin=origin, whole=True)
    numbers = parsed.values.to_numpy(zero_copy_only=False)
    known = ~np.isnan(numbers)
    broken = known & (numbers != np.rint(numbers))
    good = known & ~broken
    whole = pa.array(np.where(good, numbers, 0).astype(np.int64), mask=~good)
    unit = f"（单位：{scale.wanted}）" if scale.wanted else ""
    return Parsed(whole, (*parsed.problems, *problem(broken, UNPARSED, "fraction", title=title, unit=unit)))


def lost_digits(at: Mask, title: str) -> tuple[Problem, ...]:
    """The problem of a long number that went through a float, or stands where a quantity should."""
    return problem(at, "number_lost_digits", title=title)


def _plain(values: pa.StringArray) -> pa.StringArray:
    """Currency signs and typographic minus signs taken out."""
    if consist_of(values, _USUAL):
        return values
    texts = pc.replace_substring_regex(values, r"^([+-]?)(?:¥|￥|\$|RMB|人民币)\s*", r"\1")
    return pc.replace_substring_regex(texts, r"[−﹣]", "-")


def _are_plain(texts: pa.StringArray) -> Mask:
    if not consist_of(texts, _FIGURES):
        return matches(texts, PLAIN)
    dots = pc.count_substring(texts, ".").to_numpy()
    are_plain: Mask = (dots <= 1) & (pc.binary_length(texts).to_numpy() > dots)
    return are_plain


def _cast(texts: pa.StringArray, plain: Mask) -> npt.NDArray[np.float64]:
    kept = where(~plain, pa.scalar(None, pa.string()), texts)
    numbers: npt.NDArray[np.float64] = pc.cast(kept, pa.float64()).to_numpy(zero_copy_only=False).copy()
    return numbers


def _parse_rest(
    texts: pa.StringArray, rest: Mask, scale: Scale, numbers: npt.NDArray[np.float64]
) -> dict[str, Mask]:
    """Read what is not a plain number, one distinct text at a time, into ``numbers``; say which rule failed where."""
    rules = {rule: np.zeros(len(texts), dtype=bool) for rule in (UNPARSED, "unknown_unit", "ambiguous_unit")}
    for place in np.flatnonzero(rest | np.isinf(numbers)):
        try:
            value = _read_one(texts[int(place)].as_py(), scale)
        except _UnitTrouble as trouble:
            rules[str(trouble)][place] = True
            continue
        if value is None:
            rules[UNPARSED][place] = True
        else:
            numbers[place] = value
    return rules


def _read_one(text: str, scale: Scale) -> float | None:
    found = _WITH_SUFFIX.match(text)
    if found is not None:
        return float(Fraction(found[1]) * _suffix_factor(found[2].strip(), scale))
    numeral = chinese_numeral(text)
    return None if numeral is None else float(numeral * scale.factor)


def _suffix_factor(suffix: str, scale: Scale) -> Fraction:
    times = multiplier(suffix)
    if times is not None:
        printed = parse_unit(scale.printed)
        if printed is not None and printed.scaled:
            raise _UnitTrouble("ambiguous_unit")  # 1.2万 in a column headed 万元
        return times * scale.factor
    if parse_unit(suffix) is None:
        raise _UnitTrouble(UNPARSED)
    factor = conversion(suffix, scale.wanted or "小数" if suffix in "%‰" else scale.wanted)
    if factor is None:
        raise _UnitTrouble("unknown_unit")
    return factor


def chinese_numeral(text: str) -> int | None:
    """Read 三百二十, 两万, 壹仟零五, 二〇二五; None when the text is not a numeral, or a loose one (三百二)."""
    if text and all(char in _DIGITS for char in text):
        return int("".join(str(_DIGITS[char]) for char in text))
    if not text or _NUMERAL.fullmatch(text) is None:
        return None
    total = section = digit = 0
    for char in text:
        if char in _DIGITS:
            digit = _DIGITS[char]
        elif char in _PLACES:
            section += (digit or 1) * _PLACES[char]
            digit = 0
        else:
            below = section + digit
            total = total + below * _BIG[char] if char == "万" else (total + below) * _BIG[char]
            section = digit = 0
    return total + section + digit


def _problems(rules: dict[str, Mask], scale: Scale, title: str) -> tuple[Problem, ...]:
    unit = scale.wanted or "无单位"
    return (
        *problem(rules[UNPARSED], UNPARSED, title=title),
        *problem(rules["unknown_unit"], "unknown_unit", "cell", title=title, wanted=unit),
        *problem(rules["ambiguous_unit"], "ambiguous_unit", "cell", title=title, printed=scale.printed),
    )


def _scaled(numbers: npt.NDArray[np.float64], factor: Fraction) -> npt.NDArray[np.float64]:
    """Numbers times a factor, to the 15 digits that are sure: 1.1 万元 is 11000 元, not 11000.000000000002."""
    if factor == 1:
        return numbers
    product = numbers * factor.numerator / factor.denominator
    size = np.ceil(np.log10(np.maximum(np.abs(np.nan_to_num(product)), 1e-9)))
    digits = 10.0 ** np.clip(15 - size, 0, 15)
    return np.where(np.abs(product) < _EXACT, np.rint(product * digits) / digits, product)
