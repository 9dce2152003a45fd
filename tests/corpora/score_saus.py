"""Header and data rows on SAUS: ``python -m tests.corpora.score_saus [--errors]``."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from connectors.grid import Grid
from connectors.tables import find_tables
from tests.corpora.corpus import CORPORA, Tally, say


@dataclass(frozen=True)
class Example:
    name: str
    grid: Grid
    header: frozenset[int]
    data: frozenset[int]


@dataclass
class Score:
    exact: int = 0
    labelled: int = 0
    labelled_exact: int = 0
    data: Tally = field(default_factory=Tally)
    wrong: list[tuple[Example, frozenset[int], frozenset[int]]] = field(default_factory=list)
    sheets: int = 0

    @property
    def share(self) -> float:
        """Of the sheets that hold a labelled table, those whose header rows are exactly right."""
        return self.labelled_exact / self.labelled

    @property
    def share_of_all(self) -> float:
        """Of all sheets; one without a table is right when no header is found."""
        return self.exact / self.sheets


def examples() -> Iterator[Example]:
    with gzip.open(CORPORA / "saus_dev.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            sheet = json.loads(line)
            labels = sheet["labels"]
            yield Example(
                f"{sheet['file']} {sheet['sheet']}",
                Grid(sheet["rows"]),
                frozenset(n for n, row in enumerate(labels) if "header" in row),
                frozenset(n for n, row in enumerate(labels) if "data" in row or "derived" in row),
            )


def rows_of(grid: Grid) -> tuple[frozenset[int], frozenset[int]]:
    """The written header rows and the data rows that are found in a sheet."""
    tables = find_tables(grid)
    header = frozenset(n for table in tables for n in table.header_rows if any(grid.rows[n]))
    data = frozenset(n for table in tables for rows in (table.body_rows, table.total_rows) for n in rows)
    return header, data


def score() -> Score:
    result = Score()
    for example in examples():
        header, data = rows_of(example.grid)
        exact = header == example.header
        result.sheets += 1
        result.exact += exact
        if example.header or example.data:
            result.labelled += 1
            result.labelled_exact += exact
            result.data.add(data, example.data)
        if not exact or data != example.data:
            result.wrong.append((example, header, data))
    return result


def main() -> None:
    result = score()
    say(f"header rows exact: {result.share:.4f} of {result.labelled} sheets with a table")
    say(f"                   {result.share_of_all:.4f} of all {result.sheets} sheets")
    say(f"data rows F1:      {result.data.f1:.4f}")
    for example, header, data in result.wrong if "--errors" in sys.argv else ():
        say(f"\n{example.name}")
        say(f"  header missed {sorted(example.header - header)} extra {sorted(header - example.header)}")
        say(f"  data missed {sorted(example.data - data)[:20]} extra {sorted(data - example.data)[:20]}")


if __name__ == "__main__":
    main()
