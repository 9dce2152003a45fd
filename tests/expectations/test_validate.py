"""Rows are judged by their contract: each failing cell once, in Chinese, at its position."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest
from sheets import contract

from expectations.contracts.model import Column, Contract, Rule
from expectations.findings import DRAFT_COLUMNS, drafts
from expectations.rules import Told
from expectations.validate import RuleError, validate

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")

TYPES = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "date": "datetime64[us]",
    "boolean": "boolean",
}


def frame(terms: Contract, **columns: list[Any]) -> pd.DataFrame:
    rows = len(next(iter(columns.values())))
    made = {c.name: pd.Series(columns.get(c.name, [None] * rows), dtype=TYPES[c.type]) for c in terms.columns}
    rest = {name: pd.Series(values) for name, values in columns.items() if name not in made}
    return pd.DataFrame({**made, "period": pd.Series(["2025-06"] * rows, dtype="str"), **rest})


def told(found: pd.DataFrame) -> list[tuple[int, str, str]]:
    return sorted((int(p), c, r) for p, c, r in found[["position", "column", "rule"]].itertuples(index=False))


def rule(name: str, expectation: str, severity: str = "error", **kwargs: Any) -> Rule:
    return Rule(name, expectation, kwargs, severity, "不对", "请改")  # type: ignore[arg-type]


def test_every_kind_of_column_rule_finds_its_cell() -> None:
    terms = contract(
        Column("name", "户主", required=True),
        Column("kind", "类型", enum=("三格式", "双瓮式")),
        Column("pay", "补助", type="number", unit="元", minimum=0, maximum=5000),
        Column("code", "编码", pattern=r"X\d{3}|Y\d{3}"),
    )
    rows = frame(
        terms, name=["甲", None], kind=["三格式", "旱厕"], pay=[5000.0, 5001.0], code=["Y001", "X0011"]
    )
    found = validate(rows, terms)
    assert told(found) == [(1, "code", "pattern"), (1, "kind", "not_allowed"), (1, "name", "missing"), (1, "pay", "out_of_range")]  # fmt: skip
    assert list(found.columns) == list(DRAFT_COLUMNS)
    messages = dict(zip(found["rule"], found["message"], strict=True))
    assert messages["out_of_range"] == "「补助」应在 0 至 5000 元之间。"
    assert messages["not_allowed"] == "「类型」只能填：三格式、双瓮式。"
    assert messages["missing"] == "「户主」没有填写。"
    assert found["remedy"].str.len().min() > 0


def test_a_blank_is_judged_by_missing_alone() -> None:
    terms = contract(
        Column("kind", "类型", enum=("a",)),
        Column("n", "数", type="integer", minimum=1),
        Column("m", "数二", type="integer", maximum=9, required=True),
        Column("t", "码", pattern="[a-z]"),
        Column("id", "号", key=True),
        rules=[rule("order", "expect_column_pair_values_a_to_be_greater_than_b", column_A="n", column_B="m")],
    )
    assert told(validate(frame(terms, kind=[None, None]), terms)) == [
        (0, "m", "missing"),
        (1, "m", "missing"),
    ]


def test_a_cell_that_could_not_be_read_is_not_also_missing() -> None:
    terms = contract(Column("n", "数", type="integer", required=True))
    known = drafts([0], Told("unparsed_number", "", ""), column="n", values=["多"])
    assert told(validate(frame(terms, n=[None, None]), terms, known=known)) == [(1, "n", "missing")]


def test_dates_have_limits_and_order() -> None:
    terms = contract(
        Column("done", "竣工", type="date", minimum="2000-01-01"),  # type: ignore[arg-type]
        Column("accepted", "验收", type="date"),
        rules=[rule("in_order", "expect_column_pair_values_a_to_be_greater_than_b", column_A="accepted", column_B="done", or_equal=True)],
    )  # fmt: skip
    days = {
        "done": ["1999-12-31", "2025-02-01", "2025-02-01"],
        "accepted": ["2025-01-01", "2025-01-31", None],
    }
    found = validate(frame(terms, **days), terms)
    assert told(found) == [(0, "done", "out_of_range"), (1, "accepted", "in_order")]
    assert found["message"].tolist()[0] == "「竣工」不应小于 2000-01-01。"


def test_a_condition_over_columns_is_a_rule_and_may_only_warn() -> None:
    condition = {"row_condition": "abs(a + b - c) > 0.1", "condition_parser": "pandas"}
    terms = contract(
        *(Column(name, name, type="number") for name in "abc"),
        rules=[rule("sums", "expect_column_values_to_be_null", "warning", column="c", **condition)],
    )
    found = validate(frame(terms, a=[1.0, 1.0, None], b=[2.0, 2.0, 2.0], c=[3.0, 4.0, 9.0]), terms)
    assert told(found) == [(1, "c", "sums")]
    assert found["severity"].tolist() == ["warning"]


def test_of_rows_with_one_key_the_first_stays() -> None:
    terms = contract(Column("id", "号", key=True))
    assert told(validate(frame(terms, id=["a", "b", "a", "a", None, None]), terms)) == [
        (2, "id", "duplicate_key"),
        (3, "id", "duplicate_key"),
    ]


def test_a_key_may_come_back_in_another_month_and_in_another_submission() -> None:
    terms = contract(Column("id", "号", key=True))
    rows = frame(terms, id=["a", "a", "a", "a"], submission_id=["s1", "s1", "s2", "s2"])
    rows["period"] = ["2025-05", "2025-06", "2025-06", "2025-06"]
    assert told(validate(rows, terms, group="submission_id")) == [(3, "id", "duplicate_key")]


@pytest.mark.parametrize("columns", [["v", "period"], ["submission_id", "v", "period"]])
def test_a_contracts_own_uniqueness_spares_the_first_row_and_other_submissions(columns: list[str]) -> None:
    once = rule("once", "expect_compound_columns_to_be_unique", column_list=columns)
    terms = contract(Column("v", "村"), rules=[once])
    rows = frame(terms, v=["a", "a", "a"], submission_id=["s1", "s1", "s2"])
    assert told(validate(rows, terms, group="submission_id")) == [(1, "v", "once")]
    alone = rows.iloc[:2].drop(columns="submission_id")
    assert told(validate(alone, terms)) == [(1, "v", "once")]


def test_positions_are_the_frames_own() -> None:
    terms = contract(Column("n", "数", type="integer", minimum=0))
    rows = frame(terms, n=[-1, 5, -2]).set_axis([10, 20, 30])
    assert told(validate(rows, terms)) == [(10, "n", "out_of_range"), (30, "n", "out_of_range")]


def test_a_rule_that_cannot_be_run_stops_loudly_and_names_itself() -> None:
    for broken in (
        rule("typo", "expect_column_values_to_be_purple", column="n"),
        rule("typo", "expect_column_values_to_be_between", column="nowhere", min_value=1),
        rule("typo", "expect_column_values_to_be_between", column="n", smallest=1),
        rule("typo", "expect_column_mean_to_be_between", column="n", min_value=100),
        rule("typo", "expect_table_row_count_to_equal", value=1),
    ):
        terms = contract(Column("n", "数", type="integer"), rules=[broken])
        with pytest.raises(RuleError, match="ledger: rule typo"):
            validate(frame(terms, n=[1]), terms)


def test_a_broken_rule_on_a_private_column_tells_no_value() -> None:
    condition = {"row_condition": "name + 1 > 2", "condition_parser": "pandas"}
    terms = contract(
        Column("name", "户主", private=True),
        rules=[rule("odd", "expect_column_values_to_be_null", column="name", **condition)],
    )
    with pytest.raises(RuleError) as raised:
        validate(frame(terms, name=["王小明"]), terms)
    chain: BaseException | None = raised.value
    while chain is not None:
        assert "王小明" not in str(chain)
        chain = chain.__cause__ or chain.__context__


def test_nothing_to_judge_gives_no_drafts() -> None:
    terms = contract(Column("n", "数", required=True))
    assert not len(validate(frame(terms, n=[]), terms))
    assert not len(validate(frame(contract(Column("n", "数")), n=["a"]), contract(Column("n", "数"))))
