"""The warehouse's tables against their files, the hashes noted of these, and what the submissions in force say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from pipelines.home.site import Site
from pipelines.keeping.trouble import Trouble
from pipelines.loading.progress import Progress
from pipelines.loading.records import in_force_records, outdated_records
from warehouse.checksums import changed, log_files
from warehouse.release import releases

_REBUILT = "run shiji load --period {0}: it writes the month anew from the staged submissions"
_BACK = "bring it back from a backup, or restore the home into a new folder: shiji restore"


def tables(site: Site, deep: bool, progress: Progress) -> Iterator[Trouble]:
    """The tables as they are."""
    store = site.store
    for table in progress.over(store.tables(), "Tables"):
        if deep:
            yield from (
                _spoilt(site, path, "its bytes are not those that were written", _BACK)
                for path in changed(store, table, log_files(store, table))
            )
        yield from _files(site, table, None, deep)
    if deep:
        for dataset in progress.over(list(site.contracts), "Records"):
            yield from _records(site, dataset)


def released_tables(site: Site, deep: bool, progress: Progress) -> Iterator[Trouble]:
    """The tables of every release, as far as they are not those of today."""
    seen = {(table, _present(site, table)) for table in site.store.tables()}
    for release in progress.over(releases(site.store), "Releases"):
        for table, version in release.versions.items():
            if (table, version) not in seen:
                seen.add((table, version))
                yield from _files(site, table, version, deep)


def _present(site: Site, table: str) -> int | None:
    """The version of a table; None where its log cannot be read, which has been named by ``tables``."""
    try:
        return site.store.version(table)
    except Exception:  # the library raises whatever its log makes it stumble over
        return None


def _files(site: Site, table: str, version: int | None, deep: bool) -> Iterator[Trouble]:
    store = site.store
    try:
        files = store.files(table, version)
    except Exception as error:  # the library raises whatever its log makes it stumble over
        yield Trouble(
            f"warehouse/{table}", f"version {version} cannot be read: {type(error).__name__}", _BACK
        )
        return
    for path in files:
        if problem := _unreadable(path):
            yield _spoilt(site, path, problem, _remedy(path, is_present=version is None))
    for path in changed(store, table, files) if deep else ():
        remedy = _remedy(path, is_present=version is None)
        yield _spoilt(site, path, "its bytes are not those that were written", remedy)


def _unreadable(path: Path) -> str | None:
    import pyarrow.parquet as pq

    if not path.exists():
        return "it is missing"
    try:
        pq.read_metadata(path)
    except (pa.ArrowException, OSError):
        return "it is cut short, or no longer a Parquet file"
    return None


def _remedy(path: Path, *, is_present: bool) -> str:
    period = next((part.split("=")[1] for part in path.parts if part.startswith("period=")), None)
    return _REBUILT.format(period) if is_present and period else _BACK


def _spoilt(site: Site, path: Path, what: str, remedy: str) -> Trouble:
    return Trouble(path.relative_to(site.home.root).as_posix(), what, remedy)


def _records(site: Site, dataset: str) -> Iterator[Trouble]:
    """Every record of a dataset against the staged rows in force; months that wait for a load are left to it."""
    if dataset not in site.store.tables():
        return
    waiting = set(outdated_records(site).get(dataset, ()))
    months = [month for month in site.ledger.built(dataset) if month not in waiting]
    try:
        expected = in_force_records(site, dataset, months)
        held = _as_now(site.store.read(dataset), expected.schema)
    except (
        Exception
    ) as error:  # what cannot be read has been named above; which library stumbles does not matter
        yield Trouble(
            f"warehouse/{dataset}", f"its records cannot be compared: {type(error).__name__}", _BACK
        )
        return
    for month in months:
        if not _sorted(_of(expected, month)).equals(_sorted(_of(held, month))):
            what = f"the records of {month} are not those of the submissions in force"
            yield Trouble(f"warehouse/{dataset}", what, _REBUILT.format(month))


def _as_now(held: pa.Table, schema: pa.Schema) -> pa.Table:
    """With the columns of today: a version that adds one leaves the months before it as they were written."""
    for name in schema.names:
        if name not in held.column_names:
            held = held.append_column(name, pa.nulls(held.num_rows, schema.field(name).type))
    return held.select(schema.names).cast(schema)


def _of(table: pa.Table, month: str) -> pa.Table:
    import pyarrow.compute as pc

    return table.filter(pc.equal(table["period"], month))


def _sorted(table: pa.Table) -> pa.Table:
    return table.sort_by([(name, "ascending") for name in table.column_names]).combine_chunks()
