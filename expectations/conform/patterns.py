"""Patterns over columns of text, each with the signs that a match needs: a column without them is not searched.

Most columns are plain, and a pattern is compiled anew at every search, which takes longer than searching them.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from connectors.utf8 import hold_any

Mask = npt.NDArray[np.bool_]

BLANKS = "\t\n\f\r "
"""What RE2 takes for a blank (``\\s``)."""


@dataclass(frozen=True)
class Pattern:
    """What is looked for in texts.

    Attributes:
        regex: In the syntax of RE2.
        signs: Characters of which every match holds one.
    """

    regex: str
    signs: str

    @cached_property
    def _needs(self) -> tuple[bytes, ...]:
        return tuple(sign.encode() for sign in self.signs)

    def may_match(self, texts: pa.StringArray) -> bool:
        """Whether some text holds a sign."""
        return hold_any(texts, self._needs)


def matches(texts: pa.StringArray, pattern: Pattern | str) -> Mask:
    """Which texts contain a match; a bare pattern, which needs no sign, is looked for everywhere."""
    if isinstance(pattern, Pattern):
        if not pattern.may_match(texts):
            return np.zeros(len(texts), dtype=bool)
        pattern = pattern.regex
    found: Mask = pc.match_substring_regex(texts, pattern).to_numpy(zero_copy_only=False)
    return found.astype(bool)


def replaced(texts: pa.StringArray, pattern: Pattern, by: str) -> pa.StringArray:
    """The texts with something else in the place of every match."""
    return pc.replace_substring_regex(texts, pattern.regex, by) if pattern.may_match(texts) else texts


def where(at: Mask, yes: pa.Array | pa.Scalar, no: pa.Array) -> pa.Array:
    """The marked values of one array, the others of another."""
    return pc.if_else(pa.array(at), yes, no) if at.any() else no
