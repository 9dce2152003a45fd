"""Which digest a submission should have been staged by, where a contract has versions for spans of months.

What goes into a digest is its caller's business.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from hashlib import sha256

Digests = str | Mapping[str, str]
"""Of a dataset: one for all months, or by the first month it holds for (blank: from the start)."""


def digest_at(digests: Digests, months: Iterable[str]) -> str:
    """The digest of what is about some months: of all versions that hold for one of them; of every one where none is known."""
    if isinstance(digests, str):
        return digests
    since = sorted(digests)
    holding = {max((one for one in since if one <= month), default=since[0]) for month in months} or set(
        since
    )
    if len(holding) == 1:
        return digests[holding.pop()]
    return sha256("\n".join(digests[one] for one in sorted(holding)).encode()).hexdigest()
