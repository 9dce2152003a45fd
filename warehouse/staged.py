"""Staged submissions: what was made of each one's rows, kept as Parquet until the tables are built from it.

A submission has up to four parts, each a file of its own; a part is written beside and then moved, so that whoever
reads it sees all of it. What is in force, and what the rows mean, does not belong here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pyarrow as pa

from warehouse.codes import CODE_LENGTH, prefixes
from warehouse.encoding import write_parquet
from warehouse.whole import UnreadableError, Whole

if TYPE_CHECKING:
    from pyarrow.fs import FileSystem

Part = Literal["records", "findings", "quarantine", "checks"]
PARTS: tuple[Part, ...] = ("records", "findings", "quarantine", "checks")

Layout = Mapping[str, Mapping[str, str]]
"""By sheet, the letters of each column of the contract: ``{"Sheet1": {"households": "E"}}``."""

UNROUTED = "unrouted"
"""Stands for the dataset of what no contract took, in folders and in tables."""

LARGE = 50_000
"""Rows of records from which on a file becomes part of a table as it is; smaller ones are put together month by month."""

_ASIDE = ".aside"
_LAYOUT = b"shiji.layout"
_NOTES = b"shiji.notes"


@contextmanager
def _telling(path: str) -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (OSError, pa.ArrowException) as error:
        raise UnreadableError(path) from error


class StagedStore:
    """Staged submissions below a folder of a file system: ``<dataset>/<submission>.<part>.parquet``.

    Args:
        root: The folder; made on the first write.
        filesystem: Where the folder is; the local one when None.
    """

    def __init__(self, root: Path | str, filesystem: FileSystem | None = None) -> None:
        from pyarrow.fs import LocalFileSystem

        self._root = str(root)
        self._files = filesystem or LocalFileSystem()

    @property
    def aside(self) -> StagedStore:
        """Where submissions are staged until it is decided what becomes of them; hidden from the datasets' folders."""
        return StagedStore(f"{self._root}/{_ASIDE}", self._files)

    def adopt(self, dataset: str, submission_id: str) -> None:
        """Put what lies aside of a submission in the place of what was staged of it before."""
        aside = self.aside
        for part in PARTS:
            source, target = (
                aside._path(dataset, submission_id, part),
                self._path(dataset, submission_id, part),
            )
            if part == "records":
                self._remove(
                    _hash_of(target)
                )  # first: a file without its hash is read row by row, which is never wrong
            if aside._exists(source):
                self._files.create_dir(self._folder(dataset), recursive=True)
                self._files.move(source, target)
            else:
                self._remove(target)
            if part == "records" and aside._exists(_hash_of(source)):
                self._files.move(_hash_of(source), _hash_of(target))

    def write(self, dataset: str, submission_id: str, part: Part, table: pa.Table) -> None:
        """Keep a part of a submission; one without rows is no file, but for its records."""
        path = self._path(dataset, submission_id, part)
        self._remove(_hash_of(path))
        if not table.num_rows and part != "records":
            self._remove(path)
            return
        folder, _, name = path.rpartition("/")
        self._files.create_dir(folder, recursive=True)
        beside = f"{folder}/.{name}.tmp"
        write_parquet(table, beside, self._files)
        self._files.move(beside, path)
        if part == "records" and table.num_rows >= LARGE:
            with self._files.open_output_stream(_hash_of(path)) as file:
                file.write(self._sha256(path).encode())

    def read(self, dataset: str, submission_ids: Iterable[str], part: Part, schema: pa.Schema) -> pa.Table:
        """A part of submissions, under one another in the order given; those that have none give no rows.

        Raises:
            FileNotFoundError: Records are asked for that are not there.
            UnreadableError: A file is not what was written; every page is held against its checksum.
        """
        tables = [schema.empty_table()]
        for submission_id in submission_ids:
            path = self._path(dataset, submission_id, part)
            if part == "records" or self._exists(path):
                tables.append(self._whole(path, schema))
        return pa.concat_tables(tables)

    def whole(
        self, dataset: str, submission_id: str, schema: pa.Schema, values: Mapping[str, str]
    ) -> Whole | None:
        """The records of a submission as a file that may become part of a table as it is.

        Args:
            dataset: Its dataset.
            submission_id: Which.
            schema: The table's.
            values: By partition column, the value that all of its rows have.

        Returns:
            None where they are few or have other columns, or where the file is not on this machine.
        """
        import pyarrow.parquet as pq
        from pyarrow.fs import LocalFileSystem

        path = self._path(dataset, submission_id, "records")
        if not isinstance(self._files, LocalFileSystem) or not self._exists(_hash_of(path)):
            return None
        with _telling(path):
            held = pq.read_schema(path)
        if dict(zip(held.names, held.types, strict=True)) != dict(
            zip(schema.names, schema.types, strict=True)
        ):
            return None
        return Whole(Path(path), submission_id, Path(_hash_of(path)).read_text(encoding="ascii"), values)

    def rows(self, dataset: str, submission_id: str, part: Part, *, deep: bool = False) -> int:
        """How many rows a part of a submission has; none where it is not there.

        Args:
            dataset: Its dataset, blank where none was recognised.
            submission_id: Which.
            part: Of its parts.
            deep: Read all of them, instead of what the file says of itself.

        Raises:
            UnreadableError: The file is not what was written.
        """
        import pyarrow.parquet as pq

        path = self._path(dataset, submission_id, part)
        if not self._exists(path):
            return 0
        if deep:
            return int(self._whole(path, None).num_rows)
        with _telling(path):
            return int(pq.read_metadata(path, filesystem=self._files).num_rows)

    def _whole(self, path: str, schema: pa.Schema | None) -> pa.Table:
        import pyarrow.parquet as pq

        with _telling(path):
            return pq.read_table(
                path,
                schema=schema,
                filesystem=self._files,
                partitioning=None,
                page_checksum_verification=True,
            )

    def kept(self, dataset: str, part: Part) -> set[str]:
        """Submissions of a dataset that have a part."""
        from pyarrow.fs import FileSelector

        ending = f".{part}.parquet"
        found = self._files.get_file_info(FileSelector(self._folder(dataset), allow_not_found=True))
        names = (one.base_name for one in found if not one.base_name.startswith("."))
        return {name.removesuffix(ending) for name in names if name.endswith(ending)}

    def forget(self, dataset: str, submission_id: str) -> None:
        """Remove what was staged of a submission under a dataset."""
        for part in PARTS:
            path = self._path(dataset, submission_id, part)
            self._remove(_hash_of(path))
            self._remove(path)

    def columns(self, dataset: str, submission_id: str, part: Part) -> Sequence[str]:
        """The columns that a part of a submission was written with; none where it is not there."""
        import pyarrow.parquet as pq

        path = self._path(dataset, submission_id, part)
        names: Sequence[str] = (
            pq.read_schema(path, filesystem=self._files).names if self._exists(path) else ()
        )
        return names

    def layout(self, dataset: str, submission_id: str) -> Layout:
        """Where the columns of a submission's records stood; empty where that is not known."""
        layout: Layout = json.loads(self._noted(dataset, submission_id).get(_LAYOUT, b"{}"))
        return layout

    def notes(self, dataset: str, submission_id: str) -> tuple[str, ...]:
        """What the sender of a submission was to be told besides its findings."""
        return tuple(json.loads(self._noted(dataset, submission_id).get(_NOTES, b"[]")))

    def _noted(self, dataset: str, submission_id: str) -> Mapping[bytes, bytes]:
        import pyarrow.parquet as pq

        path = self._path(dataset, submission_id, "records")
        if not self._exists(path):
            return {}
        return pq.read_schema(path, filesystem=self._files).metadata or {}

    def _folder(self, dataset: str) -> str:
        return f"{self._root}/{dataset or UNROUTED}"

    def _path(self, dataset: str, submission_id: str, part: Part) -> str:
        return f"{self._folder(dataset)}/{submission_id}.{part}.parquet"

    def _sha256(self, path: str) -> str:
        with self._files.open_input_stream(path) as file:
            digest = sha256()
            while piece := file.read(1 << 20):
                digest.update(piece)
        return digest.hexdigest()

    def _exists(self, path: str) -> bool:
        from pyarrow.fs import FileType

        return bool(self._files.get_file_info(path).type == FileType.File)

    def _remove(self, path: str) -> None:
        if self._exists(path):
            self._files.delete_file(path)


