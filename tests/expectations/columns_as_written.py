"""Columns as clerks and programs write them, cell by cell with what is right.

Written before the code that reads them, and not changed since; so what holds here was not made to.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

SENT = "sent back"
"""No value, and a finding at the cell."""


class Or:
    """Any of these is right."""

    def __init__(self, *ways: Any) -> None:
        self.ways = ways


@dataclass(frozen=True)
class Said:
    """This value, and a finding at the cell."""

    value: Any


@dataclass(frozen=True)
class F:
    """A value under a number format."""

    value: Any
    form: str


D = dt.datetime
NUM: dict[str, Any] = {"type": "number", "unit": "公斤"}
PCT: dict[str, Any] = {"type": "number", "unit": "%"}
IDN: dict[str, Any] = {"kind": "identifier", "key": True}
DAY: dict[str, Any] = {"type": "date"}

# fmt: off
CASES: list[tuple[str, str, dict[str, Any], list[tuple[Any, Any]]]] = [
 ("comma column, kilos", "text", NUM, [("7,5", 7.5), ("0,375", .375), ("18,25", 18.25), ("2.040,5", 2040.5), ("64", 64)]),
 ("dot groups twice", "text", NUM, [("1.250.000", Or(1250000)), ("3.400.500", Or(3400500)), ("12,75", Or(12.75))]),
 ("leading zero alone", "text", NUM, [("0,250", SENT), ("14", 14), ("3.5", 3.5)]),
 ("long first group", "text", NUM, [("98765,432", SENT), ("12.5", 12.5), ("1,250", 1250)]),
 ("plain thousands", "text", NUM, [("4,500", 4500), ("12,000", 12000), ("999", 999), ("1,234,567.25", 1234567.25)]),
 ("mixed conventions", "text", NUM, [("12,5", SENT), ("13,75", SENT), ("14.5", 14.5), ("2,345", SENT), ("9.25", 9.25)]),
 ("negative and currency in commas", "text", {"type": "number", "unit": "元"}, [("-3,50", -3.5), ("¥12,80", 12.8), ("7,25元", 7.25)]),
 ("blank groups", "text", NUM, [("12 500", 12500), ("1 250 000", 1250000), ("12 5", SENT), ("0 125", SENT)]),
 ("apostrophe groups", "text", NUM, [("1'250", 1250), ("12'5", SENT)]),
 ("lists with commas", "text", NUM, [("3,5", SENT), ("1,2,3", SENT), ("40", 40)]),
 ("commas in a text, numbers stored", "book", NUM, [("7,5", 7.5), ("8,25", 8.25), (1.234, 1.234), (1234.5, 1234.5), ("0,5", .5)]),
 ("integers with a decimal comma", "text", {"type": "integer"}, [("12,5", SENT), ("1,250", 1250), ("7", 7)]),
 ("full-width comma", "text", NUM, [("２，５００", 2500), ("０，５", SENT), ("１２．５", 12.5)]),
 ("circled marks", "text", NUM, [("820①", Said(820)), ("45.5②", Said(45.5)), ("③91", SENT), ("77", 77)]),
 ("superscripts", "text", NUM, [("64³", Said(64)), ("1,200¹", Said(1200)), ("10²", SENT), ("5⁴ ", Said(5))]),
 ("ordinals with a point", "text", NUM, [("⒈250", SENT), ("250⒈", Or(Said(250), SENT)), ("(3)", SENT)]),
 ("halves", "text", NUM, [("3½", SENT), ("½", Or(.5, SENT))]),
 ("square metres stay a unit", "text", {"type": "number", "unit": "平方米"}, [("12m²", 12), ("15㎡", 15), ("9", 9)]),
 ("lone circled answer", "text", {"type": "integer"}, [("③", Or(3, SENT)), ("4", 4)]),
 ("marks behind identifiers", "text", IDN, [("12①", Or("12①", SENT)), ("12", "12"), ("121", "121"), ("12²", Or("12²", SENT))]),
 ("marks behind days", "text", DAY, [("2025年6月1②", Or(Said(D(2025,6,1)), SENT)), ("2025-06-1①", Or(Said(D(2025,6,1)), SENT)), ("2025-06-12", D(2025,6,12))]),
 ("marks behind answers", "text", {"enum": ("水稻","小麦")}, [("水稻①", Or(Said("水稻"), SENT)), ("小麦", "小麦")]),
 ("invisible in keys", "text", IDN, [("A\u200b7", "A7"), ("\ufeffA8", "A8"), ("A9\u00ad", "A9"), ("\u202aB1\u202c", "B1")]),
 ("invisible in numbers", "text", NUM, [("12\u200b5", 125), ("\u200e88", 88), ("\u2060", None)]),
 ("invisible in names", "text", {"kind": "person_name"}, [("严\u200b测试", "严测试"), ("\u2067严试测\u2069", "严试测")]),
 ("dashes of identifiers", "text", IDN, [("2-13", "2-13"), ("21-3", "21-3"), ("213", "213"), ("2–14", "2-14"), ("2—15", "2-15"), ("2－16", "2-16")]),
 ("zeros of identifiers", "text", IDN, [("007", "007"), ("7", "7"), ("0-7", "0-7"), ("00-7", "00-7")]),
 ("zeros shown by a format", "book", IDN, [(F(7, "0000"), "0007"), (F(81, "0000"), "0081"), ("0100", "0100")]),
 ("points of identifiers", "text", IDN, [("3·1", "3·1"), ("31", "31")]),
 ("days in identifiers", "book", IDN, [("4-33", "4-33"), (D(2025,4,7), SENT), (F(D(2025,4,8), "m-d"), SENT), ("4-40", "4-40")]),
 ("all days", "book", IDN, [(D(2025,4,1), SENT), (D(2025,4,2), SENT)]),
 ("days in identifiers as text", "text", IDN, [("5-40", "5-40"), ("5月6日", SENT), ("2025/5/7", SENT), ("5-41", "5-41"), ("6-May", SENT), ("May-06", SENT)]),
 ("serials in identifiers", "book", IDN, [("5-40", "5-40"), (45783, SENT), ("5-41", "5-41"), ("5-42", "5-42")]),
 ("long numbers that look like days", "text", IDN, [("20250506", "20250506"), ("20250507", "20250507")]),
 ("five digits that are numbers", "book", IDN, [(45783, "45783"), (45784, "45784"), (51200, "51200")]),
 ("times in identifiers", "book", IDN, [(dt.time(3, 5), SENT), ("3:40", "3:40"), ("3:61", "3:61")]),
 ("serials of 1904", "book1904", DAY, [(44390, D(2025,7,14)), (F(D(2025,7,20), "yyyy-mm-dd"), D(2025,7,20)), ("2025-07-21", D(2025,7,21))]),
 ("serials of 1900", "book", DAY, [(45852, D(2025,7,14)), (F(D(2025,7,20), "yyyy-mm-dd"), D(2025,7,20))]),
 ("serial as text in 1904", "book1904", DAY, [("44390", Or(D(2025,7,14), SENT))]),
 ("shares among percentages", "text", PCT, [("85%", 85), ("0.9", SENT), ("90", 90), ("92.5%", 92.5), ("1", SENT), ("0", 0)]),
 ("small percentages", "text", PCT, [("0.8", .8), ("1.2", 1.2), ("2.5", 2.5), ("0.4%", .4)]),
 ("formatted percentages", "book", PCT, [(F(.85, "0%"), 85), (F(.912, "0.0%"), 91.2), (88, 88), (.87, SENT)]),
 ("formulas without results", "book", NUM, [("=1+1", Said(None)), (12, 12), ("=A3*2", Said(None))]),
 ("formulas in a key", "book", IDN, [("=\"A\"&1", SENT), ("A2", "A2")]),
]
# fmt: on
"""What it shows, how it is kept (text, a workbook, one that counts from 1904), the column, its cells."""
