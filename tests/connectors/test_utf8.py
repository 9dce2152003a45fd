"""What the bytes of texts tell agrees with what Unicode says of every character."""

from unicodedata import category, normalize

import pyarrow as pa
import pytest

from connectors.invisible import INVISIBLE
from connectors.utf8 import consist_of, hold_any, is_plain

EVERY = [chr(point) for point in range(0x110000) if not 0xD800 <= point < 0xE000]


def test_a_plain_text_shows_whole_bears_no_mark_and_is_its_own_compatibility_form() -> None:
    plain = [char for char in EVERY if is_plain(pa.array([char]))]
    assert {"5", "村", "龥", " ", "-"} <= set(plain)
    assert not {"①", "５", "\u200b", "\x00", "（", "²"} & set(plain)
    text = "".join(plain)
    assert normalize("NFKC", text) == text
    assert not INVISIBLE.search(text)
    assert "No" not in set(map(category, plain))


@pytest.mark.parametrize(
    ("texts", "are_digits"),
    [
        ([], True),
        ([None], True),
        (["12", None, "3"], True),
        (["12", "3a"], False),
        (["１２"], False),
        (["", "7"], True),
    ],
)
def test_texts_consist_of_some_bytes_or_they_do_not(texts: list[str | None], are_digits: bool) -> None:
    assert consist_of(pa.array(texts, pa.string()), b"0123456789") == are_digits


def test_only_the_texts_of_a_slice_are_looked_at() -> None:
    texts = pa.array(["x", "12", "34", "y"])
    assert consist_of(texts.slice(1, 2), b"0123456789")
    assert not consist_of(texts.slice(1, 3), b"0123456789")


def test_a_part_is_found_in_the_texts_of_a_slice_only() -> None:
    texts = pa.array(["a—", "b", None, "cd"])
    assert hold_any(texts, ["—".encode()])
    assert hold_any(texts, [b"x", b"c"])
    assert not hold_any(texts.slice(1), ["—".encode(), b"a"])
    assert not hold_any(texts.slice(0, 0), [b"a"])
