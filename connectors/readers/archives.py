"""Zip archives of spreadsheets: each member as if handed in alone. How a member is read is known elsewhere."""

from __future__ import annotations

import dataclasses
import tempfile
import zipfile
from collections.abc import Callable
from pathlib import Path

from connectors.errors import Refused
from connectors.grid import Grid, Sheet
from connectors.readers.limits import MAX_CELLS, MAX_MEMBERS, MAX_UNPACKED, empty, encrypted, too_large

_BLOCK = 1 << 20
_UTF8_NAME = 0x800
_ENCRYPTED = 0x1
_LITTER = ("__MACOSX/", ".DS_Store", "Thumbs.db", "~$")

MemberReader = Callable[[Path, str], list[Sheet]]


def read_archive(path: Path, name: str, read: MemberReader) -> list[Sheet]:
    """The sheets of every spreadsheet inside, named ``member/sheet``.

    A member that cannot be read is a sheet without cells whose note says why, unless no member can be read.

    Raises:
        Refused: ``encrypted``, ``too_large``, ``empty``, or the refusal of the first member where all are refused.
    """
    sheets: list[Sheet] = []
    refusals: list[Refused] = []
    with zipfile.ZipFile(path) as archive, tempfile.TemporaryDirectory() as folder:
        members = [m for m in archive.infolist() if not m.is_dir() and not _is_litter(member_name(m))]
        if len(members) > MAX_MEMBERS:
            raise too_large(name, f"压缩包里有 {len(members)} 个文件")
        left = MAX_UNPACKED
        for number, member in enumerate(members):
            if member.flag_bits & _ENCRYPTED:
                raise encrypted(name)
            unpacked = Path(folder) / str(number)
            left -= _unpack(archive, member, unpacked, left, name)
            found, refusal = _member(unpacked, member_name(member), read)
            sheets += found
            refusals += refusal
            unpacked.unlink()
            if sum(len(row) for sheet in sheets for row in sheet.grid.rows) > MAX_CELLS:
                raise too_large(name, f"各文件合计超过 {MAX_CELLS // 10_000} 万格")
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


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, left: int, name: str) -> int:
    """Write the member to ``target``; its size, which must not exceed ``left`` whatever the archive claims."""
    size = 0
    with archive.open(member) as source, target.open("wb") as file:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > left:
                raise too_large(name, f"解压后超过 {MAX_UNPACKED // 1_000_000} MB")
            file.write(block)
    return size


def _member(path: Path, name: str, read: MemberReader) -> tuple[list[Sheet], list[Refused]]:
    try:
        sheets = read(path, Path(name).name)
    except Refused as refusal:
        return [Sheet(name, False, Grid([]), (f"{refusal.message}{refusal.remedy}",))], [refusal]
    return [dataclasses.replace(sheet, name=f"{name}/{sheet.name}") for sheet in sheets], []
