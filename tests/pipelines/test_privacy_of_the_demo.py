"""No private value of the demo village leaves the archive but to its own sender."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.pipelines.town import Town

SEEN_BY_OTHERS = ("warehouse", "published", "reports", "dagster")


def private_values(home: Path) -> dict[str, set[str]]:
    """Values by kind; ``config/demo_private.txt`` has one ``kind<TAB>value`` a line."""
    found: dict[str, set[str]] = {}
    for line in (home / "config" / "demo_private.txt").read_text(encoding="utf-8").splitlines():
        kind, value = line.split("\t")
        found.setdefault(kind, set()).add(value)
    return found


def texts_of(path: Path) -> Iterator[str]:
    """Everything a file says: cells where it holds a table, its text otherwise."""
    if path.suffix == ".parquet":
        yield from _texts_of_table(pq.read_table(path))
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path), read_only=True) as connection:
            for (name,) in connection.execute("select table_name from information_schema.tables").fetchall():
                yield from _texts_of_table(connection.table(f'"{name}"').to_arrow_table())
    else:
        if path.read_bytes().startswith(b"SQLite format 3"):
            with sqlite3.connect(path) as database:
                yield from database.iterdump()
        data = path.read_bytes()
        yield data.decode("utf-8", errors="ignore")
        if data.isascii() and b"\\u" in data:
            yield data.decode("unicode_escape", errors="ignore")


def _texts_of_table(table: pa.Table) -> Iterator[str]:
    yield str(table.schema)
    for column in table.itercolumns():
        for value in (
            column.unique().to_pylist() if not pa.types.is_nested(column.type) else column.to_pylist()
        ):
            if value is not None:
                yield str(value)


TOKEN = re.compile(r"[0-9A-Za-z.+]{5,}|[\u4e00-\u9fff\u3400-\u4dbf]{2,}")


def found_in(texts: Iterable[str], private: set[str]) -> set[str]:
    """Private values that are said: digits and letters anywhere, in any run of them; names as whole words."""
    longest = max((len(value) for value in private), default=0)
    lengths = sorted({len(value) for value in private})
    seen: set[str] = set()
    for text in texts:
        for word in set(TOKEN.findall(text)):
            for length in lengths:
                if length > min(len(word), longest):
                    break
                seen.update(
                    word[at : at + length]
                    for at in range(len(word) - length + 1)
                    if word[at : at + length] in private
                )
    return seen


pytestmark = pytest.mark.xdist_group("privacy of the demo")


@pytest.fixture(scope="module")
def private(village: Town) -> set[str]:
    values = private_values(village.root)
    assert {"resident_id", "person_name", "phone", "bank_card", "student_number"} <= set(values)
    return {value for kind in values.values() for value in kind}


def files_of(home: Path) -> list[Path]:
    return [path for name in SEEN_BY_OTHERS for path in sorted((home / name).rglob("*")) if path.is_file()]


def test_nothing_that_others_read_names_anyone(village: Town, private: set[str]) -> None:
    files = files_of(village.root)

    told = {
        path.relative_to(village.root).as_posix(): leaked
        for path in files
        if (leaked := found_in(texts_of(path), private))
    }

    assert {path.suffix for path in files} >= {".parquet", ".duckdb", ".html", ".csv", ".json"}
    assert {path.relative_to(village.root).parts[0] for path in files} == set(SEEN_BY_OTHERS)
    assert told == {}


def test_the_load_prints_and_logs_no_private_value(village: Town, private: set[str]) -> None:
    for name in ("demo.out", "demo.err"):
        text = (village.root.parent / name).read_text(encoding="utf-8")
        assert found_in([text], private) == set(), name

    assert "What arrived" in (village.root.parent / "demo.out").read_text(encoding="utf-8")


def test_the_ledger_holds_no_private_value(village: Town, private: set[str]) -> None:
    assert found_in(texts_of(village.root / "ledger.db"), private) == set()


def test_the_archive_does_hold_them_and_records_hold_a_token_for_each(
    village: Town, private: set[str]
) -> None:
    archived = (
        path for path in sorted(village.root.glob("archive/*/*")) if path.read_bytes()[:2] not in (b"PK",)
    )
    in_plain_text = found_in(
        (path.read_bytes().decode("gb18030", errors="ignore") for path in archived), private
    )
    tokens = village.ask("select distinct resident_id from toilet_ledger")

    assert len(in_plain_text) > 500
    assert len(tokens) > 500
    assert all(token.startswith("t_") for (token,) in tokens)


@pytest.mark.parametrize(
    "name",
    [
        "warehouse/planted.parquet", "published/planted.duckdb", "reports/planted.html",
        "reports/planted.json", "dagster/planted.db", "reports/planted.csv",
    ],
)  # fmt: skip
@pytest.mark.parametrize("kind", ["resident_id", "person_name", "phone", "bank_card"])
def test_a_planted_value_is_found_in_every_kind_of_file(
    village: Town, private: set[str], tmp_path: Path, name: str, kind: str
) -> None:
    value = min(private_values(village.root)[kind])
    path = tmp_path / name
    path.parent.mkdir()
    table = pa.table({"note": ["nothing"] * 1000 + [f"见{value}。"], "n": range(1001)})
    if path.suffix == ".parquet":
        pq.write_table(table, path, compression="zstd")
    elif path.suffix == ".duckdb":
        with duckdb.connect(str(path)) as connection:
            connection.register("planted", table)
            connection.execute("create table kept as from planted")
    elif path.suffix == ".db":
        with sqlite3.connect(path) as database:
            table.to_pandas().to_sql("kept", database)
    elif path.suffix == ".json":
        pd.DataFrame({"note": [value]}).to_json(path, orient="records")  # escapes what is not ASCII
    else:
        path.write_text(f"<p>{value}</p>", encoding="utf-8")

    assert found_in(texts_of(path), private) == {value}
