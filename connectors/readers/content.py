"""What kind of file this is, by its content alone: names and extensions lie."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from pathlib import Path

_HEAD = 65_536
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"BM", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "文字文档"),
)


class Kind(Enum):
    """How a file has to be read."""

    XLSX = "xlsx"
    XLSB = "xlsb"
    XLS = "xls"
    ODS = "ods"
    ARCHIVE = "zip"
    ENCRYPTED = "encrypted"
    HTML = "html"
    XML_SPREADSHEET = "xml"
    TEXT = "text"
    DOCUMENT = "文字文档"
    FOREIGN = "foreign"
    EMPTY = "empty"
    UNKNOWN = "unknown"


def kind_of(path: Path) -> Kind:
    """The kind of the file at ``path``; never raises on damaged content."""
    with path.open("rb") as file:
        head = file.read(_HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        return Kind.EMPTY
    if head.startswith(b"PK"):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    if foreign_kind(head):
        return Kind.FOREIGN
    return _markup_kind(head) or (Kind.TEXT if _is_text(head) else Kind.UNKNOWN)


def foreign_kind(head: bytes) -> str | None:
    """The Chinese name of a kind of file that never holds a table to read; ``None`` for others."""
    for magic, name in _FOREIGN:
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head[:64]):
            return name
    return None


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mime = archive.read("mimetype")[:100] if "mimetype" in names else b""
            locked = b"encryption-data" in archive.read("META-INF/manifest.xml")[:200_000] if mime else False
    except Exception:
        return Kind.UNKNOWN
    if b"opendocument.spreadsheet" in mime:
        return Kind.ENCRYPTED if locked else Kind.ODS
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "[Content_Types].xml" in names and any(n.lower().endswith("workbook.xml") for n in names):
        return Kind.XLSX
    if mime or "word/document.xml" in names or "ppt/presentation.xml" in names:
        return Kind.DOCUMENT
    return Kind.ARCHIVE


def _ole_kind(path: Path) -> Kind:
    """An OLE file is a workbook, a package locked by a password, or a Word document."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Kind.ENCRYPTED
    if any(name.encode("utf-16-le") in content for name in ("Workbook\0", "Book\0")):
        return Kind.XLS
    return Kind.DOCUMENT if "WordDocument".encode("utf-16-le") in content else Kind.XLS


def _markup_kind(head: bytes) -> Kind | None:
    text = head.replace(b"\x00", b"")[:_HEAD].lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text and re.search(rb"<(?:\w+:)?workbook\b", text):
        return Kind.XML_SPREADSHEET
    opening = text.lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    if opening.startswith(b"<") and re.search(rb"<(?:html|table|t[dhr]|body|meta|!doctype html)\b", text):
        return Kind.HTML
    return None


def _is_text(head: bytes) -> bool:
    """Whether the bytes can be text: few control characters, or every other byte NUL as in UTF-16."""
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return True
    head = head.rstrip(b"\x00")  # a copy that broke off is filled up with them
    nuls = max(head[0::2].count(0), head[1::2].count(0))
    if nuls > len(head) // 50:
        return nuls >= (head.count(0) * 9) // 10
    controls = sum(head.count(code) for code in range(32) if code not in (9, 10, 11, 12, 13, 26))
    return controls <= len(head) // 50
