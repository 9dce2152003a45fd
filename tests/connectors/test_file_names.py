"""File names are bytes; each is written as one text, from which its bytes can be told."""

from __future__ import annotations

import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.inbox.names import shown

names = st.binary(min_size=1, max_size=40).filter(lambda raw: b"\0" not in raw and b"/" not in raw)
chinese = st.text(st.sampled_from("榆塘县改厕台账年月（更正）2025%GBK0A\\\n·"), min_size=1)


def raw_of(text: str) -> bytes:
    """The bytes that a written name stands for."""
    coding = "gbk" if text.startswith("%GBK") else "utf-8"
    pieces = re.split("%([0-9A-F]{2})", text.removeprefix("%GBK"))
    return b"".join(
        bytes.fromhex(piece) if number % 2 else piece.encode(coding) for number, piece in enumerate(pieces)
    )


@pytest.mark.parametrize("name", ["榆塘县 (2).xlsx", "完成率100%.csv", "a&b'\"<c>.xls", "2025年6月.csv"])
def test_an_ordinary_name_is_written_as_it_is(name: str) -> None:
    assert shown(name) == name


def test_a_name_in_gbk_is_readable_and_told_from_the_same_name_in_utf_8() -> None:
    assert shown(os.fsdecode("榆塘县6月.csv".encode("gbk"))) == "%GBK榆塘县6月.csv"


def test_line_ends_and_bytes_that_are_no_text_are_written_by_number() -> None:
    assert shown("a\nb\tc.csv") == "a%0Ab%09c.csv"
    assert shown(os.fsdecode(b"a\xff.csv")) == "a%FF.csv"
    assert shown("a%0Ab.csv") == "a%250Ab.csv"


@given(names | chinese.map(str.encode) | chinese.map(lambda text: text.encode("gbk")))
def test_every_name_can_be_stored_printed_and_told_back(raw: bytes) -> None:
    text = shown(os.fsdecode(raw))

    assert raw_of(text) == raw
    assert text.encode("utf-8").decode("utf-8") == text
    assert not re.search(r"[\x00-\x1f\x7f\\]", text)
