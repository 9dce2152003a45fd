"""Texts that stay texts or become yes and no: enumerations with their other spellings, names, free text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.patterns import BLANKS, Mask, Pattern, matches, replaced
from expectations.conform.stand_ins import without_errors, without_stand_ins
from expectations.conform.texts import Parsed, problem

_YES = ("是", "有", "对", "√", "✓", "✔", "☑", "1", "TRUE", "Y", "YES", "已")
_NO = ("否", "无", "没有", "不是", "×", "✗", "✘", "☐", "0", "FALSE", "N", "NO", "未")
_MEANING = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
_NO_NAMES = pa.array(["合计", "小计", "总计", "共计", "是", "否", "有", "略"], pa.string())
_DIGITS = Pattern(r"[0-9]", signs="0123456789")
_CJK_GAP = Pattern(r"([\x{4E00}-\x{9FFF}·])\s+([\x{4E00}-\x{9FFF}·])", signs=BLANKS)


def parse_booleans(values: pa.StringArray, aliases: Mapping[str, str], *, title: str) -> Parsed:
    """Distinct texts as yes or no; the contract's ``value_aliases`` come first (``已拆除: 否``)."""
    meaning = _MEANING | {
        alias: _MEANING[target.upper()] for alias, target in aliases.items() if target.upper() in _MEANING
    }
    answers = [meaning.get(text, meaning.get(text.upper())) for text in values.to_pylist()]
    result = pa.array(answers, type=pa.bool_())
    unknown = result.is_null().to_numpy(zero_copy_only=False)
    return Parsed(result, problem(unknown, "not_allowed", "yes_no", title=title))


def parse_words(
    values: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str], *, title: str
) -> Parsed:
    """Distinct texts, with other spellings of allowed values put right; a formula error is not a text."""
    words, errors = without_errors(values, title=title)
    if allowed or aliases:
        words = _respell(words, allowed, aliases)
    return Parsed(words, errors)


def parse_names(values: pa.StringArray, aliases: Mapping[str, str], *, title: str) -> Parsed:
    """Distinct texts as names of people or places: without the blanks that line them up (``张　三``).

    ``aliases`` are short forms that no region table knows (``下谷乡``) and the names they stand for.
    """
    closed = replaced(values, _CJK_GAP, r"\1\2")
    closed = replaced(closed, _CJK_GAP, r"\1\2")  # RE2 does not overlap: 张 三 丰
    return parse_words(closed, (), aliases, title=title)


def parse_person_names(values: pa.StringArray, aliases: Mapping[str, str], *, title: str) -> Parsed:
    """Distinct texts as names of people; what cannot well be one is doubted, for rows slip sideways."""
    own, stand_ins = without_stand_ins(values, title=title)
    parsed = parse_names(own, aliases, title=title)
    names = parsed.values
    odd = matches(names, _DIGITS) | ~matches(names, r"\p{L}") | _are_in(names, _NO_NAMES)
    odd &= names.is_valid().to_numpy(zero_copy_only=False)
    return Parsed(names, (*stand_ins, *problem(odd, "odd_name", title=title)))


def _are_in(values: pa.StringArray, words: pa.StringArray) -> Mask:
    return np.asarray(pc.is_in(values, value_set=words))


def is_allowed(values: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str]) -> Mask:
    """Which texts are allowed values or other spellings of them."""
    known = {_loose(word) for word in (*allowed, *aliases)}
    return np.array([_loose(text) in known for text in values.to_pylist()], dtype=bool)


def _respell(words: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str]) -> pa.StringArray:
    right = {_loose(word): word for word in allowed}
    right |= {_loose(alias): target for alias, target in aliases.items() if _loose(alias) not in right}
    spelled = [None if text is None else right.get(_loose(text), text) for text in words.to_pylist()]
    return pa.array(spelled, pa.string())


@lru_cache(maxsize=1 << 14)
def _loose(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).casefold()
