"""What is said of an inspected file. How it is found out lies in ``inspection.py``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rows:
    """Rows of one kind: how many, and where, as the spreadsheet numbers them (``5-24, 30``)."""

    count: int
    where: str


@dataclass(frozen=True)
class ColumnFacts:
    """A column: its letter, header path from top to leaf, unit and code."""

    column: str
    path: tuple[str, ...]
    unit: str | None
    code: str | None


@dataclass(frozen=True)
class Dataset:
    """The dataset a table would be, or the one it is closest to.

    Attributes:
        dataset: Table name.
        title: Chinese name.
        department: Who hands it in.
        fits: Whether a file of that department would be taken for it.
        missing: Required columns the table has not, by title.
        unused: Columns of the table that are none of the dataset's.
        guessed: Headers taken for a similar title, as ``header → title``.
    """

    dataset: str
    title: str
    department: str
    fits: bool
    missing: tuple[str, ...]
    unused: tuple[str, ...]
    guessed: tuple[str, ...]


@dataclass(frozen=True)
class Form:
    """A statistical form: which way round it is, how much of it is filled, and the datasets that take it."""

    indicators: str
    codes: int
    regions: int
    cells: int
    datasets: tuple[tuple[str, str, str], ...]
    """Dataset, title and department of each."""


@dataclass(frozen=True)
class TableFacts:
    """One table; ``first_rows`` are row numbers and masked cells, in the order of ``columns``."""

    title: str
    rows: Mapping[str, Rows]
    columns: tuple[ColumnFacts, ...]
    first_rows: tuple[tuple[int, tuple[str, ...]], ...]
    labels: int
    datasets: tuple[Dataset, ...]


@dataclass(frozen=True)
class Rule:
    """A printed rule: as it was understood, or why it was not."""

    row: int
    text: str
    relation: str | None
    reason: str | None


@dataclass(frozen=True)
class Checked:
    """How many rules, totals and stated counts hold, do not, and could not be told; with what is wrong, in Chinese."""

    agree: int
    differ: int
    unknown: int
    wrong: tuple[str, ...]


@dataclass(frozen=True)
class SheetFacts:
    """One sheet."""

    name: str
    hidden: bool
    rows: int
    columns: int
    notes: tuple[str, ...]
    tables: tuple[TableFacts, ...]
    form: Form | None
    rules: tuple[Rule, ...]
    checked: Checked
    not_understood: tuple[str, ...]


@dataclass(frozen=True)
class Verdict:
    """What a load would make of the file.

    Attributes:
        department: Into whose folder it is put; ``""`` where it makes no difference.
        status: ``understood`` where rows were not judged, else the status of a submission.
        dataset, title, period: What it is taken for.
        rows: Rows read, leftover tables included once rows were judged.
        recorded: Of these, rows that would become records; None where rows were not judged.
        rules: Findings by rule, the most frequent first.
        code, reason, remedy: Why it would be refused.
        left: Sheets with tables that would not be taken, and why.
        notes: What its sender would be told besides.
    """

    department: str
    status: str = "understood"
    dataset: str = ""
    title: str = ""
    period: str | None = None
    rows: int = 0
    recorded: int | None = None
    rules: tuple[tuple[str, int], ...] = ()
    code: str = ""
    reason: str = ""
    remedy: str = ""
    left: tuple[tuple[str, str], ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Inspection:
    """What is understood of one file."""

    file: str
    kind: str
    size: int
    notes: tuple[str, ...]
    sheets: tuple[SheetFacts, ...]
    verdicts: tuple[Verdict, ...]
