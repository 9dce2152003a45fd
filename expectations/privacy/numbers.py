"""Private numbers inside any text: resident IDs, cards of the disabled, phones, bank cards, passports; found and masked.

A number is told by what it is (a birth date where an ID has it, a check digit, a prefix, how its groups are cut), then
by the word before it; a quantity, a code or a date of as many digits stays. Which columns are looked at, and personal
names, do not belong here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import normalize

from stdnum.cn import ric, uscc

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

INVISIBLE = "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufe00-\ufe0f\ufeff"
_INVISIBLE = re.compile(f"[{INVISIBLE}]")
_GAP = "[ \t\u00a0_\\-\u2010-\u2015/\\\\·.|()]"
_RUN = re.compile(
    rf"(?:\+|\(\+)?\d(?:{_GAP}{{0,3}}\d)*(?:{_GAP}{{0,2}}[Xx*](?![A-Za-z]))?(?:{_GAP}{{0,3}}\d)*"
)
_GROUP = re.compile(r"\d+[Xx]?|[Xx]")
_FLOAT = re.compile(r"\d\.(\d{10,})[eE]\+1[4-8]")
_HAN_DIGITS = re.compile(r"[〇○零幺一二三四五六七八九]{11,20}")
_HAN_VALUE = str.maketrans("〇○零幺一二三四五六七八九", "0001123456789")
_PASSPORT = re.compile(r"(?<![A-Za-z0-9])(?:E[A-HJ-NP-Za-hj-np-z]\d{7}|[Ee]\d{8})(?![A-Za-z0-9])")
_PAPERS = re.compile(
    r"(?:护照|通行证|回乡证|台胞证|居留证|居住证|旅行证|军官证|士兵证|警官证|证件|证号|passport)"
    r"(?:号码|编号|号|码|no\.?)?[^A-Za-z0-9]{0,6}([A-Za-z]{0,2}\d{7,10})(?![A-Za-z0-9])",
    re.IGNORECASE,
)
_SOLDIER = re.compile(r"([军兵士文警]字?第)(\d{4,8})(?=号)")
_QUIET_PHONE = re.compile(
    r"(?:电话|座机|固话|热线|传真|手机|联系方式|致电|拨打|tel)(?:号码|号)?[^0-9]{0,6}([2-8]\d{2,3}[ -]?\d{4})(?![\d.]|[ -]\d)",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"\s*(?:[万亿千百]?元|块|[万千]?(?:公)?[亩斤顷里]|平方|立方|[千毫]?[米克瓦升]|吨|株|头|只|度|kwh|kg|m|%|人次)",
    re.IGNORECASE,
)
_ORDER_WORD = re.compile(
    r"(?:合同|协议|订单|文件|发票|凭证|批次|项目|地块|图斑|统计|区划|机构|信用|资产|设备|工单|流水|编|序)(?:编)?(?:号码|代码|号|码)[^0-9]{0,3}$"
)
_PHONE_WORD = re.compile(r"(?:电话|座机|固话|热线|传真|手机|联系|致电|拨打|tel)[^0-9]{0,8}$", re.IGNORECASE)
_PROVINCES = re.compile(r"1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[1-3]|9[12]")
_MOBILE = re.compile(r"1[3-9]\d{9}")
_MOBILE_CUTS = {(11,), (3, 4, 4), (3, 8), (7, 4), (4, 4, 3), (3, 3, 5), (5, 3, 3), (5, 6), (6, 5), (1,) * 11}
_LANDLINE = re.compile(r"0(?:10|2\d)[2-8]\d{7}|0[3-9]\d{2}[2-8]\d{6,7}")
_DATE_BEFORE = re.compile(r"(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.]$")
_LONGEST = 23

Span = tuple[int, int]

SUSPECT = (
    rf"\d(?:[Xx*{_GAP[1:]}{{0,3}}\d){{10,}}|[〇○零幺一二三四五六七八九]{{11}}|[Ee][A-Za-z\d]\d{{7}}"
    r"|(?i:电话|座机|固话|热线|传真|手机|联系方式|致电|拨打|tel)(?s:.{0,9})\d{3}|[军兵士文警]字?第\d{4}"
    r"|(?i:证|护照|passport)(?s:.{0,12})\d{7}"
)
"""RE2: what a text must have for any of these numbers to be in it; most texts of a ledger have it not.

