"""What kind of file this is, by its content alone: names and extensions lie."""

from __future__ import annotations

import re
import zipfile
from enum import Enum
from pathlib import Path

_HEAD = 65_536
_OPEN_DOCUMENT = b"urn:oasis:names:tc:opendocument:xmlns:office:1.0"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FOREIGN = (
    (b"%PDF", "PDF 文件"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"II*\x00", "图片"),
    (b"MM\x00*", "图片"),
    (b"RIFF", "图片或音视频"),
    (b"BM", "图片"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x1f\x8b", "gzip 压缩包"),
    (b"{\\rtf", "文字文档"),
)


_DOCUMENT_PARTS = {"word/document.xml", "ppt/presentation.xml", "OFD.xml"}
_DOCUMENT_CLASSES = (
    bytes.fromhex("0609020000000000c000000000000046"),  # Word
    bytes.fromhex("108d81649b4fcf1186ea00aa00b929e8"),  # PowerPoint
)
_DOCUMENT_STREAMS = ("WordDocument", "PowerPoint Document")


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
    head = _head(path)
    if head.startswith(b"PK"):
        return _zip_kind(path)
    if head.startswith(_OLE):
        return _ole_kind(path)
    return _kind_of_plain(head)


def is_text(path: Path) -> bool:
    """Whether the kind of the file is text, told from its beginning alone."""
    head = _head(path)
    return not head.startswith((b"PK", _OLE)) and _kind_of_plain(head) is Kind.TEXT


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(_HEAD)


def _kind_of_plain(head: bytes) -> Kind:
    """The kind of what is neither a zip nor an OLE file."""
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        return Kind.EMPTY
    if foreign_kind(head):
        return Kind.FOREIGN
    return _markup_kind(head) or (Kind.TEXT if _is_text(head) else Kind.UNKNOWN)


def foreign_kind(head: bytes) -> str | None:
    """The Chinese name of a kind of file that never holds a table to read; ``None`` for others."""
    if head[4:8] == b"ftyp":
        return "图片或音视频"
    head = head.lstrip(b"\r\n\t ")
    for magic, name in _FOREIGN:
        if head.startswith(magic) and (len(magic) > 2 or b"\x00" in head[:64]):
            return name
    return None


def _zip_kind(path: Path) -> Kind:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
            mime = _start(archive, "mimetype", 100) if "mimetype" in names else b""
            locked = bool(mime) and b"encryption-data" in _start(archive, "META-INF/manifest.xml", 200_000)
    except Exception:
        return Kind.UNKNOWN
    if b"opendocument.spreadsheet" in mime:
        return Kind.ENCRYPTED if locked else Kind.ODS
    if "xl/workbook.bin" in names:
        return Kind.XLSB
    if "[Content_Types].xml" in names and any(n.lower().endswith("workbook.xml") for n in names):
        return Kind.XLSX
    if mime or not names.isdisjoint(_DOCUMENT_PARTS):
        return Kind.DOCUMENT
    return Kind.ARCHIVE


def _start(archive: zipfile.ZipFile, part: str, size: int) -> bytes:
    with archive.open(part) as file:
        return file.read(size)


def _ole_kind(path: Path) -> Kind:
    """An OLE file is a workbook, a package locked by a password, or a Word document."""
    content = path.read_bytes()
    if "EncryptedPackage".encode("utf-16-le") in content:
        return Kind.ENCRYPTED
    if _ole_class(content) in _DOCUMENT_CLASSES:  # a workbook may be embedded in it
        return Kind.DOCUMENT
    if any(name.encode("utf-16-le") in content for name in ("Workbook\0", "Book\0")):
        return Kind.XLS
    is_document = any(name.encode("utf-16-le") in content for name in _DOCUMENT_STREAMS)
    return Kind.DOCUMENT if is_document else Kind.XLS


def _ole_class(content: bytes) -> bytes:
    """The class of the root entry, by which its program is known ([MS-CFB] 2.6.1)."""
    size = 1 << min(content[30], 12)
    directory = (int.from_bytes(content[48:52], "little") + 1) * size
    return content[directory + 80 : directory + 96]


def _markup_kind(head: bytes) -> Kind | None:
    text = head.replace(b"\x00", b"")[:_HEAD].lower()
    if b"urn:schemas-microsoft-com:office:spreadsheet" in text and re.search(rb"<(?:\w+:)?workbook\b", text):
        return Kind.XML_SPREADSHEET
    if _OPEN_DOCUMENT in text and b"<office:document" in text:
        return Kind.ODS if b"opendocument.spreadsheet" in text else Kind.DOCUMENT
    if text.startswith(b"mime-version:") and b"text/html" in text:
        return Kind.HTML
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
