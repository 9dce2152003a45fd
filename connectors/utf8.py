"""What the bytes of texts tell by themselves, in a hundredth of the time that a pattern takes to be compiled."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyarrow as pa

_PLAIN = bytes((*range(0x09, 0x0E), *range(0x20, 0x7F), *range(0x80, 0xC0), *range(0xE4, 0xEA)))
"""ASCII but for controls that show nothing, and what U+4000 to U+9FFF are made of."""


def is_plain(texts: pa.StringArray) -> bool:
    """Whether texts hold only ASCII and Chinese characters: all of them show, and each is its own compatibility form."""
    return consist_of(texts, _PLAIN)


def consist_of(texts: pa.StringArray, allowed: bytes) -> bool:
    """Whether the UTF-8 of texts has no other bytes than some."""
    return not _joined(texts).translate(None, allowed)


def hold_any(texts: pa.StringArray, parts: Sequence[bytes]) -> bool:
    """Whether any of some parts stands in the UTF-8 of texts; one that two texts make up together counts too."""
    return any(map(_joined(texts).__contains__, parts))


def _joined(texts: pa.StringArray) -> bytes:
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return b""
    ends = np.frombuffer(offsets, np.int32)[texts.offset : texts.offset + len(texts) + 1]
    joined: bytes = data.slice(ends[0], ends[-1] - ends[0]).to_pybytes()
    return joined
