"""Packages of some hundred kilobytes that unpack to hundreds of megabytes: refused before anyone unpacks them."""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping

import pytest

from tests.connectors.fuzz.bounded import BoundedReader
from tests.connectors.fuzz.seeds import packed, seeds, unpacked

MAIN = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
RELATIONS = b"http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRINGS = "xl/sharedStrings.xml"


def _swollen(parts: Mapping[str, bytes], part: str, before: bytes, again: bytes, times: int) -> bytes:
    """The package with the same said so many times behind the first ``before`` of a part."""
    head, _, tail = parts[part].partition(before)
    return packed({**parts, part: head + before + again * times + tail})


def _strings() -> bytes:
    parts = unpacked(seeds()["xlsx"]) | {STRINGS: b'<sst xmlns="' + MAIN + b'"></sst>'}
    return _swollen(parts, STRINGS, b'main">', b"<si><t>a</t></si>", 18_000_000)


def _sheets() -> bytes:
    sheet = b'<sheet name="a" sheetId="1" xmlns:r="' + RELATIONS + b'" r:id="rId1"/>'
    return _swollen(unpacked(seeds()["xlsx"]), "xl/workbook.xml", b"<sheets>", sheet, 50_000)


def _styles() -> bytes:
    return _swollen(
        unpacked(seeds()["ods"]),
        "content.xml",
        b"<office:automatic-styles>",
        b"<style:style/>",
        18_000_000,
    )


def _lying() -> bytes:
    """A directory that claims the strings to be a thousandth as long as they are."""
    content = _strings()
    at = content.rindex(STRINGS.encode()) - 46
    (size,) = struct.unpack_from("<I", content, at + 24)
    return content[: at + 24] + struct.pack("<I", size // 1000) + content[at + 28 :]


@pytest.mark.parametrize(
    ("package", "code"),
    [
        (_strings, "too_large"),
        (_lying, "unreadable"),
        (_styles, "too_large"),
        (_sheets, "too_large"),
        (lambda: packed({"a.zip": packed({"b.xlsx": _strings()})}), "too_large"),
    ],
    ids=["strings", "strings nobody declared", "styles", "sheets", "zip in a zip"],
)
def test_a_swollen_package_costs_little(
    reader: BoundedReader, package: Callable[[], bytes], code: str
) -> None:
    assert reader.outcome(package()) == code
