"""Rows, units and codes on hand-labelled real sheets: ``python -m tests.corpora.score_structure [--errors] [LABELS …]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from connectors.errors import Refused
from connectors.grid import Grid
from connectors.readers import read_sheets
from connectors.tables import Table, find_tables
from tests.corpora.corpus import CORPORA, REAL, Tally, say

ROWS = ("title_rows", "header_rows", "body_rows", "total_rows", "section_rows", "note_rows")
DEV = CORPORA / "structure_dev.jsonl"
SCORED = ("header_rows", "body_rows", "total_rows")


@dataclass
class Score:
    sheets: int = 0
    right: int = 0
    rows: dict[str, Tally] = field(default_factory=lambda: {kind: Tally() for kind in ROWS})
    columns: int = 0
    columns_right: int = 0
    paths_right: int = 0
    labels: int = 0
    labels_right: int = 0
    errors: list[str] = field(default_factory=list)


def examples(labels: Path = DEV) -> Iterator[tuple[dict[str, Any], Grid]]:
    """The labelled sheets that can be read, with their grids."""
    for line in labels.read_text(encoding="utf-8").splitlines():
        label = json.loads(line)
        if label["readable"]:
            yield label, _grid(label["file"], label["sheet"])


def _grid(file: str, sheet: str) -> Grid:
    """The grid of a sheet; one that the reader leaves out because nothing is written in it is empty."""
    try:
        sheets = {found.name: found.grid for found in read_sheets(REAL / file)}
    except Refused:
        return Grid(())
    return sheets.get(sheet, Grid(())) if sheet else next(iter(sheets.values()))


def expand(rows: Any) -> list[int]:
    """A row list of the labels, written out."""
    if isinstance(rows, dict):
        return [n for first, last in rows["ranges"] for n in range(first, last + 1)]
    return list(rows)


def score(*files: Path) -> Score:
    result = Score()
    for label, grid in (example for file in files or (DEV,) for example in examples(file)):
        _score_sheet(result, label, find_tables(grid))
    return result


def _score_sheet(result: Score, label: dict[str, Any], found: list[Table]) -> None:
    name = f"{label['file']} | {label['sheet']}"
    tables = label["tables"]
    result.sheets += 1
    before = len(result.errors)
    if len(found) != len(tables):
        result.errors.append(f"{name}: {len(found)} tables, should be {len(tables)}")
    fits = len(found) == len(tables)
    for i in range(max(len(found), len(tables))):
        fits &= _score_rows(
            result, name, tables[i] if i < len(tables) else {}, found[i] if i < len(found) else None
        )
        if i < len(tables):
            _score_columns(result, name, tables[i], found[i] if i < len(found) else None)
            _score_labels(result, name, tables[i], found[i] if i < len(found) else None)
    result.right += fits
    if not fits and len(result.errors) == before:
        result.errors.append(f"{name}: rows differ")


def _score_rows(result: Score, name: str, gold: dict[str, Any], table: Table | None) -> bool:
    fits = True
    for kind in ROWS:
        should = set(expand(gold.get(kind, [])))
        rows = set(getattr(table, kind)) if table else set()
        result.rows[kind].add(rows, should)
        if rows != should:
            fits &= kind not in SCORED
            result.errors.append(
                f"{name}: {kind} missed {sorted(should - rows)[:12]} extra {sorted(rows - should)[:12]}"
            )
    return fits


def _score_columns(result: Score, name: str, gold: dict[str, Any], table: Table | None) -> None:
    columns = {column.index: column for column in table.columns} if table else {}
    for should in gold["columns"]:
        column = columns.get(should["col"])
        result.columns += 1
        fits = column is not None and (column.unit, column.code) == (should["unit"], should["code"])
        result.columns_right += fits
        path = column is not None and _bare(column.path, None) == _bare(should["path"], should["unit"])
        result.paths_right += path
        if not fits or not path:
            seen = (column.path, column.unit, column.code) if column else None
            result.errors.append(
                f"{name}: column {seen}, should be {should['path'], should['unit'], should['code']}"
            )
    for extra in sorted(columns.keys() - {should["col"] for should in gold["columns"]}):
        result.errors.append(f"{name}: column {columns[extra]} is none")


def _score_labels(result: Score, name: str, gold: dict[str, Any], table: Table | None) -> None:
    labels = {label.row: label for label in table.row_labels} if table else {}
    for should in gold["row_labels"]:
        label = labels.get(should["row"])
        seen = (label.text, label.indent, label.unit, label.code) if label else None
        result.labels += 1
        right = seen == (should["label"], should["indent"], should["unit"], should["code"])
        result.labels_right += right
        if not right:
            result.errors.append(f"{name}: label {seen}, should be {should}")


def _bare(path: Any, unit: str | None) -> str:
    """A path for comparison: the labels keep a unit in the leaf, the tables take it out."""
    joined = "|".join(path)
    for form in (f"/({unit})", f"({unit})", f"/{unit}") if unit else ():
        joined = joined.replace(form, "")
    return joined.replace(" ", "")


def main() -> None:
    result = score(*(Path(argument) for argument in sys.argv[1:] if argument != "--errors"))
    say(
        f"header, body and total rows all right: {result.right / result.sheets:.4f} of {result.sheets} sheets"
    )
    for kind, tally in result.rows.items():
        say(f"{kind:13} F1 {tally.f1:.4f}  ({tally.gold} rows)")
    say(f"unit and code right:  {result.columns_right / result.columns:.4f} of {result.columns} columns")
    say(f"header path right:    {result.paths_right / result.columns:.4f}")
    say(f"row label right:      {result.labels_right / max(result.labels, 1):.4f} of {result.labels}")
    for error in result.errors if "--errors" in sys.argv else ():
        say(error)


if __name__ == "__main__":
    main()
