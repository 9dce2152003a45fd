"""What a slip is called and where it lies: of the answers to one file, only the one to its last hand-in lies open.

Answers to earlier hand-ins of the file lie in a folder below, under names with their submission. That the same bytes
came again is no other answer; what was said of them first stays open beside it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path, PurePosixPath
from zipfile import BadZipFile, ZipFile

from expectations.slips.inside import without_answer
from expectations.slips.slip import STATUS_WORDS, Slip, Status

ASIDE = "以前的答复"
"""Below the folder of a file's answer: those to earlier hand-ins of it."""

_MAX_NAME_BYTES = 240
_SIGNS = {
    ".txt": (
        re.compile(r"^报送编号：(.*?)\s*$", re.MULTILINE),
        re.compile(r"^文件　　：(.*?)\s*$", re.MULTILINE),
    ),
    ".xlsx": (
        re.compile(r"<dc:identifier\b[^>]*>(.*?)</dc:identifier>"),
        re.compile(r"<dc:title\b[^>]*>回执 (.*?)</dc:title>"),
    ),
}


def folder_of(outbox: Path, slip: Slip) -> Path:
    """The folder of a submission's answer; never outside its department's."""
    parts = [
        part for part in PurePosixPath(slip.sender_path).parts[:-1] if part not in ("/", "\\", ".", "..")
    ]
    below = parts[1:] if parts[:1] == [slip.department] else parts
    return outbox / _short(slip.department) / Path(*map(_short, below))


def target_of(folder: Path, slip: Slip, extension: str) -> Path:
    """Where an answer is put: under its plain name, or with its number where that is another file's, or it is not the last."""
    plain, own = _names(slip, slip.status, extension)
    if slip.status != "repeat" and any(other > slip.submission_id for _, other in _of_the_file(folder, slip)):
        return folder / ASIDE / own
    at = folder / plain
    if not at.exists() or _signs(at)[0] == slip.submission_id:
        return at
    makes_way = slip.status != "repeat" and _is_of_the_file(at, slip)
    return at if makes_way else folder / own


def make_way(folder: Path, slip: Slip) -> None:
    """Put answers to earlier hand-ins of the file aside."""
    if slip.status == "repeat":
        return
    for path, other in list(_of_the_file(folder, slip)):
        if other < slip.submission_id:
            (folder / ASIDE).mkdir(exist_ok=True)
            os.replace(path, folder / ASIDE / _short(path.stem, f".{other}{path.suffix}"))


def remove_others(folder: Path, slip: Slip, target: Path) -> None:
    """Read anew, by other contracts or regions, a submission may come out otherwise: its old answer is not true."""
    for at in (folder, folder / ASIDE):
        for name in _every_name(slip):
            path = at / name
            if path != target and path.exists() and _signs(path)[0] == slip.submission_id:
                path.unlink()


def _of_the_file(folder: Path, slip: Slip) -> Iterator[tuple[Path, str]]:
    """Open answers to other submissions of the same file, with their numbers; of repeats none."""
    for name in _every_name(slip):
        path = folder / name
        if f".回执-{STATUS_WORDS['repeat']}" not in name and path.exists() and _is_of_the_file(path, slip):
            number = _signs(path)[0]
            if number != slip.submission_id:
                yield path, number


def _is_of_the_file(path: Path, slip: Slip) -> bool:
    """A slip that was handed back is the file that it had been made of."""
    name, own = PurePosixPath(PurePosixPath(_signs(path)[1]).name), PurePosixPath(slip.file_name)
    stems = without_answer(name.stem), without_answer(own.stem)
    came_back = stems != (name.stem, own.stem)
    return name == own or (came_back and stems[0] == stems[1])


def _every_name(slip: Slip) -> Iterator[str]:
    for status in STATUS_WORDS:
        for extension in (".txt", ".xlsx"):
            yield from _names(slip, status, extension)


def _names(slip: Slip, status: Status, extension: str) -> tuple[str, str]:
    """What an answer of a status is called, and where that name is another's."""
    word = STATUS_WORDS[status]
    if status == "accepted" and extension == ".xlsx":
        word += "-请核对"
    file = PurePosixPath(slip.file_name)
    stem = without_answer(file.stem)  # a slip handed back is answered under the name of the sender's own file
    base = stem + file.suffix if extension == ".txt" else stem or slip.file_name
    plain = _short(base, f".回执-{word}{extension}")
    return plain, _short(base, f".回执-{word}.{slip.submission_id}{extension}")


def _signs(path: Path) -> tuple[str, str]:
    """The submission that a slip answers, and its file; blank where it is none of ours."""
    try:
        if path.suffix == ".txt":
            text = path.read_text(encoding="utf-8-sig", errors="replace")
        else:
            with ZipFile(path) as archive:
                text = archive.read("docProps/core.xml").decode()
    except (BadZipFile, KeyError):
        return "", ""
    found = [pattern.search(text) for pattern in _SIGNS[path.suffix]]
    number, file = (unescape(one[1]) if one else "" for one in found)
    return number, file


def _short(base: str, ending: str = "") -> str:
    room = _MAX_NAME_BYTES - len(ending.encode())
    return base.encode()[:room].decode(errors="ignore") + ending
