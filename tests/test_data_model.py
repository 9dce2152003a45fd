"""The document of tables and columns says what the schemas say."""

from __future__ import annotations

import re
from pathlib import Path

import pyarrow as pa
import pytest

from expectations.contracts.reading import load_contracts
from expectations.contracts.words import words
from expectations.submissions.staging import record_schema
from warehouse import schemas
from warehouse.words import FIXED

DOCUMENT = (Path(__file__).resolve().parents[1] / "docs" / "data-model.md").read_text("utf-8")
KINDS = {
    "text": pa.types.is_string,
    "integer": pa.types.is_integer,
    "number": pa.types.is_floating,
    "boolean": pa.types.is_boolean,
    "date": pa.types.is_date,
    "time": pa.types.is_timestamp,
    "list of text": pa.types.is_list,
}


def documented(heading: str) -> list[tuple[str, str]]:
    """Column names and types of the table below a heading."""
    (section,) = re.findall(rf"^## {re.escape(heading)}$(.*?)(?=^## |\Z)", DOCUMENT, re.DOTALL | re.MULTILINE)
    return re.findall(r"^\| `(\w+)` \| ([a-z ]+) \| [^|]*\|$", section, re.MULTILINE)


@pytest.mark.parametrize(
    "table",
    ["submissions", "quarantine", "findings", "hand_ins", "observations", "reconciliations", "anomalies", "cases", "samples", "verifications", "schemes", "scores", "standings", "regions", "releases"],
)  # fmt: skip
def test_every_column_of_a_fixed_table_is_documented_in_its_order(table: str) -> None:
    schema: pa.Schema = getattr(schemas, table.upper())
    found = documented(f"`{table}`")
    assert [name for name, _ in found] == schema.names
    for name, kind in found:
        assert KINDS[kind](schema.field(name).type), f"{table}.{name} is not {kind}"


def test_the_revisions_of_the_ledger_are_one_chain() -> None:
    found = sorted((Path(__file__).parents[1] / "warehouse/ledger/migrations/versions").glob("v*.py"))
    texts = [path.read_text(encoding="utf-8") for path in found]
    names = [re.findall(r'^revision = "(\d+)"', text, re.MULTILINE)[0] for text in texts]
    before = [re.findall(r'^down_revision = (?:"(\d+)"|None)', text, re.MULTILINE)[0] for text in texts]
    assert names == [path.name[1:5] for path in found]
    assert before == ["", *names[:-1]]


def test_the_columns_every_record_has_are_documented() -> None:
    names = [name for name, _ in documented("A dataset's records")]
    assert names == [field.name for field in schemas.RECORD_FIELDS]


def test_every_dataset_is_listed_as_its_contract_has_it() -> None:
    listed = re.findall(
        r"^\| `(\w+)` \| (\w+) \| (\S+) \| (\w+), (day \d+|no day) \| (\w+) \| (\w+) \| ([A-D]) \|$", DOCUMENT, re.MULTILINE
    )  # fmt: skip
    assert listed == [
        (
            c.dataset,
            c.department,
            c.title,
            c.frequency,
            f"day {c.due_day}" if c.due_day else "no day",
            c.keeps,
            c.coverage,
            c.evidence,
        )
        for c in load_contracts().values()
    ]


def test_every_column_that_is_published_is_explained_in_chinese() -> None:
    contracts = load_contracts()
    said = words(contracts)
    for table in FIXED:
        assert set(said[table].columns) == set(getattr(schemas, table.upper()).names), table
    for dataset, contract in contracts.items():
        assert set(said[dataset].columns) >= set(record_schema(contract).names), dataset
