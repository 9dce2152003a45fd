"""Rotating the key: from the archive, everything that holds tokens is made anew under a new key.

The digest that a submission is staged with bears the key's fingerprint, so that the load itself finds what is still
under the old one; a rotation that was cut off is gone on with by the next load or by the same command. No sender hears
of it. Releases and earlier versions of the tables keep the tokens they have.
"""

from __future__ import annotations

import secrets

from expectations.privacy.masks import Privacy
from pipelines.home import keys
from pipelines.home.folders import Home
from pipelines.home.lock import PATIENCE, writing
from pipelines.home.site import Site
from pipelines.loading.load import Summary, load
from pipelines.loading.progress import Progress


def rotate(
    home: Home, reason: str = "", progress: Progress | None = None, key: bytes | None = None
) -> Summary:
    """Give a home a new key, or go on with a rotation that was cut off.

    Args:
        home: The home.
        reason: Why; kept in the audit log.
        progress: Who watches.
        key: The new key, 32 random bytes when None.

    Returns:
        What the load did that made everything anew; where it has not finished, neither has the rotation.

    Raises:
        HomeError: Something else is writing into this home and does not end.
    """
    with writing(home, "key rotation", PATIENCE):
        if not keys.counts(home):
            new = key or secrets.token_bytes(32)
            site = Site(home)
            subject = f"{site.privacy.fingerprint} to {Privacy(new).fingerprint}"
            site.audit.append("key rotation", subject, reason)
            keys.begin(home, new)
        return load(Site(Home(home.root)), progress=progress, retry_failed=True)