def _hash_of(path: str) -> str:
    """Where the SHA-256 of a large file lies."""
    return f"{path}.sha256"


def with_notes(records: pa.Table, layout: Layout, notes: Sequence[str]) -> pa.Table:
    """Records that say where their columns stood, and what their sender is to be told besides the findings."""
    said = {_LAYOUT: layout, _NOTES: notes}
    return records.replace_schema_metadata(
        {name: json.dumps(value, ensure_ascii=False).encode() for name, value in said.items()}
    )


def covered_rows(rows: pa.Table, in_force: pa.Table, level: str, key: Sequence[str] = ()) -> pa.Table:
    """The rows of the regions (at a level) and months for which their submission is in force, as they were handed in.

    Where a submission adds to earlier ones, its row stands for theirs of the same key and month that were handed in for
    the same region (at the level). Where there are none it stands for those that lie in the same region today and were
    handed in for one that its submission speaks for without a row: these have moved to its region for good, and what
    replaces it there later replaces them too.

    Args:
        rows: With submission_id, region_code, handed_in_as, period and the key.
        in_force: As ``Ledger.in_force`` gives it.
        level: At which regions are told apart.
        key: What tells rows of a month apart; without it nothing stands for anything else.
    """
    rows = _with_units(rows, level)
    keyed = rows.append_column("covered", prefixes(rows["handed_in_as"], level))
    covers = pa.table(
        {
            "submission_id": in_force["submission_id"],
            "period": in_force["period"],
            "covered": prefixes(in_force["region_code"], level),
        }
    )
    found = keyed.join(covers, keys=_COVER, join_type="left semi").select(keyed.schema.names)
    return (_amended(found, keyed, in_force, covers, level, key) if key else found).select(rows.schema.names)


