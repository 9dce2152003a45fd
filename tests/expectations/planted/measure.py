"""How much of what is planted is hidden, and how much that is honest is hidden with it."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas as pd

from expectations.conform.model import Conformed
from expectations.contracts.reading import load_contracts
from expectations.findings import drafts
from expectations.privacy.masks import Privacy
from expectations.privacy.names import KnownNames
from expectations.privacy.numbers import visible
from expectations.privacy.people import shield_of
from expectations.privacy.shield import Shield
from expectations.rules import Told
from expectations.submissions.shown import shown_rows
from expectations.submissions.staging import Staged
from expectations.submissions.understand import Submission, Understood, understand
from tests.expectations.planted.texts import everyone, texts
from tests.expectations.planted.workbooks import Planted, workbook
from tests.expectations.sheets import city, staged_alone

BOOKS = 6


@dataclass
class Figures:
    """Counts by kind.

    Attributes:
        planted, told: Private values planted, and of these those that can still be read.
        honest, hidden: Honest texts, and of these those that are no longer shown as they were.
        examples: What was told or hidden wrongly; made-up, so it may be printed.
    """

    planted: Counter[str] = field(default_factory=Counter)
    told: Counter[str] = field(default_factory=Counter)
    honest: int = 0
    hidden: int = 0
    examples: list[str] = field(default_factory=list)

    @property
    def recall(self) -> float:
        """Share of the private values that are hidden."""
        return 1 - self.told.total() / self.planted.total()

    @property
    def false_masks(self) -> float:
        """Share of the honest texts that are hidden."""
        return self.hidden / self.honest


def measure_texts(half: str) -> Figures:
    """Free texts of a ledger whose people are known."""
    figures = Figures()
    shield = Shield(KnownNames(person.name for person in everyone(half)))
    made = texts(half, everyone(half))
    cleaned = shield.texts(pd.Series([one.text for one in made], dtype="str"))
    for one, shown in zip(made, cleaned, strict=True):
        for kind, value in one.secrets.items():
            _count(figures, kind, value, shown, one.text)
        if not one.secrets:
            figures.honest += 1
            if shown != one.text:
                figures.hidden += 1
                figures.examples.append(f"hidden: {one.text} -> {shown}")
    return figures


def measure_workbooks(half: str) -> Figures:
    """Everything that is kept of workbooks, every row once as a record and once in quarantine."""
    figures = Figures()
    with TemporaryDirectory() as folder:
        for number in range(BOOKS):
            planted = workbook(half, Path(folder), number)
            _measure(figures, planted, "\n".join(_kept(planted)))
    return figures


def _measure(figures: Figures, planted: Planted, kept: str) -> None:
    digits = re.sub(r"\D", "", kept)
    for kind, value in dict.fromkeys(planted.secrets):
        _count(figures, kind, value, kept, "workbook", digits)
    for text in dict.fromkeys(planted.honest):
        figures.honest += 1
        if text not in kept:
            figures.hidden += 1
            figures.examples.append(f"hidden: {text}")


def _count(
    figures: Figures, kind: str, value: str, shown: str, where: str, digits: str | None = None
) -> None:
    figures.planted[kind] += 1
    number = re.sub(r"\D", "", value)
    told = value in visible(shown)
    if len(number) >= 7 and not told:
        told = number in (digits if digits is not None else re.sub(r"\D", "", visible(shown)))
    if told:
        figures.told[kind] += 1
        figures.examples.append(f"told {kind} {value}: {where}")


def _kept(planted: Planted) -> Iterator[str]:
    """Every text that is written of a submission outside the archive, but for tokens."""
    contracts = load_contracts()
    department, _, _ = planted.sender_path.partition("/")
    file_name = planted.sender_path.rpartition("/")[2]
    found = understand(
        Submission("s1", department, planted.sender_path, file_name, planted.path, date(2026, 1, 5)),
        contracts,
        city(),
    )
    assert isinstance(found, Understood), found
    shield = shield_of(found.conformed, found.contract)
    yield shield.path(planted.sender_path)
    for table in found.conformed:
        for staged in _staged(table, found, shield):
            for part in (staged.records, staged.quarantine, staged.findings):
                shown = shown_rows(part, shield)
                for row in shown.to_pylist():
                    yield json.dumps(row, ensure_ascii=False, default=str)


def _staged(table: Conformed, found: Understood, shield: Shield) -> Iterator[Staged]:
    spoilt = drafts(
        table.frame.index, Told("unknown_region", "这一行不合格。", "请改正。", "error"), column=""
    )
    clean = Conformed(table.frame, table.findings.iloc[:0], table.extract, table.columns, table.notes)
    for one, judged in ((table, spoilt), (clean, spoilt.iloc[:0])):
        yield staged_alone(one, judged, found.contract, Privacy(bytes(32)), shield)
