"""What is plain is read without the care that odd texts need: both ways must say the same of every text."""

from __future__ import annotations

import importlib
import pkgutil
import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from unittest.mock import patch

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import expectations.conform
from expectations.conform.columns import Known, conform_column
from expectations.conform.patterns import Pattern, matches, replaced
from expectations.contracts.model import Column

MODULES = [
    importlib.import_module(f"expectations.conform.{module.name}")
    for module in pkgutil.iter_modules(expectations.conform.__path__)
]
PATTERNS = {
    f"{module.__name__}.{name}": value
    for module in MODULES
    for name, value in vars(module).items()
    if isinstance(value, Pattern)
}
PARTS = [
    *"0123456789", "2025", "45292", "2025-06-01", "2025-13-01", "1899-01-01", "9999-01-01", "2025年6月1日", "20250601",
    "123", "0.5", "12.5", "9007199254740993", "1e400", "1.1E+17", *"０１９．－", *"-—–/\\+.,'%‰eE", *" \t\n\v\u3000\xa0",
    "\u200b", "\ufeff", *"①²³½", *"亩元户万", "公斤", "¥", *"无有是否〃同", "同上", *"nNaAuUlLoO", "n/a", "null", "(NULL)", "#N/A",
    "#REF!", "张三", "三村村", "·", "石桥镇", "110101194912310021", "11010119491231002X", "13800138000", "+86", *"（）()",
]  # fmt: skip
CELLS = st.lists(st.none() | st.lists(st.sampled_from(PARTS), max_size=3).map("".join), max_size=12)
PLAIN = st.sampled_from(
    ["1", "12", "2025-06-01", "2024-02-29", "是", "三村村", "0.5", "12.375", "1.234", "1.234.567", "否"]
)
FIGURES = st.from_regex(r"\A[0-9]{0,3}(\.?[0-9]{1,3}){1,2}\.?\Z")
COLUMNS = [
    Column("x", "某", type="number"),
    Column("x", "某", type="number", unit="%"),
    Column("x", "某", type="number", unit="万元"),
    Column("x", "某", type="integer", unit="户", required=True),
    Column("x", "某", type="date"),
    Column("x", "某", type="boolean", value_aliases={"已拆": "否"}),
    Column("x", "某", enum=("是", "12", "石桥镇"), value_aliases={"三村": "石桥镇"}),
    Column("x", "某"),
    Column("x", "某", pattern="^.*$", role="village_name"),
    Column("x", "某", role="region_code"),
    *(
        Column("x", "某", kind=kind)
        for kind in ("resident_id", "credit_code", "phone", "bank_card", "identifier", "person_name")
    ),
]


@contextmanager
def care() -> Iterator[None]:
    """Nothing counts as plain: every pattern is looked for in every column, and every text is read with care."""
    answers = {"consist_of": False, "is_plain": False, "hold_any": True}
    with ExitStack() as patches:
        for module in MODULES:
            for name in answers.keys() & vars(module).keys():
                patches.enter_context(patch.object(module, name, return_value=answers[name]))
        yield


def read(cells: list[str | None], column: Column, known: Known) -> tuple[object, ...]:
    """All that is said of a column, row by row."""
    raw = pa.chunked_array([pa.array(cells, pa.string())])
    texts, parsed, note = conform_column(raw, column, None, (), np.datetime64("2025-06-30"), known)
    found = [texts.drafts(problem, column.name).to_dict("list") for problem in parsed.problems]
    spread = {suffix: texts.spread(values).to_pylist() for suffix, values in parsed.helpers.items()}
    values = texts.spread(parsed.values)
    return values.type, values.to_pylist(), spread, found, parsed.has_decimal_commas, note


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.kind or column.role or column.type)
@given(
    cells=CELLS | st.lists(PLAIN, max_size=8) | st.lists(FIGURES),
    data=st.data(),
)
def test_a_column_is_read_as_with_care(column: Column, cells: list[str | None], data: st.DataObject) -> None:
    stored = data.draw(st.none() | st.lists(st.booleans(), min_size=len(cells), max_size=len(cells)))
    known = Known(None if stored is None else np.array(stored, dtype=bool), False, data.draw(st.booleans()))
    with care():
        expected = read(cells, column, known)
    assert read(cells, column, known) == expected


def python_form(pattern: Pattern) -> re.Pattern[str]:
    """The pattern in the syntax of Python."""
    return re.compile(re.sub(r"\\x\{(\w+)\}", lambda code: chr(int(code[1], 16)), pattern.regex), re.ASCII)


@settings(max_examples=60, deadline=None)
@pytest.mark.parametrize("name", PATTERNS)
@given(data=st.data())
def test_every_match_of_a_pattern_holds_one_of_its_signs(name: str, data: st.DataObject) -> None:
    pattern = PATTERNS[name]
    drawn = st.from_regex(python_form(pattern)) | st.lists(st.sampled_from(PARTS), max_size=4).map("".join)
    texts = pa.array(data.draw(st.lists(drawn, max_size=4)), pa.string())
    assert matches(texts, pattern).tolist() == pc.match_substring_regex(texts, pattern.regex).to_pylist()
    assert replaced(texts, pattern, "x").equals(pc.replace_substring_regex(texts, pattern.regex, "x"))


def test_a_column_without_the_signs_is_not_searched() -> None:
    lying = Pattern("村", signs="镇")
    assert matches(pa.array(["三村村", None, ""]), lying).tolist() == [False, False, False]
    assert matches(pa.array(["三村村", "石桥镇"]), lying).tolist() == [True, False]
