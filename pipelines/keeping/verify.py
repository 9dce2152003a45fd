"""Finding out whether all of a home is still what was written, and whether its parts agree; nothing is changed.

Quick, it looks at presence, sizes and counts; deep, at every byte, and at every record against what it was staged as.
Of what was staged every page has a checksum; what a Parquet file says of itself below its pages has none.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy.exc import SQLAlchemyError

from connectors.archive import DamagedError
from pipelines.home.folders import HomeError
from pipelines.home.site import Site
from pipelines.keeping.tables import released_tables, tables
from pipelines.keeping.trouble import Trouble
from pipelines.loading.progress import Progress
from warehouse.staged import Part
from warehouse.whole import UnreadableError

_STAGED: tuple[tuple[Part, str], ...] = (("records", "rows_recorded"), ("quarantine", "rows_quarantined"))
_BROUGHT_BACK = "bring it back from a backup: objects/{0}/{1} of the backup folder holds the same bytes"


def verify(site: Site, *, deep: bool = False, progress: Progress | None = None) -> list[Trouble]:
    """Everything that is wrong with a home, and what to do about each.

    Args:
        site: The home, opened.
        deep: Read every byte.
        progress: Who watches.
    """
    watch = progress or Progress()
    found = [*_key(site), *_ledger(site)]
    if found:
        return found  # without them nothing else can be judged
    for check in (_archive, _staged, tables, released_tables):
        found += check(site, deep, watch)
    return [*found, *_counts(site), *_published(site, deep), *_audit(site)]


def _key(site: Site) -> Iterator[Trouble]:
    try:
        site.home.key  # noqa: B018 - reading it is the check
    except (HomeError, ValueError) as error:
        yield Trouble("config/private.key", str(error), "bring it back from a backup; never make a new one")


def _ledger(site: Site) -> Iterator[Trouble]:
    try:
        problems = site.ledger.problems()
    except SQLAlchemyError as error:
        problems = [f"it cannot be read: {type(error).__name__}"]
    for problem in problems:
        yield Trouble("ledger", problem, "restore the home from a backup into a new folder: shiji restore")


def _archive(site: Site, deep: bool, progress: Progress) -> Iterator[Trouble]:
    """What was received, against its hash."""
    rows = site.ledger.submissions().select(["sha256"]).to_pylist()
    sizes = site.ledger.sizes()
    for sha256 in progress.over(sorted({row["sha256"] for row in rows}), "Archive"):
        path = site.archive.path(sha256)
        where, remedy = f"archive/{sha256[:2]}/{sha256}", _BROUGHT_BACK.format(sha256[:2], sha256)
        if not path.exists():
            yield Trouble(where, "it is missing", remedy)
        elif path.stat().st_size != sizes[sha256]:
            yield Trouble(
                where, f"it has {path.stat().st_size} bytes and was received with {sizes[sha256]}", remedy
            )
        elif deep and not _is_whole(site, sha256):
            yield Trouble(where, "its bytes are not those that were received", remedy)


def _is_whole(site: Site, sha256: str) -> bool:
    try:
        site.archive.checked(sha256)
    except DamagedError:
        return False
    return True


def _staged(site: Site, deep: bool, progress: Progress) -> Iterator[Trouble]:
    """Rows that were staged, against the ledger's counts."""
    rows = [
        row
        for row in site.ledger.submissions().to_pylist()
        if row["status"] in ("accepted", "partial", "superseded", "refused", "held")
    ]
    for row in progress.over(rows, "Staged"):
        for part, counted in _STAGED:
            expected = row[counted] or 0
            where = f"warehouse/staged/{row['dataset']}/{row['submission_id']}.{part}.parquet"
            try:
                held = site.staged.rows(row["dataset"] or "", row["submission_id"], part, deep=deep)
            except UnreadableError as error:
                yield Trouble(where, str(error), _AGAIN)
                continue
            if held != expected:
                yield Trouble(where, f"it holds {held} rows, and the ledger says {expected}", _AGAIN)


_AGAIN = "bring it back from a backup, or restore the home into a new folder: shiji restore"


def _counts(site: Site) -> Iterator[Trouble]:
    """Tables against the ledger: the rules that also stand before every release."""
    from pipelines.loading.release import gate

    try:
        problems = gate(site)
    except Exception as error:  # a file that is missing or damaged, which has been named before
        problems = [f"they cannot be counted: {type(error).__name__}"]
    for problem in problems:
        yield Trouble("tables", problem, "run shiji load: it rebuilds what differs")


def _published(site: Site, deep: bool) -> Iterator[Trouble]:
    from warehouse.publish import damaged

    if not site.ledger.built("published"):
        return
    for name in damaged(site.home.published, deep=deep):
        yield Trouble(
            f"published/current/{name}",
            "it is missing, or not as it was published",
            "remove the folder published/current points to, then run shiji load: it publishes again",
        )


def _audit(site: Site) -> Iterator[Trouble]:
    found = site.audit.verify()
    if found.broken_line is not None:
        yield Trouble(
            f"{Path(site.home.audit).name}, line {found.broken_line}",
            f"the chain is broken: {found.why}",
            "compare it with a backup, and ask who could write there",
        )
