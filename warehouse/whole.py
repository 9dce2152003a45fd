"""Parquet files that become part of a table as they are: no row of them is read, every byte is held against its hash."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import file_digest
from pathlib import Path

from warehouse.beside import written_beside
from warehouse.current import linked


class UnreadableError(OSError):
    """A staged file whose bytes are not those that were written; says how to bring it back.

    Args:
        path: Which.
    """

    def __init__(self, path: Path | str) -> None:
        super().__init__(
            f"{path} is damaged. Bring it back from a backup; shiji verify --deep names all that is"
        )


@dataclass(frozen=True)
class Whole:
    """A file with the columns of a table, its partition columns too, all of whose rows lie in one partition.

    Attributes:
        path: Where it is.
        name: What it is to be called in the table's folder, without an ending; the table's files are read in the order of
            their names.
        sha256: Of its bytes, as they were written.
        values: By partition column, the value that all of its rows have.
    """

    path: Path
    name: str
    sha256: str
    values: Mapping[str, str]


def placed(whole: Whole, folder: Path) -> Path:
    """The file at its place in the folder of its partition: the same file by a second name, or a copy where it cannot be.

    Neither is ever written into. What lies at its place already and is not what was written is replaced.

    Raises:
        UnreadableError: The file is no longer what was written.
    """
    target = folder / f"{whole.name}-{whole.sha256[:16]}.parquet"
    if sha256_of(whole.path) != whole.sha256:
        raise UnreadableError(whole.path)
    is_there = target.exists() and (target.samefile(whole.path) or sha256_of(target) == whole.sha256)
    if not is_there:
        folder.mkdir(parents=True, exist_ok=True)
        with written_beside(target) as path:
            path.unlink(missing_ok=True)  # a second name that was left, and must not be written into
            linked(whole.path, path)
    return target


def sha256_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, as hexadecimal digits."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()
