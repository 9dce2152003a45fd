"""Characters that would change what stands beside them: those that show nothing, and marks that point at a note.

``356①`` is 356 with a footnote and not 3561, though NFKC spells it so. So a mark keeps its own form here, and whoever
reads the text decides whether it may be taken off.
"""

from __future__ import annotations

import re
from functools import lru_cache
from itertools import groupby
from unicodedata import category, normalize

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.invisible import INVISIBLE_RE2
from connectors.utf8 import is_plain

_MAY_BE_MARK = r"\p{No}"
_UNIT_POWER = re.compile(r"(?<=[mM米])[²³]")
_POWER_OF_TEN = re.compile(r"(?<!\d)10$")


def clean(texts: pa.StringArray) -> pa.StringArray:
    """NFKC (full-width digits become digits), invisible characters and outer blanks off; marks of notes stay."""
    if is_plain(texts):
        return pc.utf8_trim_whitespace(texts)
    shown = pc.replace_substring_regex(texts, INVISIBLE_RE2, "") if _any(texts, INVISIBLE_RE2) else texts
    plain = pc.utf8_trim_whitespace(pc.utf8_normalize(shown, "NFKC"))
    if not _any(shown, _MAY_BE_MARK):
        return plain
    marked = pc.match_substring_regex(shown, _MAY_BE_MARK)
    kept = [_with_marks(text.strip()) for text in shown.filter(marked).to_pylist()]
    return pc.replace_with_mask(plain, marked, pa.array(kept, pa.string()))


def without_marks(texts: pa.StringArray) -> tuple[pa.StringArray, npt.NDArray[np.bool_]]:
    """Cleaned texts without the marks they end in, and which had one.

    What may be more than a mark stays: one before or within the text, a power of ten.
    """
    if is_plain(texts) or not _any(texts, _MAY_BE_MARK):
        return texts, np.zeros(len(texts), dtype=bool)
    bare = [_without_mark(text) for text in texts.to_pylist()]
    taken = pc.not_equal(pa.array(bare, pa.string()), texts)
    return pa.array(bare, pa.string()), taken.to_numpy(zero_copy_only=False)


def shown(text: str) -> str:
    """The text as a person sees it: without blanks and what shows nothing, signs of no script included."""
    return "".join(
        char for char in normalize("NFKC", text) if category(char) not in ("Cc", "Cf", "Co", "Cn", "Zs", "Mn")
    )


def _any(texts: pa.StringArray, pattern: str) -> bool:
    return bool(pc.any(pc.match_substring_regex(texts, pattern)).as_py())


def _with_marks(text: str) -> str:
    if len(text) == 1:
        return normalize("NFKC", text)  # an answer such as ③ is nobody's footnote
    text = _UNIT_POWER.sub(lambda power: normalize("NFKC", power[0]), text)
    runs = ((is_mark, "".join(run)) for is_mark, run in groupby(text, _is_mark))
    return "".join(run if is_mark else normalize("NFKC", run) for is_mark, run in runs).strip()


def _without_mark(text: str) -> str:
    end = len(text)
    while end and _is_mark(text[end - 1]):
        end -= 1
    bare = text[:end].rstrip()
    return text if not bare or _POWER_OF_TEN.search(bare) else bare


@lru_cache(maxsize=1 << 12)
def _is_mark(char: str) -> bool:
    """Circled, raised and lowered numbers; of fractions, which are numbers themselves, the slash remains."""
    return category(char) == "No" and "\N{FRACTION SLASH}" not in normalize("NFKC", char)
