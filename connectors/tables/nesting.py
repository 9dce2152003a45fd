"""How deep a row label is nested: by its numbering, by 其中, by the spaces before it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from connectors.tables.cells import text_of
from connectors.tables.words import BRACKET, GROUPING

_STYLES = (
    re.compile(r"^[一二三四五六七八九十廿]{1,4}\s*[、.]"),
    re.compile(r"^[(][一二三四五六七八九十]{1,3}[)]"),
    re.compile(r"^\d{1,2}\s*[.、]+(?!\d)"),
    re.compile(r"^(\(\d{1,2}\)|\d{1,2}\))"),
)
_PART = re.compile(r"^第[一二三四五六七八九十\d]{1,4}(部分|章|编|篇)")
_CIRCLED = re.compile(r"^\s*[①-⑳]")
_UNDOTTED = re.compile(r"^(\d{1,2})(?=[\u3400-\u9fff])")
_OF_WHICH = re.compile(r"^其中\s*:?\s*")
_BESIDE = re.compile(r"^附报")
_GROUP = 1.5  # 按…分 stands between (一) and 1.
_ITEM = 2  # the rank of 1.
_TEXT_AT = 6  # columns that 其中： takes; what continues it is aligned under its text
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
    """A label that the next one may be nested in.

    Attributes:
        text: The label.
        rank: Its numbering.
        level: Its nesting level.
        start: The column its text begins in.
        of_which: Whether it says 其中.
        root: Whether it is over everything, not one of several.
        total: Whether it is over the plain labels below it.
    """

    text: str
    rank: float | None
    level: int
    start: int
    of_which: bool = False
    root: bool = False
    total: bool = False


class Nesting:
    """Follows the labels of a form from top to bottom; the second part of a form goes on from the first."""

    def __init__(self) -> None:
        self._open: list[_Open] = []

    def level(self, raw: str, following: Sequence[str]) -> int:
        """The nesting level of the next label.

        Args:
            raw: The label as written.
            following: The labels after it; a first label is over all of them if the next ones are numbered.
        """
        text, rank, lead = text_of(raw), self._rank(raw), lead_of(raw)
        if _BESIDE.match(text):
            self._open.clear()
        elif of_which := _OF_WHICH.match(text):
            return self._push_of_which(text, numbering(text[of_which.end() :]), lead)
        elif rank is not None:
            return self._push_numbered(text, rank, lead)
        elif self._open:
            return self._plain(text, lead, following)
        root = _is_root(lead, following)
        self._open.append(_Open(text, None, 0, lead, root=root, total=text.endswith("合计")))
        return 0

    def _rank(self, raw: str) -> float | None:
        """The rank of the numbering; 2虾蟹类 after 1.鱼类 has lost its full stop."""
        rank, text = numbering(raw), text_of(raw)
        undotted = _UNDOTTED.match(text) if rank is None else None
        last = next((o.text for o in reversed(self._open) if o.rank == _ITEM), "")
        goes_on = undotted and re.match(rf"^{int(undotted[1]) - 1}\D", last)
        return _ITEM if goes_on else rank

    @staticmethod
    def _contains(above: _Open, rank: float) -> bool:
        if above.rank is None:
            return above.root or (not above.of_which and rank > 1)
        return above.rank < rank

    def _push(self, text: str, rank: float | None, start: int, of_which: bool = False) -> int:
        level = self._open[-1].level + 1 if self._open else 0
        self._open.append(_Open(text, rank, level, start, of_which))
        return level

    def _push_numbered(self, text: str, rank: float, lead: int) -> int:
        same = [i for i, label in enumerate(self._open) if label.rank == rank]
        del self._open[same[0] if same else len(self._open) :]
        if rank == 1 and self._open and all(label.rank is None for label in self._open):
            del self._open[1:]  # (一) where there is no 一、 is a part of the outermost label
            return self._push(text, rank, lead)
        while self._open and not self._contains(self._open[-1], rank):
            self._open.pop()
        return self._push(text, rank, lead)

    def _push_of_which(self, text: str, rank: float | None, lead: int) -> int:
        while self._open and self._open[-1].of_which and not self._is_inside(self._open[-1], lead):
            self._open.pop()
        if rank is not None:  # 其中：1.… goes on with 2.…
            return self._push(text, rank, lead)
        return self._push(text, None, lead + _TEXT_AT, of_which=True)

    @staticmethod
    def _is_inside(outer: _Open, lead: int) -> bool:
        """Whether a second 其中 is printed under the text of the first, or well to the right of it."""
        return lead > outer.start - _TEXT_AT + _NEAR

    def _plain(self, text: str, lead: int, following: Sequence[str]) -> int:
        """A label without a number continues the 其中 it is aligned with, else the plain one before it."""
        of_which = [o for o in self._open if o.of_which]
        aligned = [o for o in of_which if lead and abs(o.start - lead) <= _NEAR]
        alike = [o for o in of_which[-1:] if self._goes_on(o, text)]
        heading = max((i for i, o in enumerate(self._open) if o.rank is not None and o.rank <= 1), default=-1)
        inside = self._open[heading + 1 :]
        plain = [o for o in inside if o.rank is None and not (o.of_which or o.root or o.total)]
        siblings = aligned or alike or plain or of_which
        if not siblings:
            return self._push(text, None, lead)
        if siblings is plain:
            return self._beside_or_under(plain, text, lead, following)
        del self._open[self._open.index(siblings[-1]) + 1 :]
        return siblings[-1].level

    def _beside_or_under(self, plain: Sequence[_Open], text: str, lead: int, following: Sequence[str]) -> int:
        """Beside the plain label that begins where this one does, or under the last one if a new step begins."""
        upper = next((o for o in reversed(plain) if o.start <= lead + 1), plain[0])
        del self._open[self._open.index(upper) + 1 :]
        if all(o.start < lead - 1 for o in plain) and _same_lead(lead, following):
            return self._push(text, None, lead)
        return upper.level

    def _goes_on(self, of_which: _Open, text: str) -> bool:
        """Whether a label is of the kind of what 其中 began: another bracket, or the same noun at its end."""
        if BRACKET.search(of_which.text):
            return bool(BRACKET.search(text))
        outer = [o.text for o in self._open if not o.of_which]
        return bool(outer) and _ending(of_which.text, text) > _alike(outer[-1], text) + 1


def _beginning(one: str, other: str) -> int:
    """How many characters two labels have in common at their beginning."""
    same = takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False))
    return sum(1 for _ in same)


def _ending(one: str, other: str) -> int:
    """How many characters two labels have in common at their end."""
    return _beginning(one[::-1], other[::-1])


def _alike(one: str, other: str) -> int:
    """How many characters two labels have in common at their beginning and end."""
    return _beginning(one, other) + _ending(one, other)


def _same_lead(lead: int, following: Sequence[str]) -> bool:
    """Whether the next label is printed as far to the right: a step, not a stray space."""
    return bool(following) and numbering(following[0]) is None and lead_of(following[0]) == lead


def _is_root(lead: int, following: Sequence[str]) -> bool:
    """Whether a first label is over all others: only parts of it stand before the first numbered one."""
    for raw in following:
        if numbering(raw) is not None:
            return True
        if not _OF_WHICH.match(text_of(raw)) and lead_of(raw) <= lead:
            return False
    return False
