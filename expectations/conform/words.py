"""Texts that stay texts or become yes and no: enumerations with their other spellings, names, free text."""

from __future__ import annotations

from collections.abc import Mapping
from unicodedata import normalize

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.texts import FORMULA_ERROR, Mask, Parsed, Problem, matches
from expectations.rules import told

_YES = ("是", "有", "对", "√", "✓", "✔", "☑", "1", "TRUE", "Y", "YES", "已")
_NO = ("否", "无", "没有", "不是", "×", "✗", "✘", "☐", "0", "FALSE", "N", "NO", "未")
_CJK_GAP = r"([\x{4E00}-\x{9FFF}·])\s+([\x{4E00}-\x{9FFF}·])"


def parse_booleans(values: pa.StringArray, aliases: Mapping[str, str], *, title: str) -> Parsed:
    """Distinct texts as yes or no; the contract's ``value_aliases`` come first (``已拆除: 否``)."""
    meaning = dict.fromkeys(_YES, True) | dict.fromkeys(_NO, False)
    meaning |= {
        alias: meaning[target.upper()] for alias, target in aliases.items() if target.upper() in meaning
    }
    answers = [meaning.get(text, meaning.get(text.upper())) for text in values.to_pylist()]
    result = pa.array(answers, type=pa.bool_())
    unknown = result.is_null().to_numpy(zero_copy_only=False)
    problem = Problem(unknown, told("not_allowed", "yes_no", title=title))
    return Parsed(result, (problem,))


def parse_words(
    values: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str], *, title: str
) -> Parsed:
    """Distinct texts, with other spellings of allowed values put right; a formula error is not a text."""
    broken = matches(values, FORMULA_ERROR)
    words = pc.if_else(pa.array(broken), pa.scalar(None, pa.string()), values)
    problem = Problem(broken, told("formula_error", title=title))
    if allowed or aliases:
        words = _respell(words, allowed, aliases)
    return Parsed(words, (problem,))


def parse_names(values: pa.StringArray, aliases: Mapping[str, str], *, title: str) -> Parsed:
    """Distinct texts as names of people or places: without the blanks that line them up (``张　三``).

    ``aliases`` are short forms that no region table knows (``下谷乡``) and the names they stand for.
    """
    closed = pc.replace_substring_regex(values, _CJK_GAP, r"\1\2")
    closed = pc.replace_substring_regex(closed, _CJK_GAP, r"\1\2")  # RE2 does not overlap: 张 三 丰
    return parse_words(closed, (), aliases, title=title)


def is_allowed(values: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str]) -> Mask:
    """Which texts are allowed values or other spellings of them."""
    known = {_loose(word) for word in (*allowed, *aliases)}
    return np.array([_loose(text) in known for text in values.to_pylist()], dtype=bool)


def _respell(words: pa.StringArray, allowed: tuple[str, ...], aliases: Mapping[str, str]) -> pa.StringArray:
    right = {_loose(word): word for word in allowed}
    right |= {_loose(alias): target for alias, target in aliases.items() if _loose(alias) not in right}
    texts = np.array(words.to_pylist(), dtype=object)
    return pa.array([None if text is None else right.get(_loose(text), text) for text in texts], pa.string())


def _loose(text: str) -> str:
    return "".join(normalize("NFKC", text).split()).casefold()
