"""Linting: what is wrong with a contract is said with its file and line."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from expectations.contract_lint import ROW_RULES, lint
from expectations.contracts.reading import BUILT_IN

GOOD = """\
apiVersion: v3.2.0
kind: DataContract
id: saplings
version: 1.0.0
status: active
domain: forestry
description:
  purpose: 逐地块登记造林
customProperties:
  - {property: evidence, value: B}
  - {property: keeps, value: snapshot}
  - {property: coverage, value: township}
slaProperties:
  - {property: frequency, value: monthly}
  - {property: dueDay, value: 5}
schema:
  - name: saplings
    businessName: 造林台账
    logicalType: object
    properties:
      - name: plot_number
        businessName: 地块编号
        logicalType: string
        primaryKey: true
        required: true
      - name: owner
        businessName: 林权人
        synonyms: [{synonym: 户主}]
        logicalType: string
        classification: private
        customProperties:
          - {property: kind, value: person_name}
      - name: area_mu
        businessName: 造林面积
        logicalType: number
        logicalTypeOptions: {minimum: 0, maximum: 1000}
        examples: [12.5]
        customProperties:
          - {property: unit, value: 亩}
      - name: species
        businessName: 树种
        logicalType: string
        enum: [{value: 杉木}, {value: 松木}]
        customProperties:
          - property: value_aliases
            value: {杉树: 杉木}
      - name: planted_on
        businessName: 造林日期
        logicalType: date
    quality:
      - name: planted_by_period
        description: 造林日期晚于报送的月份
        type: custom
        engine: greatExpectations
        severity: error
        implementation:
          type: expect_column_values_to_be_null
          kwargs:
            column: planted_on
            row_condition: 'planted_on.dt.strftime("%Y-%m") > period'
            condition_parser: pandas
        customProperties:
          - {property: remedy, value: 请核对造林日期}