It is compiled for every column, so no large class of characters is repeated in it.
"""


_CODES = r"^[1-79]\d{11}$"
"""RE2: texts that the pattern above suspects and that are never private: twelve digits, as the code of a village."""

_GIVEN_CODES = (
    rf"{_CODES}|^[1-79]\d{{13}}$|^[1-79]\d{{15,16}}$|^[1-79]\d{{5}}(?:[03-9]\d|1[0-7]|2[1-9])\d{{10}}$"
)
"""The same where bank cards are not looked for: also as many digits as an ID has, with no year of birth in them."""


def scrub(values: pd.Series, *, cards: bool = True) -> pd.Series:
    """``scrubbed`` of a column; the same object where there is none."""
    from expectations.privacy.columns import in_arrow

    return in_arrow(values, lambda texts: scrubbed(texts, cards=cards))


def scrubbed(texts: pa.StringArray, *, cards: bool = True) -> pa.StringArray:
    """Texts with every private number in them masked; the same object where there is none.

    Args:
        texts: Any.
        cards: Whether to look for bank cards: of the numbers a department gives, one in ten looks like one.
    """
    codes = _CODES if cards else _GIVEN_CODES
    from expectations.privacy.columns import clean_distinct

    return clean_distinct(texts, SUSPECT, lambda text: scrub_text(text, cards=cards), codes)


@lru_cache(maxsize=1 << 15)  # sheet by sheet the same villages and codes
def scrub_text(text: str, *, cards: bool = True) -> str:
    """One text with its private numbers masked; the very text where it has none."""
    plain = visible(text)
    cleaned = _FLOAT.sub(lambda found: mask_number(found[0]), plain)
    cleaned = _HAN_DIGITS.sub(_masked_han_digits, cleaned)
    cleaned = _RUN.sub(lambda found: _masked_run(found, cards), cleaned)
    cleaned = _PASSPORT.sub(lambda found: mask_number(found[0]), cleaned)
    cleaned = _PAPERS.sub(_masked_group, cleaned)
    cleaned = _SOLDIER.sub(lambda found: found[1] + mask_number(found[2]), cleaned)
    cleaned = _QUIET_PHONE.sub(_masked_group, cleaned)
    return text if cleaned == plain else cleaned


def visible(text: str) -> str:
    """Text in its compatibility form without characters that nobody sees."""
    return _INVISIBLE.sub("", normalize("NFKC", text))


def mask_number(text: str) -> str:
    """A number with its middle hidden, so that its owner knows it and nobody else does."""
    plain = re.sub(r"[^0-9A-Za-z+]", "", text)
    shown = 4 if len(plain) >= 15 else 3 if len(plain) >= 11 else 2 if len(plain) >= 7 else 1
    ending = 4 if len(plain) >= 11 else 2 if len(plain) >= 7 else 0
    return f"{plain[:shown]}{'*' * (len(plain) - shown - ending)}{plain[len(plain) - ending :]}"


def _masked_group(found: re.Match[str]) -> str:
    start, end = found.span(1)
    text = found.string
    return text[found.start() : start] + mask_number(found[1]) + text[end : found.end()]


def _masked_han_digits(found: re.Match[str]) -> str:
    digits = found[0].translate(_HAN_VALUE)
    return mask_number(digits) if _kind(digits, (len(digits),), cards=True) else found[0]


def _masked_run(found: re.Match[str], cards: bool) -> str:
    """A stretch of digits and what may stand between them, with the private numbers in it masked."""
    run, start = found[0], found.start()
    if sum(char.isdigit() for char in run) < 10:
        return run
    pieces = []
    done = 0
    for first, last in _private_spans(
        run, found.string[max(0, start - 14) : start], found.string[found.end() :], cards
    ):
        pieces += [run[done:first], mask_number(run[first:last])]
        done = last
    return "".join([*pieces, run[done:]])


def _private_spans(run: str, before: str, after: str, cards: bool) -> Iterator[Span]:
    """Where private numbers stand in a run, from left to right."""
    groups = _groups(run)
    while groups:
        groups = _cut_apart(run, groups)
        start = groups[0][0]
        reach = _longest_private(run, groups, before if not start else run[:start], after, cards)
        if reach:
            yield start, groups[reach - 1][1]
        groups = groups[reach or 1 :]


def _groups(run: str) -> list[Span]:
    """Digits with nothing between them; a date with a number written right behind it is two."""
    found: list[Span] = []
    for match in _GROUP.finditer(run):
        start, end = match.span()
        if end - start > 2 and _DATE_BEFORE.search(run[:start]):
            found.append((start, start + 2))
            start += 2
        found.append((start, end))
    return found


def _cut_apart(run: str, groups: list[Span]) -> list[Span]:
    """Groups with a cut where an ID ends, or a phone before an ID does, in the middle of a group."""
    places = [place for start, end in groups for place in range(start, end)][: _LONGEST + 18]
    digits = "".join(run[place] for place in places).upper()
    if _is_valid_id(digits[:18]):
        is_card = (
            digits[18:19] in tuple("1234567") and digits[19:20] in tuple("1234") and len(digits) in (20, 31)
        )
        size = 20 if is_card else 18
    elif _MOBILE.fullmatch(digits[:11]) and _is_valid_id(digits[11:29]):
        size = 11
    else:
        size = next(
            (at for at in range(1, len(digits) - 17) if _is_valid_id(digits[at : at + 18])), len(digits)
        )
        size = size if size < groups[0][1] - groups[0][0] else len(digits)
    if size >= len(digits):
        return groups
    cut = places[size]
    return [
        part
        for start, end in groups
        for part in ([(start, cut), (cut, end)] if start < cut < end else [(start, end)])
    ]


def _longest_private(run: str, groups: list[Span], before: str, after: str, cards: bool) -> int:
    """How many groups from the first on are one private number; 0 where none is. One whole group goes first."""
    digits, cuts = "", []
    best = 0
    for count, (start, end) in enumerate(groups, start=1):
        digits += run[start:end].upper()
        cuts.append(end - start)
        if len(digits) > _LONGEST:
            break
        kind = _kind(digits, tuple(cuts), cards)
        if kind and not _is_something_else(
            kind, cuts, before, run[end:] + after if count == len(groups) else run[end:]
        ):
            best = count
            if count == 1:
                break
    return best


def _kind(digits: str, cuts: tuple[int, ...], cards: bool) -> str:
    """What private number these digits are, written in groups of so many; ``""`` for none."""
    if _is_resident(digits, cuts):
        return "resident_id"
    plain = digits.removeprefix("00") if digits.startswith("0086") else digits
    national = plain.removeprefix("86")
    if national != digits and len(national) == 11 and _MOBILE.fullmatch(national):
        return "phone"
    if len(digits) == 11 and cuts in _MOBILE_CUTS and _MOBILE.fullmatch(digits):
        return "phone"
    local = f"0{national}" if national != digits else digits
    if 10 <= len(local) <= 12 and len(cuts) <= 4 and _LANDLINE.fullmatch(local):
        return "landline" if len(cuts) > 1 else "unbroken_landline"
    if cards and _is_card(digits, cuts):
        return "bank_card"
    return ""


def _is_something_else(kind: str, cuts: list[int], before: str, after: str) -> bool:
    """Whether what stands around a number says that it is a quantity, or a number of a thing."""
    if kind == "phone":
        quantity = re.match(r"\.\d", after) or _QUANTITY.match(after)
        return bool(quantity or _ORDER_WORD.search(before))
    if kind == "unbroken_landline":
        return not _PHONE_WORD.search(before)
    if kind == "landline":
        return bool(_ORDER_WORD.search(before)) or cuts[0] not in (3, 4, 2, 5)
    return kind == "bank_card" and bool(_ORDER_WORD.search(before))


def _is_resident(digits: str, cuts: tuple[int, ...]) -> bool:
    """Whether digits are a resident ID, or one with the two digits of a card of the disabled behind it.

    A mistyped check digit is private too, but then the groups must be cut as people cut an ID.
    """
    if len(digits) == 20 and digits[18] in "1234567" and digits[19] in "1234":
        return _is_resident(digits[:18], (18,) if len(cuts) == 1 or cuts[-1] == 2 else cuts)
    if len(digits) not in (15, 18) or digits[0] in "07":
        return False
    born = digits[6:14] if len(digits) == 18 else f"19{digits[6:12]}"
    if not _is_birth(born):
        return False
    ends = {sum(cuts[:place]) for place in range(1, len(cuts))}
    if len(digits) == 15:
        return _PROVINCES.match(digits) is not None and ends <= {3, 6, 8, 10, 12}
    if _has_check_digit(digits):
        return True
    return not uscc.is_valid(digits) and (not ends or {6, 14} <= ends or ends <= {14, 17, 6, 10})


def _is_birth(born: str) -> bool:
    return (
        born.isdigit() and 1880 <= int(born[:4]) <= 2060 and 1 <= int(born[4:6]) <= 12 and 1 <= int(born[6:8]) <= 31
    )  # fmt: skip


def _is_card(digits: str, cuts: tuple[int, ...]) -> bool:
    """Whether 15 to 19 digits begin as UnionPay cards do, or as another bank's and pass the Luhn check."""
    if not 15 <= len(digits) <= 19 or not digits.isdigit():
        return False
    is_cut_oddly = len(cuts) > 1 and bool(set(cuts[:3]) - {4, 6})
    if digits.startswith("62") and len(digits) >= 16:
        return not is_cut_oddly or _passes_luhn(digits)
    begins = digits[0] in "3456" if len(digits) <= 16 else digits[0] in "4569"
    return not is_cut_oddly and (begins or digits[0] == "9") and _passes_luhn(digits)


def _passes_luhn(digits: str) -> bool:
    values = [int(digit) for digit in reversed(digits)]
    return (
        sum(value if place % 2 == 0 else sum(divmod(2 * value, 10)) for place, value in enumerate(values)) % 10 == 0
    )  # fmt: skip


def _is_valid_id(part: str) -> bool:
    return len(part) == 18 and part[:17].isdigit() and _is_birth(part[6:14]) and _has_check_digit(part)


def _has_check_digit(number: str) -> bool:
    return number[:-1].isdigit() and bool(ric.calc_check_digit(number) == number[-1])
