"""What may not leave the archive in the clear: tokens for private columns, masks for what people must recognise.

A token is a keyed hash: the same person has the same token in every dataset, and nobody without the key can go back
or test a guess. A mask shows enough to find the cell again and no more. Nothing here logs or raises a value.
"""

from __future__ import annotations

import hmac
import re
from hashlib import sha256

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.texts import encode
from expectations.privacy.columns import as_arrow, as_series
from expectations.privacy.numbers import visible
from warehouse.scratch import scratch

_MANY = 100_000
"""Values from which on all cores together are faster than one alone; fewer cost less on one."""
_DIGEST = 24
_BLOCK = 64
_NUMBERED = re.compile(r"[0-9A-Za-z]{4}")
_WORD = re.compile(r"[^\s、,，;；/]+")


class Privacy:
    """Tokens and masks under one key.

    Args:
        key: The secret, at least 16 bytes; it never leaves the home.

    Raises:
        ValueError: The key is too short to keep anything secret.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 16:
            raise ValueError("the privacy key needs at least 16 bytes; make one with secrets.token_bytes(32)")
        self._key = key if len(key) <= _BLOCK else sha256(key).digest()  # as RFC 2104 does itself

    def __repr__(self) -> str:
        return "Privacy(key=…)"

    @property
    def fingerprint(self) -> str:
        """Tells one key from another and nothing about either."""
        return hmac.digest(self._key, b"shiji key fingerprint", "sha256").hex()[:16]

    def tokens(self, values: pd.Series, kind: str) -> pd.Series:
        """Tokens (``t_`` and 24 hexadecimal digits) of the values; missing stays missing.

        Args:
            values: Anything; compared as NFKC text without outer blanks, upper case.
            kind: What they are (``resident_id``, ``phone`` …): equal texts of different kinds differ.
        """
        distinct, places = encode(as_arrow(values))
        plain = pc.utf8_upper(pc.utf8_trim_whitespace(pc.utf8_normalize(distinct, "NFKC")))
        hashed = self._hashed(plain, f"{kind}\x1f")
        tokens = pc.binary_join_element_wise(pa.scalar("t_"), hashed, "").take(places)
        return as_series(tokens, values)

    def _hashed(self, values: pa.StringArray, prefix: str) -> pa.StringArray:
        if len(values) > _MANY:
            return _hmac_in_duckdb(self._key, pc.binary_join_element_wise(pa.scalar(prefix), values, ""))
        return _hmac(self._key, prefix.encode(), values)


def mask(text: str) -> str:
    """A private value as people may see it. Names and short values lose all but the first character."""
    plain = visible(text).strip()
    if not _NUMBERED.search(plain):  # a name, or several
        return _WORD.sub(lambda word: word[0][:1] + "*" * max(len(word[0]) - 1, 1), plain)
    if len(plain) >= 15:
        return f"{plain[:4]}{'*' * (len(plain) - 8)}{plain[-4:]}"
    if len(plain) >= 11:
        return f"{plain[:3]}{'*' * (len(plain) - 7)}{plain[-4:]}"
    if len(plain) >= 7:
        return f"{plain[:2]}{'*' * (len(plain) - 4)}{plain[-2:]}"
    return plain[:1] + "*" * max(len(plain) - 1, 1) if plain else ""


def mask_all(values: pd.Series) -> pd.Series:
    """``masked`` over a column."""
    return as_series(masked(as_arrow(values)), values)


def masked(texts: pa.StringArray) -> pa.StringArray:
    """``mask`` of many, each distinct value once."""
    distinct, places = encode(texts)
    return pa.array([mask(text) for text in distinct.to_pylist()], pa.string()).take(places)


def _pads(key: bytes) -> tuple[bytes, bytes]:
    """The blocks that RFC 2104 lays before the message and before its hash."""
    padded = np.frombuffer(key.ljust(_BLOCK, b"\0"), dtype=np.uint8)
    return bytes(padded ^ np.uint8(0x36)), bytes(padded ^ np.uint8(0x5C))


def _hmac(key: bytes, prefix: bytes, values: pa.StringArray) -> pa.StringArray:
    """HMAC-SHA256 of values; what all of them begin with is hashed once, in half the time of one by one."""
    inner, outer = map(sha256, _pads(key))
    inner.update(prefix)
    found = []
    for value in values.cast(pa.binary()).to_pylist():
        message, whole = inner.copy(), outer.copy()
        message.update(value)
        whole.update(message.digest())
        found.append(whole.hexdigest()[:_DIGEST])
    return pa.array(found, pa.string())


def _hmac_in_duckdb(key: bytes, messages: pa.StringArray) -> pa.StringArray:
    """HMAC-SHA256 of a million values at once, on every core."""
    inner, outer = _pads(key)
    rows = pa.table({"place": np.arange(len(messages)), "message": messages})
    with scratch() as connection:
        connection.register("rows", rows)
        hashed = connection.sql(
            "select left(sha256($outer || unhex(sha256($inner || encode(message)))), $digits) as token "
            "from rows order by place",
            params={"outer": outer, "inner": inner, "digits": _DIGEST},
        )
        tokens = hashed.to_arrow_table()["token"]
    return tokens.combine_chunks().cast(pa.string())
