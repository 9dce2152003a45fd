"""Columns of text looked through: each distinct text once, and only those that a cheap pattern suspects.

What is private in a text does not belong here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.utf8 import is_plain
from expectations.conform.texts import encode


def clean_distinct(
    texts: pa.StringArray, suspect: str, clean: Callable[[str], str], harmless: str = ""
) -> pa.StringArray:
    """Each distinct text that a cheap pattern suspects, cleaned; the same object where nothing changed.

    Args:
        texts: Any.
        suspect: RE2, held against the text in its compatibility form without invisible characters.
        clean: What to do with a suspected text.
        harmless: RE2: what is suspected and would stay as it is.
    """
    distinct, places = encode(texts)
    at = np.flatnonzero(pc.match_substring_regex(shown_form(distinct), suspect))
    if harmless and len(at):
        at = at[~np.asarray(pc.match_substring_regex(distinct.take(pa.array(at)), harmless))]
    before = distinct.take(pa.array(at)).to_pylist()
    after = [clean(text) for text in before]
    if before == after:
        return texts
    return with_texts(distinct, at, after).take(places)


def with_texts(texts: pa.StringArray, at: npt.NDArray[np.int64], new: Sequence[str]) -> pa.StringArray:
    """Texts with others at some places."""
    replaced = texts.to_numpy(zero_copy_only=False).copy()
    replaced[at] = new
    return pa.array(replaced, pa.string())


def in_arrow(values: pd.Series, clean: Callable[[pa.StringArray], pa.StringArray]) -> pd.Series:
    """A column as cleaned by what cleans Arrow text; the same object where nothing changed."""
    texts = as_arrow(values)
    cleaned = clean(texts)
    return values if cleaned is texts else as_series(cleaned, values)


def shown_form(texts: pa.StringArray) -> pa.StringArray:
    """As ``visible``, of many."""
    if is_plain(texts):
        return texts
    return pc.replace_substring_regex(pc.utf8_normalize(texts, "NFKC"), _RE2_INVISIBLE, "")


_RE2_INVISIBLE = r"[\x{AD}\x{34F}\x{61C}\x{115F}\x{1160}\x{17B4}\x{17B5}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FE00}-\x{FE0F}\x{FEFF}]"


def as_arrow(values: pd.Series) -> pa.StringArray:
    """A column as one Arrow array of text."""
    texts = values if values.dtype == "str" else values.astype("str")
    array = pa.Array.from_pandas(texts, type=pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def as_series(texts: pa.StringArray, like: pd.Series) -> pd.Series:
    """Text on the index of another column."""
    return pd.Series(texts.to_pandas(), dtype="str").set_axis(like.index)
