"""Numbers of people and bodies: resident IDs, credit codes, phones, cards; check digits over whole columns at once.

The rules are those of ``stdnum.cn.ric`` and ``stdnum.cn.uscc``, which the tests hold these against; here they run
on a matrix of bytes, because a million IDs one at a time take half a minute.

Sources: GB 11643-1999 (MOD 11-2), GB 32100-2015 (MOD 31).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.dates import real_days
from expectations.conform.numbers import lost_digits
from expectations.conform.patterns import BLANKS, Mask, Pattern, matches, replaced, where
from expectations.conform.stand_ins import without_stand_ins
from expectations.conform.texts import LOST_DIGITS, Parsed, problem

Bytes = npt.NDArray[np.uint8]

_RIC_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_RIC_CHECK = np.frombuffer(b"10X98765432", dtype=np.uint8)
_USCC_ALPHABET = np.frombuffer(b"0123456789ABCDEFGHJKLMNPQRTUWXY", dtype=np.uint8)
_USCC_WEIGHTS = np.array([1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28])
_LENGTH = 18

BIRTH_DATE = "_birth_date"
"""Suffix of the helper column that rules on age read."""

_RESIDENT = r"^\d{17}[\dX]$"
_PHONE = r"^(?:1[3-9]\d{9}|0\d{9,11}|400\d{7})$"
_PRINTED_FLOAT = Pattern(r"^\d\.\d+[eE]\+\d{1,3}$", signs="eE")
"""What a spreadsheet prints where an identifier such as 3E5 became a number."""

_CARD = r"^\d{12,21}$"
_GAPS = Pattern(r"[\s\-·]", signs=f"{BLANKS}-·")
_PHONE_GAPS = Pattern(r"[\s()\-—]", signs=f"{BLANKS}()-—")
_DASH = Pattern(r"\s*[‐‑‒–—―−﹣-]\s*", signs="‐‑‒–—―−﹣-")
_LOOSE_BLANKS = Pattern(r"(\D|^)\s+|\s+(\D|$)", signs=BLANKS)
_BLANKS = Pattern(r"\s+", signs=BLANKS)
_IN_GROUPS = r"^\d[\d ]{8,}$"


def parse_resident_ids(values: pa.StringArray, *, title: str, latest: np.datetime64 | None) -> Parsed:
    """Distinct texts as resident IDs, upper case and without blanks; the text stays where the check fails.

    Args:
        values: Distinct texts.
        title: Column title.
        latest: The last day on which a holder can have been born (the period's end); None for no limit.
    """
    numbers = _compact(values)
    shaped = matches(numbers, _RESIDENT)
    births = birth_dates(numbers, shaped)
    good = shaped & _ric_checks(numbers, shaped) & ~np.isnat(births)
    future = good & (births > latest) if latest is not None else np.zeros_like(good)
    lost = matches(numbers, LOST_DIGITS)
    rest = ~good & ~lost
    old = matches(numbers, r"^\d{15}$") if rest.any() else rest
    problems = (
        *problem(rest & ~old, "resident_id_check", title=title),
        *problem(old, "resident_id_check", "old", title=title),
        *problem(future, "resident_id_check", "unborn", title=title),
        *lost_digits(lost, title),
    )
    born = pa.array(births.astype("datetime64[us]"), mask=np.isnat(births))
    return Parsed(numbers, problems, {BIRTH_DATE: born})


def birth_dates(numbers: pa.StringArray, shaped: Mask) -> npt.NDArray[np.datetime64]:
    """Birth dates inside resident IDs of the right shape; NaT where there is none."""
    born = np.full(len(numbers), np.datetime64("NaT", "D"))
    digits = _matrix(numbers, shaped)[:, 6:14].astype(np.int64) - ord("0")
    year = digits[:, :4] @ np.array([1000, 100, 10, 1])
    born[shaped] = real_days(year, digits[:, 4] * 10 + digits[:, 5], digits[:, 6] * 10 + digits[:, 7])
    return born


def parse_credit_codes(values: pa.StringArray, *, title: str) -> Parsed:
    """Distinct texts as unified social credit codes, upper case."""
    codes = _compact(values)
    shaped = matches(codes, r"^[0-9A-HJ-NPQRTUWXY]{2}\d{6}[0-9A-HJ-NPQRTUWXY]{10}$")
    good = shaped.copy()
    good[shaped] = _uscc_checks(_matrix(codes, shaped))
    lost = matches(codes, LOST_DIGITS)
    wrong = problem(~good & ~lost, "credit_code_check", title=title)
    return Parsed(codes, (*wrong, *lost_digits(lost, title)))


def parse_phones(values: pa.StringArray, *, title: str) -> Parsed:
    """Distinct texts as phone numbers: digits only, without +86."""
    numbers = replaced(values, _PHONE_GAPS, "")
    numbers = pc.replace_substring_regex(numbers, r"^(?:\+|00)?86(1\d{10})$", r"\1")
    return Parsed(numbers, problem(~matches(numbers, _PHONE), "phone_check", title=title))


def parse_cards(values: pa.StringArray, *, title: str) -> Parsed:
    """Distinct texts as bank cards or accounts: digits only. Passbook accounts carry no Luhn digit."""
    numbers = _compact(values)
    lost = matches(numbers, LOST_DIGITS)
    wrong = ~lost & ~matches(numbers, _CARD)
    return Parsed(numbers, (*problem(wrong, "bank_card_check", title=title), *lost_digits(lost, title)))


def parse_long_numbers(values: pa.StringArray, *, title: str) -> Parsed:
    """Distinct texts as codes that only must not have gone through a float (student numbers, region codes)."""
    own, stand_ins = without_stand_ins(values, title=title)
    numbers = _compact(own)
    return Parsed(numbers, (*lost_digits(matches(numbers, LOST_DIGITS), title), *stand_ins))


def parse_identifiers(values: pa.StringArray, *, title: str) -> Parsed:
    """Distinct texts as numbers that a department gives: as written, for ``1-11`` is not ``11-1``.

    Upper case, every dash the same, and without blanks but those that keep two numbers apart (``1 11``); a long
    number in groups is one.
    """
    values, stand_ins = without_stand_ins(values, title=title)
    bare = ~matches(values, r"[0-9A-Za-z]") & values.is_valid().to_numpy(zero_copy_only=False)
    numbers = replaced(values, _DASH, "-")
    numbers = replaced(numbers, _LOOSE_BLANKS, r"\1\2")
    numbers = replaced(numbers, _BLANKS, " ")
    in_groups = matches(numbers, _IN_GROUPS)
    numbers = where(in_groups, pc.replace_substring(numbers, " ", ""), pc.ascii_upper(numbers))
    lost = matches(values, LOST_DIGITS) | matches(values, _PRINTED_FLOAT)
    doubted = problem(bare, "odd_identifier", title=title)
    return Parsed(where(lost, values, numbers), (*lost_digits(lost, title), *stand_ins, *doubted))


def _compact(values: pa.StringArray) -> pa.StringArray:
    return where(matches(values, LOST_DIGITS), values, pc.ascii_upper(replaced(values, _GAPS, "")))


def _matrix(texts: pa.StringArray, at: Mask) -> Bytes:
    """The marked texts, all 18 bytes long, as a matrix of bytes."""
    fixed = texts.filter(pa.array(at)).cast(pa.binary()).cast(pa.binary(_LENGTH))
    if not len(fixed):
        return np.empty((0, _LENGTH), dtype=np.uint8)
    flat = np.frombuffer(fixed.buffers()[1], dtype=np.uint8)
    return flat[fixed.offset * _LENGTH :][: len(fixed) * _LENGTH].reshape(-1, _LENGTH)


def _ric_checks(numbers: pa.StringArray, shaped: Mask) -> Mask:
    matrix = _matrix(numbers, shaped)
    digits = matrix[:, :17].astype(np.int64) - ord("0")
    result = shaped.copy()
    result[shaped] = _RIC_CHECK[(digits @ _RIC_WEIGHTS) % 11] == matrix[:, 17]
    return result


def _uscc_checks(matrix: Bytes) -> Mask:
    worth = np.zeros(256, dtype=np.int64)
    worth[_USCC_ALPHABET] = np.arange(len(_USCC_ALPHABET))
    values = worth[matrix]
    good: Mask = (31 - values[:, :17] @ _USCC_WEIGHTS) % 31 == values[:, 17]
    return good