"""


def problems(tmp_path: Path, *changes: tuple[str, str]) -> list[tuple[int, str]]:
    """Line and message of what is wrong after changing the good contract."""
    text = GOOD
    for old, new in changes:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    path = tmp_path / "saplings.yaml"
    path.write_text(text, encoding="utf-8")
    found = lint([path])
    assert {problem.path for problem in found} <= {path}
    return [(problem.line, problem.message) for problem in found]


@pytest.mark.parametrize(
    ("keeps", "role", "said"),
    [("snapshot", "", "only events"), ("events", "", "happened_on"), ("events", "happened_on", None)],
)
def test_what_accumulates_is_events_with_their_day(
    tmp_path: Path, keeps: str, role: str, said: str | None
) -> None:
    day = ("businessName: 造林日期\n        logicalType: date\n",) * 2
    custom = f"        customProperties: [{{property: role, value: {role}}}]\n" if role else ""
    changes = (
        ("value: snapshot}", f"value: {keeps}}}\n  - {{property: accumulates, value: year_to_date}}"),
        (day[0], day[1] + custom),
    )
    found = problems(tmp_path, *changes)
    assert [message for _, message in found if said and said in message] == [message for _, message in found]
    assert bool(found) == bool(said)


def line_of(text: str) -> int:
    return next(number for number, line in enumerate(GOOD.splitlines(), start=1) if text in line)


def test_a_good_contract_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path) == []


SPOILT = {
    "an unknown frequency": (("value: monthly", "value: fortnightly"), "value: monthly", "fortnightly"),
    "an unknown evidence grade": (("evidence, value: B", "evidence, value: E"), "evidence, value: B", "E"),
    "a due day left out": (("  - {property: dueDay, value: 5}\n", ""), "slaProperties", "gives no dueDay"),
    "an unknown type": (("logicalType: date", "logicalType: day"), "logicalType: date", "day"),
    "an unknown kind": (("value: person_name", "value: person"), "value: person_name", "person"),
    "an unknown key": (("status: active", "state: active"), None, "state"),
    "a name that is not snake_case": (("name: area_mu", "name: areaMu"), "name: area_mu", "areaMu"),
    "a name without its unit": (("name: area_mu", "name: area"), "name: area_mu", "_mu"),
    "a message that is not Chinese": (("造林日期晚于报送的月份", "too late"), "造林日期晚于报送的月份", "too late"),
    "a rule without a remedy": (("{property: remedy, value: 请核对造林日期}", "{property: owner, value: 林业局}"), "remedy", "remedy"),
    "a name left open": (("        classification: private\n", ""), "name: owner", "classification: private"),
    "a key that may be blank": (("        required: true\n", ""), "name: plot_number", "required"),
    "an alias another column has": (("synonym: 户主", "synonym: 树 种"), "name: species", "树 种"),
    "an alias in a unit of another kind": (("造林面积\n", "造林面积\n        synonyms: [{synonym: 面积(户)}]\n"), "name: area_mu", "户"),
    "a spelling of no value": (("杉树: 杉木", "杉树: 柏木"), "name: species", "柏木"),
    "an example out of range": (("examples: [12.5]", "examples: [12500]"), "name: area_mu", "12500"),
    "an example with a wrong check digit": (("value: person_name}\n", "value: resident_id}\n        examples: ['460322197001010010']\n"), "name: owner", "460322197001010010"),
    "bounds the wrong way round": (("minimum: 0, maximum", "minimum: 5000, maximum"), "name: area_mu", "5000"),
    "a range on a text": (("enum: [{value: 杉木}, {value: 松木}]", "logicalTypeOptions: {minimum: 1}"), "name: species", "numbers"),
    "a rule on an unknown column": (("column: planted_on", "column: planted_at"), "name: planted_by_period", "planted_at"),
    "a condition on an unknown column": (("planted_on.dt.strf", "planted_at.dt.strf"), "name: planted_by_period", "planted_at"),
    "a condition that cannot be read": (("\"%Y-%m\") > period", "\"%Y-%m\" > period"), "name: planted_by_period", "row_condition"),
    "a condition that no blank bears": (("planted_on.dt.strftime(\"%Y-%m\") > period", "period.str[:4].astype(\"int64\") > 2024"), "name: planted_by_period", "blank cell"),
    "a condition that only some texts bear": (("planted_on.dt.strftime(\"%Y-%m\") > period", "species.astype(\"float64\") > 1"), "name: planted_by_period", "text of any kind"),
    "an unknown expectation": (("expect_column_values_to_be_null", "expect_column_to_be_fine"), "name: planted_by_period", "expect_column_to_be_fine"),
    "an argument it does not take": (("condition_parser: pandas", "mostly: 0.9"), "name: planted_by_period", "mostly"),
    "a name records have anyway": (("name: species", "name: period"), "name: species", "period"),
    "an unknown accumulation": (("keeps, value: snapshot}", "keeps, value: events}\n  - {property: accumulates, value: ever}"), "coverage", "ever"),
    "a day that is no date": (("        enum: [{value: 杉木}, {value: 松木}]\n        customProperties:\n", "        customProperties:\n          - {property: role, value: happened_on}\n"), "name: species", "logicalType: date"),
    "an id that is another": (("id: saplings", "id: seedlings"), "id: saplings", "seedlings"),
}  # fmt: skip


@pytest.mark.parametrize("case", SPOILT, ids=lambda case: case.replace(" ", "_"))
def test_a_problem_is_named_where_it_stands(tmp_path: Path, case: str) -> None:
    change, where, said = SPOILT[case]
    found = problems(tmp_path, change)
    assert any(said in message for _, message in found), found
    if where is not None:
        assert any(
            line in (line_of(where), line_of(where) - 1) for line, message in found if said in message
        ), found


def test_broken_yaml_names_the_line(tmp_path: Path) -> None:
    found = problems(tmp_path, ("status: active", "status: [active"))
    assert len(found) == 1
    assert "not YAML" in found[0][1]


def test_a_key_given_twice_is_not_lost(tmp_path: Path) -> None:
    assert problems(tmp_path, ("status: active", "status: active\nstatus: draft"))[0] == (
        6,
        "status is given twice; keep one of them",
    )


def test_two_files_for_one_dataset_are_named(tmp_path: Path) -> None:
    for name in ("a.yaml", "b.yaml"):
        (tmp_path / name).write_text(GOOD, encoding="utf-8")
    (found,) = lint([tmp_path])
    assert found.path.name == "b.yaml"
    assert "a.yaml" in found.message


def test_every_file_is_linted_although_one_is_broken(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes(b"\xff\xfe\x00")
    (tmp_path / "b.yaml").write_text(GOOD.replace("value: monthly", "value: weekly"), encoding="utf-8")
    assert {problem.path.name for problem in lint([tmp_path])} == {"a.yaml", "b.yaml"}


def test_linting_does_not_import_great_expectations() -> None:
    import subprocess
    import sys

    code = "import sys; from expectations.contract_lint import lint; from pathlib import Path; lint([Path(sys.argv[1])]); print('great_expectations' in sys.modules)"
    run = subprocess.run(
        [sys.executable, "-c", code, str(BUILT_IN)], capture_output=True, text=True, check=True
    )
    assert run.stdout.strip() == "False"


def test_the_listed_rules_are_those_of_great_expectations_that_judge_rows() -> None:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations.expectations.core  # noqa: F401
    from great_expectations.expectations import expectation as base
    from great_expectations.expectations.registry import get_expectation_impl

    judges = (base.ColumnMapExpectation, base.ColumnPairMapExpectation, base.MulticolumnMapExpectation)
    for name, arguments in ROW_RULES.items():
        expectation = get_expectation_impl(name)
        assert issubclass(expectation, judges), name
        assert {*arguments, "row_condition", "condition_parser"} <= set(expectation.__fields__), name
