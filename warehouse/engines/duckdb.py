"""DuckDB, in the process that asks: the engine of a home that is not told otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pyarrow as pa

from warehouse.engines.engine import Question, Unanswered
from warehouse.guard import QueryError, ask
from warehouse.query import filled
from warehouse.scratch import scratch

if TYPE_CHECKING:
    import pandas as pd
    from duckdb import DuckDBPyConnection


@dataclass(frozen=True)
class DuckDB:
    """An engine over a connection.

    Attributes:
        connection: Has a table or view per table of the warehouse.
    """

    connection: DuckDBPyConnection

    def tables(self) -> frozenset[str]:
        """Names of the tables there are."""
        rows = self.connection.execute("select table_name from information_schema.tables").fetchall()
        return frozenset(str(name) for (name,) in rows)

    def filled(self, tables: Iterable[str]) -> frozenset[str]:
        """Those of the tables that hold rows."""
        return filled(self.connection, tables)

    def frame(self, sql: str, given: Mapping[str, object]) -> pd.DataFrame:
        """The answer to a SELECT of the program's own as a frame."""
        # A relation (``.sql``) would plan the question twice.
        frame: pd.DataFrame = self.connection.execute(sql, dict(given)).df()
        return frame

    @contextmanager
    def desk(self) -> Iterator[DuckDesk]:
        """An empty desk."""
        with scratch() as work:
            yield DuckDesk(self.connection, work)


@dataclass(frozen=True)
class DuckDesk:
    """A desk in the memory of the process.

    Attributes:
        warehouse: What questions are put to.
        work: What holds the desk's relations.
    """

    warehouse: DuckDBPyConnection
    work: DuckDBPyConnection

    def lay(self, name: str, table: pa.Table) -> None:
        """Put a table on the desk."""
        self.work.register(name, table)

    def gather(self, name: str, schema: pa.Schema, questions: Iterable[Question]) -> None:
        """Put the answers to questions about the warehouse on the desk, under one another."""
        answers = [_labelled(self._answer(one), schema, one.labels) for one in questions]
        self.lay(name, pa.concat_tables([schema.empty_table(), *answers]))

    def make(self, name: str, sql: str) -> None:
        """Put what a SELECT over the desk gives on the desk."""
        self.work.execute(f"create or replace temp table {name} as {sql}")

    def ask(self, sql: str, given: Mapping[str, object] | None = None) -> pa.Table:
        """The answer to a SELECT over the desk."""
        return self.work.sql(sql, params=dict(given or {})).to_arrow_table()

    def _answer(self, question: Question) -> pa.Table:
        try:
            return ask(self.warehouse, question.sql, question.given)
        except QueryError as error:
            raise Unanswered(question, error) from error


def _labelled(rows: pa.Table, schema: pa.Schema, labels: Mapping[str, str]) -> pa.Table:
    for name, label in labels.items():
        rows = rows.append_column(name, pa.repeat(pa.scalar(label), rows.num_rows))
    return rows.select(schema.names).cast(schema)
