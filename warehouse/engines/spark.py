"""Spark, on a cluster that is there already: it reads the files that the tables' versions name, and answers in Arrow.

Nothing but Spark itself is needed there: Delta logs are read here, and what comes out is written by whoever asked. The
folder of the tables must lie at the same path on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from uuid import uuid4

import pyarrow as pa

from warehouse.engines.engine import Question, Unanswered
from warehouse.engines.spark_session import new_session, session_of, stopped_after
from warehouse.engines.spark_sql import Untranslatable, spark_type, to_spark
from warehouse.guard import QueryError, check
from warehouse.handed_in import TABLE as SUBMISSIONS
from warehouse.query import FIXED, Submissions, shown_columns
from warehouse.shapes import sql_type
from warehouse.store import Store

if TYPE_CHECKING:
    import pandas as pd
    from pyspark.sql import DataFrame, SparkSession

_AT_ONCE = 8
"""Questions that are with the cluster at one time, so that none waits for the last task of another."""


@contextmanager
def opened(
    master: str,
    settings: Mapping[str, str],
    tables: tuple[Store, Submissions, Mapping[str, pa.Schema]],
    aside: Path,
    seconds: float,
) -> Iterator[Spark]:
    """Spark over the live tables of a store.

    Args:
        master: Of the cluster, as ``session_of`` takes it.
        settings: Spark's own.
        tables: The store, who knows what was handed in, and schemas of tables that may not be there yet.
        aside: A folder that every machine sees at the same path, for what is worked out in between.
        seconds: How long one question may take.

    Raises:
        NoSpark: It cannot be reached.
    """
    root = session_of(master, settings)
    aside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryDirectory(prefix="spark-", dir=aside) as folder:
        yield Spark(root, *tables, Path(folder), seconds)


@dataclass(frozen=True)
class Spark:
    """An engine over the live tables of a store.

    Attributes:
        root: A session on the cluster.
        store: Where the tables are.
        ledger: For the table ``submissions``.
        expected: Schemas of further tables (the datasets').
        aside: A folder for what is worked out in between, that every machine sees at the same path.
        seconds: How long one question may take.
    """

    root: SparkSession
    store: Store
    ledger: Submissions
    expected: Mapping[str, pa.Schema]
    aside: Path
    seconds: float

    @cached_property
    def session(self) -> SparkSession:
        """A session with a view per table."""
        session = new_session(self.root)
        written = {table for table in self.store.tables() if table != SUBMISSIONS}
        for table, schema in {**FIXED, **self.expected}.items():
            if table not in written:
                _empty(session, schema).createOrReplaceTempView(table)
        for table in written:
            self._read(session, table).createOrReplaceTempView(table)
        _laid(session, self.aside / SUBMISSIONS, self.ledger.submissions()).createOrReplaceTempView(
            SUBMISSIONS
        )
        return session

    def _read(self, session: SparkSession, table: str) -> DataFrame:
        version = self.store.version(table)
        schema, shown = shown_columns(self.store, table, version, self.expected)
        files = self.store.files(table, version)
        if not files:
            return _empty(session, shown)
        reader = session.read.schema(_ddl(schema)).option("basePath", _address(self.store.root / table))
        return reader.parquet(*map(_address, files)).select(*(f"`{one.name}`" for one in shown))

    def tables(self) -> frozenset[str]:
        """Names of the tables there are."""
        return frozenset({*self.store.tables(), *FIXED, *self.expected, SUBMISSIONS})

    def filled(self, tables: Iterable[str]) -> frozenset[str]:
        """Those of the tables that hold rows."""
        asked = [f"(select '{one}' as name from {one} limit 1)" for one in sorted(tables)]  # noqa: S608 - own names
        if not asked:
            return frozenset()
        with stopped_after(self.session, self.seconds):
            return frozenset(str(row.name) for row in self.session.sql(" union all ".join(asked)).collect())

    def frame(self, sql: str, given: Mapping[str, object]) -> pd.DataFrame:
        """The answer to a SELECT of the program's own as a frame."""
        with stopped_after(self.session, self.seconds):
            frame: pd.DataFrame = self.session.sql(to_spark(sql, given)).toArrow().to_pandas()
        return frame

    @contextmanager
    def desk(self) -> Iterator[SparkDesk]:
        """An empty desk."""
        with TemporaryDirectory(prefix="desk-", dir=self.aside) as folder:
            yield SparkDesk(self.session, new_session(self.root), Path(folder), self.seconds)


@dataclass(frozen=True)
class SparkDesk:
    """A desk in files: what a relation rests on is worked out once, and not again where a machine is lost.

    Attributes:
        warehouse: The session that questions are put to.
        work: The session that has the desk's relations and no other.
        folder: Where their files lie.
        seconds: How long one question may take.
    """

    warehouse: SparkSession
    work: SparkSession
    folder: Path
    seconds: float

    def lay(self, name: str, table: pa.Table) -> None:
        """Put a table on the desk."""
        _laid(self.work, self._place(name), table).createOrReplaceTempView(name)

    def gather(self, name: str, schema: pa.Schema, questions: Iterable[Question]) -> None:
        """Put the answers to questions about the warehouse on the desk, under one another."""
        place, asked = self._place(name), list(enumerate(questions))
        if not asked:
            self.lay(name, schema.empty_table())
            return
        with ThreadPoolExecutor(_AT_ONCE) as several:
            list(several.map(lambda one: self._answer(one[1], schema, place / str(one[0])), asked))
        addresses = [_address(place / str(number)) for number, _ in asked]
        self.work.read.schema(_ddl(schema)).parquet(*addresses).createOrReplaceTempView(name)

    def make(self, name: str, sql: str) -> None:
        """Put what a SELECT over the desk gives on the desk."""
        frame, place = self.work.sql(to_spark(sql)), _address(self._place(name))
        with stopped_after(self.work, self.seconds):
            frame.write.parquet(place)
        self.work.read.schema(frame.schema).parquet(place).createOrReplaceTempView(name)

    def ask(self, sql: str, given: Mapping[str, object] | None = None) -> pa.Table:
        """The answer to a SELECT over the desk."""
        with stopped_after(self.work, self.seconds):
            return self.work.sql(to_spark(sql, given)).toArrow()

    def _answer(self, question: Question, schema: pa.Schema, place: Path) -> None:
        from pyspark.errors import PySparkException

        try:
            check(question.sql)
            frame = self.warehouse.sql(to_spark(_labelled(question, schema), question.given))
            with stopped_after(self.warehouse, self.seconds):
                frame.write.parquet(_address(place))
        except (QueryError, Untranslatable, PySparkException) as error:
            raise Unanswered(question, error) from error

    def _place(self, name: str) -> Path:
        return self.folder / f"{name}-{uuid4().hex}"


def _labelled(question: Question, schema: pa.Schema) -> str:
    labels = {name: f"'{label}'" for name, label in question.labels.items()}
    columns = (
        f'cast({labels.get(one.name, one.name)} as {sql_type(one.type)}) as "{one.name}"' for one in schema
    )
    return f"select {', '.join(columns)} from ({question.sql})"  # noqa: S608 - names of the schema's columns


def _laid(session: SparkSession, place: Path, table: pa.Table) -> DataFrame:
    """A table of ours where the cluster reads it."""
    import pyarrow.parquet as pq

    place.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, place)
    return session.read.schema(_ddl(table.schema)).parquet(_address(place))


def _empty(session: SparkSession, schema: Iterable[pa.Field]) -> DataFrame:
    columns = ", ".join(f"cast(null as {spark_type(sql_type(one.type))}) as `{one.name}`" for one in schema)
    return session.sql(f"select {columns} where false")


def _ddl(schema: Iterable[pa.Field]) -> str:
    """A schema as Spark reads it."""
    return ", ".join(f"`{one.name}` {spark_type(sql_type(one.type))}" for one in schema)


def _address(path: Path) -> str:
    """A path as Spark takes it, the characters of patterns meaning themselves."""
    plain = (f"\\{character}" if character in "*?[]{}\\" else character for character in str(path.absolute()))
    return "file://" + "".join(plain)
