"""How deep a row label is nested: by its numbering, by 其中, by the spaces before it."""

from __future__ import annotations

import re
from dataclasses import dataclass

from connectors.tables.cells import text_of
from connectors.tables.words import GROUPING

_STYLES = (
    re.compile(r"^[一二三四五六七八九十廿]{1,4}\s*[、.]"),
    re.compile(r"^[(][一二三四五六七八九十]{1,3}[)]"),
    re.compile(r"^\d{1,2}\s*[.、]+(?!\d)"),
    re.compile(r"^(\(\d{1,2}\)|\d{1,2}\))"),
)
_PART = re.compile(r"^第[一二三四五六七八九十\d]{1,4}(部分|章|编|篇)")
_CIRCLED = re.compile(r"^\s*[①-⑳]")
_GROUP = 1.5  # 按…分 stands between (一) and 1.
_OF_WHICH = 6  # columns that 其中： takes; what continues it is aligned under its text
_NEAR = 2  # columns of tolerance for that alignment


def numbering(raw: str) -> float | None:
    """The rank of a label's numbering, 0 for 一、 and -1 for 第一部分; ``None`` where it has none.

    Args:
        raw: The label as written.
    """
    if _CIRCLED.match(raw):
        return len(_STYLES)
    text = text_of(raw)
    if _PART.match(text):
        return -1
    rank = next((rank for rank, style in enumerate(_STYLES) if style.match(text)), None)
    return _GROUP if rank is None and GROUPING.match(text) else rank


def lead_of(raw: str) -> int:
    """Columns of white space before a label; a full-width space takes two."""
    blank = raw[: len(raw) - len(raw.lstrip())]
    return sum(2 if c == "　" else 1 for c in blank)


@dataclass(frozen=True)
class _Open:
    """A label that the next one may be nested in."""

    rank: float | None
    level: int
    start: int
    of_which: bool = False
    root: bool = False  # over everything, not one of several
    total: bool = False  # over the plain labels below it


class Nesting:
    """Follows the labels of a form from top to bottom; the second half of a form goes on from the first."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def level(self, raw: str, following: str) -> int:
        """The nesting level of the next label.

        Args:
            raw: The label as written.
            following: The label after it; a first label that numbered ones follow is over all of them.
        """
        text, rank, lead = text_of(raw), numbering(raw), lead_of(raw)
        if text.startswith("其中"):
            return self._push_of_which(lead)
        if rank is not None:
            same = [i for i, label in enumerate(self._open) if label.rank == rank]
            del self._open[same[0] if same else len(self._open) :]
            while self._open and not self._contains(self._open[-1], rank):
                self._open.pop()
            return self._push(rank, lead)
        if not self._open:
            root = numbering(following) is not None
            self._open.append(_Open(None, 0, lead, root=root, total=text.endswith("合计")))
            return 0
        return self._plain(lead)

    @staticmethod
    def _contains(above: _Open, rank: float) -> bool:
        if above.rank is None:
            return above.root or (not above.of_which and rank > 1)
        return above.rank < rank

    def _push(self, rank: float | None, start: int, of_which: bool = False) -> int:
        level = self._open[-1].level + 1 if self._open else 0
        self._open.append(_Open(rank, level, start, of_which))
        return level

    def _push_of_which(self, lead: int) -> int:
        while self._open and self._open[-1].of_which and abs(self._open[-1].start - lead) > _NEAR:
            self._open.pop()
        return self._push(None, lead + _OF_WHICH, of_which=True)

    def _plain(self, lead: int) -> int:
        """A label without a number continues the 其中 it is aligned with, else the plain one before it."""
        aligned = [o for o in self._open if o.of_which and lead and abs(o.start - lead) <= _NEAR]
        plain = [o for o in self._open if o.rank is None and not (o.of_which or o.root or o.total)]
        of_which = [o for o in self._open if o.of_which]
        siblings = aligned or plain or of_which
        if not siblings:
            return self._push(None, lead)
        sibling = siblings[-1]
        del self._open[self._open.index(sibling) + 1 :]
        return sibling.level