_COVER = ["submission_id", "period", "covered"]


def _with_units(rows: pa.Table, level: str) -> pa.Table:
    """Rows that were staged before it was noted what they were handed in for: it was where they lie."""
    import pyarrow.compute as pc

    if not rows["handed_in_as"].null_count:
        return rows
    here = pc.utf8_rpad(prefixes(rows["region_code"], level), CODE_LENGTH, "0")
    at = rows.schema.get_field_index("handed_in_as")
    return rows.set_column(at, rows.schema.field(at), pc.coalesce(rows["handed_in_as"], here))


def _amended(
    rows: pa.Table, staged: pa.Table, in_force: pa.Table, covers: pa.Table, level: str, key: Sequence[str]
) -> pa.Table:
    import pyarrow.compute as pc

    names = rows.schema.names
    numbers = dict(
        zip(in_force["submission_id"].to_pylist(), in_force["received_seq"].to_pylist(), strict=True)
    )
    adding = pc.unique(in_force.filter(pc.equal(in_force["takes"], "adds"))["submission_id"]).to_pylist()
    for submission_id in sorted(adding, key=numbers.__getitem__):
        earlier = [name for name, number in numbers.items() if number < numbers[submission_id]]
        is_earlier = pc.is_in(rows["submission_id"], pa.array(earlier, pa.string()))
        own = rows.filter(pc.equal(rows["submission_id"], submission_id))
        same = ["covered", "period", *key]
        before = rows.filter(is_earlier)
        left = before.join(own.select(same), keys=same, join_type="left anti").select(names)
        is_empty = pc.and_(pc.equal(in_force["submission_id"], submission_id), pc.equal(in_force["rows"], 0))
        if (empty := covers.filter(is_empty)).num_rows:
            said = staged.filter(pc.equal(staged["submission_id"], submission_id))
            added = said.join(before.select(same), keys=same, join_type="left anti")
            left = _without_moved(left, added, empty, level, ["period", *key])
        rows = pa.concat_tables([left.select(names), rows.filter(pc.invert(is_earlier))])
    return rows


def _without_moved(
    left: pa.Table, added: pa.Table, empty: pa.Table, level: str, key: Sequence[str]
) -> pa.Table:
    """Rows but for those that are among the added ones where they lie today, of units without a row of their submission."""
    unit = ["covered", "period"]
    there = left.join(empty.select(unit), keys=unit, join_type="left semi")
    rest = left.join(empty.select(unit), keys=unit, join_type="left anti")
    there, added = (
        some.append_column("place", prefixes(some["region_code"], level)) for some in (there, added)
    )
    same = ["place", *key]
    kept = there.join(added.select(same), keys=same, join_type="left anti")
    return pa.concat_tables([rest.select(left.schema.names), kept.select(left.schema.names)])
