"""What an engine can do: it answers SQL over the warehouse's tables, and keeps relations to compute with beside them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

import pyarrow as pa

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class Question:
    """One SELECT over the warehouse's tables.

    Attributes:
        sql: In DuckDB's dialect.
        given: Values of its parameters (``$months``).
        labels: Columns of text that every row of the answer gets.
    """

    sql: str
    given: Mapping[str, object] = field(default_factory=dict)
    labels: Mapping[str, str] = field(default_factory=dict)


class Unanswered(RuntimeError):
    """A question that has no answer, and why."""

    def __init__(self, question: Question, error: Exception) -> None:
        self.question = question
        super().__init__(str(error))


class Desk(Protocol):
    """Relations to compute with, apart from the warehouse's tables; gone when the desk is left."""

    def lay(self, name: str, table: pa.Table) -> None:
        """Put a table on the desk; one of that name is replaced."""

    def gather(self, name: str, schema: pa.Schema, questions: Iterable[Question]) -> None:
        """Put the answers to questions about the warehouse on the desk, under one another.

        Args:
            name: Of the relation.
            schema: Its columns; each is in every answer or among its question's labels.
            questions: Asked within the limits of people's questions.

        Raises:
            Unanswered: One of them cannot be answered.
        """

    def make(self, name: str, sql: str) -> None:
        """Put what a SELECT over the desk gives on the desk; a relation of that name is replaced."""

    def ask(self, sql: str, given: Mapping[str, object] | None = None) -> pa.Table:
        """The answer to a SELECT over the desk."""


class Engine(Protocol):
    """Answers SQL over the warehouse's tables as they were when it was opened."""

    def tables(self) -> frozenset[str]:
        """Names of the tables there are."""

    def filled(self, tables: Iterable[str]) -> frozenset[str]:
        """Those of the tables that hold rows."""

    def frame(self, sql: str, given: Mapping[str, object]) -> pd.DataFrame:
        """The answer to a SELECT of the program's own as a frame."""

    def desk(self) -> AbstractContextManager[Desk]:
        """An empty desk."""
