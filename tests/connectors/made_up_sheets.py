"""Reading the made-up sheets of ``made_up/`` and comparing them with what is found; their notation is in the README there."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from connectors.grid import Cell, Grid, Merge
from connectors.tables import Column, Table, find_tables

FOLDER = Path(__file__).with_name("made_up")
ROLES = ("title", "header", "body", "total", "section", "note")
_MERGE = re.compile(r"\{R(\d+)C(\d+)\}$")
_COLUMN = re.compile(r"col\s+(?:(\d+)\.)?(\d+):\s*(.*?)(?:\s*\[([^\]]*)\])?(?:\s*<([^>]*)>)?\s*$")

Name = tuple[str, str | None, str | None]  # path, unit, code


@dataclass
class MadeUp:
    """A sheet and what is true of it: by table the rows of each role, and the columns that are listed."""

    grid: Grid
    rows: dict[int, dict[str, list[int]]] = field(default_factory=dict)
    columns: dict[int, dict[int, Name]] = field(default_factory=dict)


def read(path: Path) -> MadeUp:
    """One sheet.

    Raises:
        ValueError: The file is not in the notation.
    """
    lines = [line for line in path.read_text(encoding="utf-8").split("\n") if not line.startswith("#")]
    end = lines.index("---")
    rows: list[list[Cell]] = []
    merges: list[Merge] = []
    sheet = MadeUp(Grid(rows, merges))
    for number, line in enumerate(lines[:end]):
        roles, cells = line.split("\t", 1)
        rows.append(list(_cells(number, cells, merges)))
        for part in roles.split(","):
            _enter(sheet, number, part)
    for line in filter(None, lines[end + 1 :]):
        _enter_column(sheet, line)
    return sheet


def _cells(number: int, text: str, merges: list[Merge]) -> Iterator[Cell]:
    for column, cell in enumerate(text.split("|") if text.strip() else []):
        cell = cell.strip(" ")
        if merge := _MERGE.search(cell):
            merges.append((number, column, number + int(merge[1]) - 1, column + int(merge[2]) - 1))
        yield _value(_MERGE.sub("", cell))


def _value(text: str) -> Cell:
    if text.startswith("@"):
        return dt.datetime.fromisoformat(text[1:])
    if re.fullmatch(r"-?\d+", text):
        return int(text)
    if re.fullmatch(r"-?\d+\.\d+", text):
        return float(text)
    return text.removeprefix("'").replace("\\n", "\n").replace("\\s", " ")


def _enter(sheet: MadeUp, number: int, part: str) -> None:
    match = re.fullmatch(r"([a-z]+)(\d*)", part)
    if not match or match[1] not in (*ROLES, "blank", "none"):
        raise ValueError(f"row {number}: role {part!r}")
    if match[1] in ROLES:
        table = sheet.rows.setdefault(int(match[2] or 1), {role: [] for role in ROLES})
        table[match[1]].append(number)


def _enter_column(sheet: MadeUp, line: str) -> None:
    if match := _COLUMN.match(line):
        table, index, path, unit, code = match.groups()
        sheet.columns.setdefault(int(table or 1), {})[int(index)] = (path.strip(), unit, code)
    elif not line.startswith("ambiguous:"):
        raise ValueError(f"not in the notation: {line!r}")


def differences(sheet: MadeUp) -> list[str]:
    """What ``find_tables`` finds otherwise: rows by role, and listed columns."""
    found = find_tables(sheet.grid)
    said = [] if len(found) == len(sheet.rows) else [f"{len(found)} tables, should be {len(sheet.rows)}"]
    for place, number in enumerate(sorted(sheet.rows)):
        table = found[place] if place < len(found) else None
        said += [f"table {number}: {text}" for text in _in_rows(sheet.rows[number], table)]
        said += [f"table {number}: {text}" for text in _in_columns(sheet.columns.get(number, {}), table)]
    return said


def _in_rows(truth: dict[str, list[int]], table: Table | None) -> Iterator[str]:
    for role in ROLES:
        seen = set(getattr(table, f"{role}_rows")) if table else set()
        missed, extra = sorted(set(truth[role]) - seen), sorted(seen - set(truth[role]))
        if missed or extra:
            yield f"{role} missed {missed[:15]} extra {extra[:15]}"


def _in_columns(truth: dict[int, Name], table: Table | None) -> Iterator[str]:
    found = {column.index: column for column in table.columns} if table else {}
    for index, name in truth.items():
        column = found.get(index)
        if column is None or _compared(name) != _compared(_name_of(column, name[1])):
            yield f"column {index} is {column}, should be {name}"


def _name_of(column: Column, unit: str | None) -> Name:
    return _without("/".join(column.path), unit), column.unit, column.code


def _compared(name: Name) -> tuple[str, str | None, str | None]:
    path, unit, code = name
    return _without(path, unit), unit and unicodedata.normalize("NFKC", unit), code


def _without(path: str, unit: str | None) -> str:
    """A path without width, spaces and its unit, which truths may leave in the name."""
    text = re.sub(r"\s+", "", unicodedata.normalize("NFKC", path))
    unit = unit and unicodedata.normalize("NFKC", unit)
    for form in (f"({unit})", f"[{unit}]", f"/{unit}", f":{unit}", f",{unit}") if unit else ():
        text = text.replace(form, "")
    return text.removesuffix(unit) if unit else text
