"""Personal names: what looks like one, and those a submission names, found again in its other texts.

A Chinese name of two or three characters may also be a word or a village. So a name is believed where a column says it
is one, and outside such a column only where it is one that the submission names, or stands behind a word like 联系人.
Which columns hold names is not decided here.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import cached_property
from typing import TYPE_CHECKING

import pyarrow as pa

from expectations.privacy.numbers import visible
from expectations.privacy.words import COMMON_SURNAMES, DOUBLE_SURNAMES, NOT_GIVEN, ORDINARY, SURNAMES

if TYPE_CHECKING:
    import pandas as pd

_PERSON_WORD = (
    r"(?:户主|联系人|负责人|经办人|申请人|承包人|承租人|受益人|代领人|验收人|填表人|监护人|法定代表人|法人代表|法人|报送人|签字人|签收人|领取人|"
    r"姓名|配偶|丈夫|妻子|儿子|女儿|其子|其女|其妻|其夫|其父|其母|父亲|母亲|村民|村医|村支书|支书|村主任|组长|学生|家长)"
)
_HAN = r"\u4e00-\u9fff\u3400-\u4dbf"
_LABELLED = re.compile(
    rf"(?P<label>{_PERSON_WORD})(?P<mark>[:：为是系叫]?\s*)(?P<name>[{_HAN}]{{2,4}})(?=$|[^{_HAN}]|已|的|家|说|于|代|签|去|等|电|手|身)"
)
_PLAIN = re.compile(rf"[{_HAN}]{{2,4}}")
_MIDDLE_DOT = re.compile(rf"[{_HAN}]{{1,10}}[·•・‧∙.][{_HAN}]{{1,10}}(?:[·•・‧∙.][{_HAN}]{{1,10}})?")
_BLANK = re.compile(r"[\t\n\f\r ]+")
_INNER = re.compile(rf"(?<=[{_HAN}])\s+(?=[{_HAN}])")
_PLACE_BEHIND = re.compile(
    r"[村镇乡县区组屯庄寨湾沟塘坝坪冲路街桥巷山河湖库]|(?:小学|中学|学校|水库|水厂|社区|大队|大院|家[堡庄湾沟坪台])"
)
_PERSON_BEHIND = re.compile(
    rf"$|[^{_HAN}]|[的家户说已代签等去死亡同先女老之和与及反外出领交付在名账帐上]|一[户家起]"
)
_PERSON_BEFORE = re.compile(rf"(?:^|[^{_HAN}]|[由找给为叫是和与同及代让向经被对问请系人主民员医入到])$")
LABELLED_SUSPECT = _PERSON_WORD


def looks_like_name(text: str) -> bool:
    """Whether a cell holds what may well be one personal name and nothing else."""
    plain = _INNER.sub("", visible(text).strip())
    if _MIDDLE_DOT.fullmatch(plain):
        return True
    if not _PLAIN.fullmatch(plain) or plain in ORDINARY or set(plain[1:]) & NOT_GIVEN:
        return False
    if plain[:2] in DOUBLE_SURNAMES:
        return len(plain) >= 3
    return plain[0] in SURNAMES and len(plain) <= 3


def mask_name(name: str) -> str:
    """A name as people may see it: ``王**``."""
    return name[:1] + "*" * max(len(name) - 1, 1)


class KnownNames:
    """The people a submission names, and their names in its other texts.

    Args:
        names: As cells give them; what cannot be a name (a place, a word, a number) is left out. Looked at only
            when there is a text to clean.
    """

    def __init__(self, names: Iterable[str] = ()) -> None:
        self._given = names

    @classmethod
    def of_all(cls, several: Iterable[KnownNames]) -> KnownNames:
        """The people that any of several name."""
        every = cls()
        every._names = frozenset().union(*(one._names for one in several))
        return every

    @cached_property
    def _names(self) -> frozenset[str]:
        if not self._given:
            return frozenset()
        from expectations.privacy.columns import shown_form

        cells = pa.array(self._given, pa.string()).unique().drop_null()
        plain = (_BLANK.sub("", cell) for cell in shown_form(cells).to_pylist())
        return frozenset(filter(_is_name_of_someone, plain))

    @cached_property
    def listed(self) -> pa.StringArray:
        """These names, sorted."""
        return pa.array(sorted(self._names), pa.string())

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and _INNER.sub("", visible(text).strip()) in self._names

    def clean(self, values: pd.Series) -> pd.Series:
        """``cleaned`` of a column; the same object where there are none."""
        from expectations.privacy.columns import in_arrow

        return in_arrow(values, self.cleaned)

    def cleaned(self, texts: pa.StringArray) -> pa.StringArray:
        """Texts with these names, and names behind a word like 联系人, masked; the same object where there are none."""
        from expectations.privacy.columns import clean_distinct

        return clean_distinct(texts, self.suspect, self.clean_text)

    def clean_whole(self, text: str) -> str:
        """A cell masked where it is nothing but one of these names, just so."""
        return mask_name(text) if text in self._names else text

    def clean_text(self, text: str) -> str:
        """One text, cleaned."""
        if text in self:
            return mask_name(_INNER.sub("", visible(text).strip()))
        plain = visible(text)
        cleaned = _LABELLED.sub(_masked_label, plain)
        if self._names:
            cleaned = self._without_known(cleaned)
        return text if cleaned == plain else cleaned

    @cached_property
    def suspect(self) -> str:
        """RE2: what a text must have for ``clean`` to mask anything in it."""
        return "|".join(filter(None, (LABELLED_SUSPECT, self._characters)))

    @cached_property
    def _characters(self) -> str:
        """How a name begins: a first and a second character of any, be they spaced; far fewer have both than the first."""
        classes = ("".join(sorted({name[place] for name in self._names})) for place in (0, 1))
        return r"\s*".join(f"[{re.escape(one)}]" for one in classes) if self._names else ""

    @cached_property
    def _beginning(self) -> re.Pattern[str]:
        """A place where a known name may begin."""
        return re.compile(rf"(?={self._characters})")

    @cached_property
    def _lengths(self) -> dict[str, list[int]]:
        """By first character, the lengths of the names that begin so, the longest first."""
        found: dict[str, set[int]] = defaultdict(set)
        for name in self._names:
            found[name[0]].add(len(name))
        return {first: sorted(lengths, reverse=True) for first, lengths in found.items()}

    def _without_known(self, text: str) -> str:
        pieces, done = [], 0
        for found in self._beginning.finditer(text):
            at = found.start()
            if at >= done and (size := self._known_at(text, at)):
                pieces += [text[done:at], mask_name(text[at : at + size])]
                done = at + size
        return "".join([*pieces, text[done:]])

    def _known_at(self, text: str, at: int) -> int:
        """Length of the known name that stands at a place of a text; 0 where none does."""
        for size in self._lengths.get(text[at], ()):
            if text[at : at + size] in self._names and _is_person(text, at, at + size):
                return size
        return 0


def _is_name_of_someone(name: str) -> bool:
    if _MIDDLE_DOT.fullmatch(name):
        return True
    if not _PLAIN.fullmatch(name) or name in ORDINARY:
        return False
    return not (name[-1] in "村镇乡县市区组屯社厂户" and len(name) >= 2)


def _is_person(text: str, start: int, end: int) -> bool:
    """Whether a known name in a text means the person: not the village called after a family, not half a word."""
    behind = text[end:]
    if _PLACE_BEHIND.match(behind):
        return False
    if end - start >= 3:
        return True
    return bool(_PERSON_BEHIND.match(behind) and _PERSON_BEFORE.search(text[:start]))


def _masked_label(found: re.Match[str]) -> str:
    """The label with the name behind it masked; without a colon only a common surname makes a name."""
    name = found["name"]
    if not found["mark"].strip() and name[0] not in COMMON_SURNAMES:
        return found[0]
    for size in (len(name), 3, 2):
        if size <= len(name) and looks_like_name(name[:size]):
            return found["label"] + found["mark"] + mask_name(name[:size]) + name[size:]
    return found[0]
