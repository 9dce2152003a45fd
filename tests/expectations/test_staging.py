"""Every row becomes a record or lies in quarantine; nothing private leaves, and every finding names its cell."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import VALID_ID, conformed, staged_alone

from connectors.grid import column_letter
from expectations.conform.joined import Joined
from expectations.contracts.model import Column, Contract, Rule
from expectations.findings import drafts, no_drafts
from expectations.privacy.masks import Privacy
from expectations.privacy.people import shield_of
from expectations.routing import Guess
from expectations.rules import Told, told
from expectations.submissions.staging import Miscounted, Own, Staged, record_schema, stage
from expectations.validate import validate
from warehouse.schemas import FINDINGS, QUARANTINE

PRIVACY = Privacy(bytes(range(32)))
NAME, PHONE = "欧阳小明", "13912345678"
COLUMNS = (
    Column("head_name", "户主", kind="person_name", private=True),
    Column("resident_id", "身份证号", kind="resident_id", private=True, key=True, required=True),
    Column("pay", "补助", type="number", unit="元", maximum=5000, required=True),
    Column("remark", "备注"),
)


def staged(
    cells: dict[str, Sequence[str | None]], columns: Sequence[Column] = COLUMNS, **facts: Any
) -> Staged:
    made, terms = conformed(cells, *columns, **facts)
    return staged_alone(made, validate(made.frame, terms, known=made.findings), terms, PRIVACY)


def household(**cells: str | None) -> dict[str, Sequence[str | None]]:
    row = {"head_name": NAME, "resident_id": VALID_ID, "pay": "300", "remark": None, **cells}
    return {name: [text] for name, text in row.items()}


def everything(done: Staged) -> str:
    return json.dumps([t.to_pylist() for t in (done.records, done.quarantine, done.findings)], ensure_ascii=False, default=str)  # fmt: skip


def test_a_good_row_is_a_record_with_tokens_and_its_place() -> None:
    done = staged(household())
    (record,) = done.records.to_pylist()
    assert (record["pay"], record["period"], record["region_code"]) == (300.0, "2025-06", "990101100201")
    assert (record["submission_id"], record["sheet"], record["row"]) == ("s1", "Sheet1", 2)
    assert record["head_name"].startswith("t_")
    assert record["resident_id"] == PRIVACY.tokens(pd.Series([VALID_ID]), "resident_id")[0]
    assert (done.records.num_rows, done.quarantine.num_rows) == (1, 0)
    assert done.coverage == {("990101100000", "2025-06"): done.records.num_rows}


def test_records_have_the_schema_of_the_contract_whatever_is_blank() -> None:
    done = staged(household(head_name=None))
    _, terms = conformed(household(), *COLUMNS)
    assert done.records.schema == record_schema(terms)
    assert done.records.schema.field("head_name").type == pa.string()
    assert "resident_id_birth_date" not in done.records.column_names
    assert done.quarantine.schema == QUARANTINE
    assert done.findings.schema == FINDINGS


def test_a_bad_row_lies_in_quarantine_with_its_cells_and_covers_nothing() -> None:
    done = staged(household(pay="9000", remark=f"电话{PHONE}"), titles=("某某台账",))
    assert (done.records.num_rows, done.quarantine.num_rows, done.coverage) == (0, 1, {})
    (row,) = done.quarantine.to_pylist()
    assert (row["sheet"], row["row"], row["rules"], row["period"]) == (
        "Sheet1",
        3,
        ["out_of_range"],
        "2025-06",
    )
    assert json.loads(row["cells"]) == {
        "户主": "欧***", "身份证号": "4603**********123X", "补助": "9000", "备注": "电话139****5678", "乡镇": "清河镇", "村": "柳树村",
    }  # fmt: skip


def test_a_finding_names_its_cell_and_shows_what_stands_there() -> None:
    done = staged(household(pay="0.9"), units={"pay": "万元"}, titles=("台账", "填报"))
    (finding,) = done.findings.to_pylist()
    assert (finding["cell"], finding["row"], finding["column"]) == ("Sheet1!C4", 4, "pay")
    assert (finding["value"], finding["rule"], finding["severity"]) == ("0.9", "out_of_range", "error")
    assert (finding["status"], finding["region_code"], finding["dataset"]) == (
        "open",
        "990101100201",
        "ledger",
    )
    assert "补助" in finding["message"]


def test_private_values_in_findings_are_masked() -> None:
    done = staged(household(resident_id="460322199001011236"))
    (finding,) = done.findings.to_pylist()
    assert (finding["rule"], finding["value"]) == ("resident_id_check", "4603**********1236")


def test_a_private_number_in_the_wrong_column_does_not_get_through() -> None:
    done = staged(household(remark=f"找{PHONE}"))
    assert done.records["remark"].to_pylist() == ["找139****5678"]
    assert done.findings["rule"].to_pylist() == ["private_in_text"]
    done = staged(household(pay=VALID_ID))
    assert done.quarantine.num_rows == 1
    assert VALID_ID not in everything(done)
    done = staged(household(pay=PHONE), [*COLUMNS[:2], Column("pay", "人数", type="integer")])
    assert (done.quarantine.num_rows, PHONE in everything(done)) == (1, False)


def test_a_name_typed_into_the_remarks_of_its_own_row_is_masked() -> None:
    done = staged(household(remark=f"{NAME}已搬走"))
    assert done.records["remark"].to_pylist() == ["欧***已搬走"]


def test_columns_that_no_contract_knows_are_not_quarantined_in_the_clear() -> None:
    cells = {**household(pay="9000"), "联系人姓名": [NAME], "其他": [VALID_ID]}
    done = staged(cells)
    shown = json.loads(done.quarantine.to_pylist()[0]["cells"])
    assert (shown["联系人姓名"], shown["其他"]) == ("欧***", "4603**********123X")


def test_a_warning_lets_the_row_pass() -> None:
    soft = Rule(
        "soft",
        "expect_column_values_to_be_between",
        {"column": "pay", "max_value": 100},
        "warning",
        "偏高",
        "请核对",
    )
    done = staged(household(), rules=[soft])
    assert (done.records.num_rows, done.findings["rule"].to_pylist()) == (1, ["soft"])


def test_finding_ids_are_the_same_each_time_and_apart_from_each_other() -> None:
    cells = {
        "resident_id": [VALID_ID, VALID_ID, VALID_ID],
        "pay": ["x", "9000", "1"],
        "head_name": [NAME] * 3,
    }
    first, again = staged(cells), staged(cells)
    ids = first.findings["finding_id"].to_pylist()
    assert ids == again.findings["finding_id"].to_pylist()
    assert len(ids) == len(set(ids)) == 4


def test_a_guessed_header_is_a_finding_at_the_header() -> None:
    made, terms = conformed(household(), *COLUMNS, titles=("台账",))
    guess = drafts([-1], told("guessed_column", title="补助金额"), column="pay", values=["补贴"])
    done = staged_alone(made, guess, terms, PRIVACY)
    (finding,) = done.findings.to_pylist()
    assert (finding["cell"], finding["row"], finding["region_code"], finding["value"]) == (
        "Sheet1!C2",
        None,
        None,
        "补贴",
    )
    assert done.records.num_rows == 1
    assert Guess("pay", 2, "补贴", "补助", 90.0).header == finding["value"]


def test_rows_without_a_period_are_kept_in_quarantine() -> None:
    done = staged(household(), period=None)
    assert done.quarantine["rules"].to_pylist() == [["missing_period"]]
    assert done.quarantine["period"].to_pylist() == [None]


def test_the_period_may_stand_in_a_column() -> None:
    column = Column("month", "月份", role="period")
    cells = {"month": ["2025年5月", "2025-06", None, "不知"], "pay": ["1", "2", "3", "4"]}
    done = staged(cells, [column, Column("pay", "补助", type="number")], period="2025-07")
    assert done.records["period"].to_pylist() == ["2025-05", "2025-06", "2025-07"]
    assert done.quarantine["rules"].to_pylist() == [["missing_period"]]


def test_rows_that_do_not_add_up_stop_the_submission() -> None:
    made, terms = conformed({"pay": ["1", "2"]}, Column("pay", "补助", type="number"))
    short = type(made)(made.frame.iloc[:1], made.findings, made.extract, made.columns)
    with pytest.raises(Miscounted, match="2 rows in, 1 records and 0 quarantined"):
        staged_alone(short, no_drafts(), terms, PRIVACY)


def two_tables() -> tuple[list[Own], Contract]:
    """One household of one submission, two of another."""
    first, terms = conformed({"resident_id": [VALID_ID], "pay": ["9000"], "head_name": [NAME]}, *COLUMNS)
    second, _ = conformed(
        {"resident_id": [VALID_ID, None], "pay": ["x", "9000"], "head_name": [NAME] * 2}, *COLUMNS
    )
    return [Own(f"s{at}", [one], shield_of([one], terms)) for at, one in enumerate((first, second), 1)], terms


def test_several_submissions_are_staged_together_and_each_gets_its_part() -> None:
    own, terms = two_tables()
    joined = Joined.of([table for one in own for table in one.tables])
    assert (joined.frame.index.tolist(), joined.owners.tolist()) == ([0, 1, 2], [0, 1, 1])
    judged = validate(joined.frame.assign(submission_id=["s1", "s2", "s2"]), terms, group="submission_id", known=joined.drafts)  # fmt: skip
    first, second = stage(own, joined, judged, terms, PRIVACY)
    assert first.findings["rule"].to_pylist() == ["out_of_range"]
    assert sorted(second.findings["rule"].to_pylist()) == ["missing", "out_of_range", "unparsed_number"]
    assert (first.quarantine.num_rows, second.quarantine.num_rows) == (1, 2)
    assert set(second.findings["submission_id"].to_pylist()) == {"s2"}
    assert second.quarantine["row"].to_pylist() == [2, 3]


PLANTED = {
    "a phone": (f"电话{PHONE}", "电话139****5678"),
    "an ID": (VALID_ID, "4603**********123X"),
    "the householder": ("欧阳大山已搬走", "欧***已搬走"),
    "a labelled name": ("联系人:王小明", "联系人:王**"),
    "a short name of its own row": ("找李伟领", "找李*领"),
}


@pytest.mark.parametrize("at", range(3))
@pytest.mark.parametrize("text", PLANTED)
@pytest.mark.parametrize("are_good", [True, False])
def test_a_private_value_in_one_of_many_tables_is_masked_and_the_others_stay(
    at: int, text: str, are_good: bool
) -> None:
    planted, shown = PLANTED[text]
    tables = []
    for n in range(3):
        people = ["欧阳大山", "李伟"] if n == at else ["欧阳小河", "赵大江"]
        remark = ["欧阳大山修的路", planted if n == at else "李伟"]
        cells = {"head_name": people, "resident_id": [VALID_ID] * 2, "pay": ["300"] * 2, "remark": remark}
        made, terms = conformed(cells, *COLUMNS)
        tables.append(made)
    own = [Own(f"s{n}", [made], shield_of([made], terms)) for n, made in enumerate(tables)]
    bad = [] if are_good else list(range(6))
    judged = drafts(bad, Told("spoilt", "不合格。", "请改正。", "error"), column="")
    for n, one in enumerate(stage(own, Joined.of(tables), judged, terms, PRIVACY)):
        remarks = one.records["remark"].to_pylist() if are_good else remarks_in_quarantine(one)
        assert remarks == (["欧***修的路", shown] if n == at else ["欧阳大山修的路", "李伟"])
        leaks = [rule for rule in one.findings["rule"].to_pylist() if rule == "private_in_text"]
        assert len(leaks) == (2 if n == at else 0)
        assert planted not in everything(one)


def remarks_in_quarantine(done: Staged) -> list[str]:
    return [json.loads(cells)["备注"] for cells in done.quarantine["cells"].to_pylist()]


@settings(deadline=None, max_examples=40)
@given(st.lists(st.tuples(st.sampled_from([VALID_ID, "1", None]), st.one_of(st.none(), st.text(max_size=5), st.sampled_from(["1", "6000", VALID_ID]))), max_size=6))  # fmt: skip
def test_every_row_handed_in_is_somewhere(rows: list[tuple[str | None, str | None]]) -> None:
    made, terms = conformed({"resident_id": [r[0] for r in rows], "pay": [r[1] for r in rows]}, *COLUMNS)
    done = staged_alone(made, no_drafts(), terms, PRIVACY)
    places = done.records["row"].to_pylist() + done.quarantine["row"].to_pylist()
    assert sorted(places) == list(range(2, 2 + len(rows)))
    assert VALID_ID not in everything(done)


def test_columns_are_lettered_as_spreadsheets_do() -> None:
    assert [column_letter(at) for at in (0, 25, 26, 51, 52, 701, 702)] == [
        "A",
        "Z",
        "AA",
        "AZ",
        "BA",
        "ZZ",
        "AAA",
    ]
