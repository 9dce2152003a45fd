"""Header depth on IM-TQA: ``python -m tests.corpora.score_imtqa [--errors]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from connectors.grid import Grid
from connectors.tables import find_tables
from tests.corpora.corpus import CORPORA, say

KINDS = ("vertical", "hierarchical")


@dataclass(frozen=True)
class Example:
    name: str
    grid: Grid
    depth: int


@dataclass(frozen=True)
class Score:
    right: int
    wrong: tuple[tuple[Example, int], ...]

    @property
    def share(self) -> float:
        return self.right / (self.right + len(self.wrong))


def examples() -> Iterator[Example]:
    for part in ("train", "dev"):
        path = CORPORA / f"imtqa_{part}_tables.json"
        for table in json.loads(path.read_text(encoding="utf-8")):
            if table["table_type"] in KINDS:
                heads = set(table["column_attribute"])
                holds = [bool(heads & set(row)) for row in table["cell_ID_matrix"]]
                yield Example(f"{part} {table['table_id']}", _grid(table), (*holds, False).index(False))


def _grid(table: dict[str, list[list[int]]]) -> Grid:
    """The table as a sheet: a repeated id is a merged range, written in its first cell."""
    matrix = table["cell_ID_matrix"]
    texts = table["chinese_cell_value_list"]
    places: dict[int, list[tuple[int, int]]] = {}
    for r, row in enumerate(matrix):
        for c, cell in enumerate(row):
            places.setdefault(cell, []).append((r, c))
    rows = [["" for _ in row] for row in matrix]
    merged = []
    for cell, spots in places.items():
        (top, left), (bottom, right) = min(spots), max(spots)
        rows[top][left] = str(texts[cell])
        if len(spots) > 1:
            merged.append((top, left, bottom, right))
    return Grid(rows, merged)


def depth_of(grid: Grid) -> int:
    tables = find_tables(grid)
    return max(tables[0].header_rows, default=-1) + 1 if tables else 0


def score() -> Score:
    right, wrong = 0, []
    for example in examples():
        depth = depth_of(example.grid)
        if depth == example.depth:
            right += 1
        else:
            wrong.append((example, depth))
    return Score(right, tuple(wrong))


def main() -> None:
    result = score()
    say(f"header depth exact: {result.share:.4f} of {result.right + len(result.wrong)}")
    for example, depth in result.wrong if "--errors" in sys.argv else ():
        say(f"\n{example.name}: {depth}, should be {example.depth}")
        for row in example.grid.rows[: max(depth, example.depth) + 2]:
            say(f"    {[str(cell)[:12] for cell in row][:12]}")


if __name__ == "__main__":
    main()
