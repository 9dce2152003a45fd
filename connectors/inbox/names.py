"""File names are bytes: how they are written as text, so that every name has one text and every text one name."""

from __future__ import annotations

import os
import re
from pathlib import PurePath

_GBK = "%GBK"
"""What a name begins with whose bytes are GBK, as systems in China that know no UTF-8 write them."""

_ESCAPED = re.compile(r"[\x00-\x1f\x7f-\x9f\\\u2028\u2029\udc80-\udcff]|%(?=[0-9A-Fa-f]{2}|GBK)")
"""What is written as ``%0A``: control characters, line ends, bytes that are no text, and what would read like one.

A backslash too: it is a separator on the systems of those who read the slips."""

_USUAL = re.compile(r"[\x20-\x7e·—‘’“”…　-〕㈠-㈩㎎-㏕一-龥＀-￮]+")
"""Characters of names in China; other bytes decode as GBK too, to rare ones."""


def shown(name: str) -> str:
    """One part of a path as text that can be stored and printed anywhere, from which its bytes can be told.

    Args:
        name: As Python gives it; bytes that are not UTF-8 are lone surrogates in it.
    """
    raw = os.fsencode(name)
    try:
        return _escaped(raw.decode("utf-8"))
    except UnicodeDecodeError:
        text = _gbk(raw)
    return _escaped(raw.decode("utf-8", "surrogateescape")) if text is None else _GBK + _escaped(text)


def shown_path(below: PurePath) -> str:
    """A path as text, with ``/`` on every system."""
    return "/".join(map(shown, below.parts))


def _gbk(raw: bytes) -> str | None:
    try:
        text = raw.decode("gbk")
    except UnicodeDecodeError:
        return None
    return text if _USUAL.fullmatch(text) and text.encode("gbk") == raw else None


def _escaped(text: str) -> str:
    return _ESCAPED.sub(
        lambda found: "".join(f"%{byte:02X}" for byte in found[0].encode("utf-8", "surrogateescape")), text
    )
