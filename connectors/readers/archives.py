"""Zip archives of spreadsheets: each member as if handed in alone. How a member is read is known elsewhere."""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from connectors.errors import Refused
from connectors.grid import Grid, Sheet
from connectors.readers.limits import (
    MAX_CELLS,
    MAX_MEMBERS,
    empty,
    encrypted,
    refusing,
    too_large,
)

_BLOCK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "~$")

MemberReader = Callable[[Path, str, int], list[Sheet]]


def read_archive(path: Path, name: str, read: MemberReader, most: int) -> list[Sheet]:
    """The sheets of every spreadsheet inside, named ``member/sheet``.

    A member that cannot be read is a sheet without cells whose note says why, unless no member can be read.

    Args:
        path: The archive.
        name: Its name.
        read: Reads a member, given what it may unpack to.
        most: Bytes that all may unpack to.

    Raises:
        Refused: ``encrypted``, ``too_large``, ``empty``, or the refusal of the first member where all are refused.
    """
    sheets: list[Sheet] = []
    refusals: list[Refused] = []
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(member_name(m))]
        if len(members) > MAX_MEMBERS:
            raise too_large(name, f"压缩包里有 {len(members)} 个文件")
        left = most
        for number, member in enumerate(members):
            unpacked = Path(folder) / str(number)
            found, refusal, size = _member(archive, member, unpacked, left, read)
            left -= size
            if left < 0:
                raise too_large(name, f"解压后超过 {most // 1_000_000} MB")
            sheets += found
            refusals += refusal
            unpacked.unlink(missing_ok=True)
            if sum(len(row) for sheet in sheets for row in sheet.grid.rows) > MAX_CELLS:
                raise too_large(name, f"各文件合计超过 {MAX_CELLS // 10_000} 万格")
    if members and all(member.flag_bits & _ENCRYPTED for member in members):
        raise encrypted(name)
    if refusals and not any(sheet.grid.rows for sheet in sheets):
        raise refusals[0]
    if not sheets:
        raise empty(name)
    return sheets


def member_name(member: zipfile.ZipInfo) -> str:
    """The name as its sender wrote it: Windows in China writes GBK without saying so."""
    if member.flag_bits & _UTF8_NAME:
        return member.filename
    raw = member.filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    return member.filename


def _is_litter(name: str) -> bool:
    return name.startswith(_LITTER[0]) or Path(name).name.startswith(_LITTER[1:])


def _member(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, unpacked: Path, left: int, read: MemberReader
) -> tuple[list[Sheet], list[Refused], int]:
    """Its sheets, why it was refused, and its size; more than ``left`` where it is not worth reading on."""
    name, size = member_name(member), 0
    try:
        with refusing(name):
            if member.flag_bits & _ENCRYPTED:
                raise encrypted(name)
            size = _unpack(archive, member, unpacked, left)
            if size > left:
                return [], [], size
            sheets = read(unpacked, Path(name).name, left - size)
    except Refused as refusal:
        return [Sheet(name, False, Grid([]), (f"{refusal.message}{refusal.remedy}",))], [refusal], size
    return [dataclasses.replace(sheet, name=f"{name}/{sheet.name}") for sheet in sheets], [], size


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int) -> int:
    """Write the member to ``target``; its size as far as it was written, whatever the archive claims."""
    size = 0
    with archive.open(member) as source, target.open("wb") as file:
        while size <= left and (block := source.read(_BLOCK)):
            size += len(block)
            file.write(block)
    return size
