"""Everything wrong with contract files, with file and line, before a load meets it.

The shape is held by ``contract.schema.json`` (editors complete from it); what one field means for another is checked
here. Great Expectations is not imported: the rules a contract may use are listed, and a test holds the list to it.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from expectations.contracts.model import Column, Contract, ContractError, Rule
from expectations.contracts.reading import read_contract
from expectations.forms.lint import form_problems
from expectations.routing import header_key, same_kind
from expectations.trial_rows import rule_columns, unbearable
from expectations.version_lint import version_problems
from warehouse.definitions import DefinitionError, Document, Problem, read_document, yaml_files

SCHEMA = Path(__file__).with_name("contract.schema.json")

_CONDITION = frozenset({"row_condition", "condition_parser"})
_PAIR = frozenset({"column_A", "column_B", "ignore_row_if"})
_MANY = frozenset({"column_list", "ignore_row_if"})
ROW_RULES: Mapping[str, frozenset[str]] = {
    "expect_column_values_to_be_null": frozenset({"column"}),
    "expect_column_values_to_not_be_null": frozenset({"column"}),
    "expect_column_values_to_be_unique": frozenset({"column"}),
    "expect_column_values_to_be_in_set": frozenset({"column", "value_set"}),
    "expect_column_values_to_not_be_in_set": frozenset({"column", "value_set"}),
    "expect_column_values_to_be_between": frozenset(
        {"column", "min_value", "max_value", "strict_min", "strict_max"}
    ),
    "expect_column_value_lengths_to_be_between": frozenset(
        {"column", "min_value", "max_value", "strict_min", "strict_max"}
    ),
    "expect_column_value_lengths_to_equal": frozenset({"column", "value"}),
    "expect_column_values_to_match_regex": frozenset({"column", "regex"}),
    "expect_column_values_to_not_match_regex": frozenset({"column", "regex"}),
    "expect_column_values_to_match_regex_list": frozenset({"column", "regex_list", "match_on"}),
    "expect_column_values_to_not_match_regex_list": frozenset({"column", "regex_list"}),
    "expect_column_pair_values_a_to_be_greater_than_b": _PAIR | {"or_equal"},
    "expect_column_pair_values_to_be_equal": _PAIR,
    "expect_column_pair_values_to_be_in_set": _PAIR | {"value_pairs_set"},
    "expect_compound_columns_to_be_unique": _MANY,
    "expect_select_column_values_to_be_unique_within_record": _MANY,
    "expect_multicolumn_values_to_be_equal": _MANY,
    "expect_multicolumn_sum_to_equal": _MANY | {"sum_total"},
}
"""Great Expectations that judge row by row, and the arguments each may be given besides a row condition."""

_IGNORES = {
    "column_A": {"both_values_are_missing", "either_value_is_missing", "neither"},
    "column_list": {"all_values_are_missing", "any_value_is_missing", "never"},
}
_PRIVATE = frozenset({"resident_id", "phone", "person_name", "bank_card", "student_number"})
_TAKEN = frozenset({"region_code", "period", "submission_id", "sheet", "row", "handed_in_as"})
_FUNCTIONS = frozenset({"abs"})
_SUFFIXES = {"元": "_yuan", "亩": "_mu", "公斤": "_kg", "公里": "_km", "米": "_m", "公斤/亩": "_kg_per_mu"}

Where = tuple[str, ...]
Found = tuple[Where, str]


@dataclass(frozen=True)
class _Layout:
    """Where columns and rules stand in the file."""

    columns: tuple[Where, ...]
    rules: tuple[Where, ...]


def lint(paths: Iterable[Path], roots: Sequence[Path] = ()) -> list[Problem]:
    """Problems of contract files, sorted by file and line.

    Args:
        paths: Files, or folders searched for ``*.yaml``.
        roots: Folders with the other versions of their datasets (``version_lint``).
    """
    problems: list[Problem] = []
    read: dict[Path, tuple[Contract, Document]] = {}
    for path in yaml_files(paths):
        try:
            document = read_document(path)
        except (DefinitionError, UnicodeDecodeError) as error:
            problems += getattr(
                error, "problems", [Problem(path, 1, f"not UTF-8: {error}; save it as UTF-8")]
            )
            continue
        misshapen = list(_misshapen(document))
        problems += misshapen
        if misshapen:
            continue
        try:
            contract = read_contract(path)
        except ContractError as error:
            problems.append(Problem(path, 1, str(error).removeprefix(f"{path}: ")))
            continue
        problems += [document.problem(where, message) for where, message in _meaning(contract, document)]
        read[path] = contract, document
    return sorted([*problems, *version_problems(read, roots)])


def _misshapen(document: Document) -> Iterator[Problem]:
    """Where the file does not have the shape the schema gives."""
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    validator = Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for error in validator.iter_errors(document.data):
        closest = best_match([error]) or error
        where = tuple(str(part) for part in closest.absolute_path)
        message = _short(closest.message)
        if closest.validator == "contains":
            message = f"gives no {closest.validator_value['properties']['property']['const']}; add it"
        yield document.problem(where, f"{'.'.join(where) or 'contract'}: {message}")


def _short(message: str, most: int = 240) -> str:
    return message if len(message) <= most else f"{message[:most]}…"


def _meaning(contract: Contract, document: Document) -> Iterator[Found]:
    layout = _layout(document.data)
    if document.data["id"] != contract.dataset:
        yield (
            ("id",),
            f"id {document.data['id']} differs from the schema's name {contract.dataset}; make them equal",
        )
    for column, where in zip(contract.columns, layout.columns, strict=True):
        for message in (*_naming(column), *_values(column)):
            yield where, f"{column.name}: {message}"
    yield from ((("customProperties",), f"form: {message}") for message in form_problems(contract))
    yield from ((("customProperties",), f"accumulates: {message}") for message in _accumulation(contract))
    yield from _twice(contract, layout)
    known = set(rule_columns(contract))
    seen: set[str] = set()
    for rule, where in zip(contract.rules, layout.rules, strict=True):
        if rule.name in seen:
            yield where, f"{rule.name}: another rule has this name; rename one"
        seen.add(rule.name)
        for message in _rule(rule, known, contract):
            yield where, f"{rule.name}: {message}"


def _layout(data: Any) -> _Layout:
    """Places of columns, and of rules in the order the contract holds them: the table's first."""
    table: Where = ("schema", "0")
    properties = data["schema"][0]["properties"]
    columns = [(*table, "properties", str(n)) for n in range(len(properties))]
    rules = [(*table, "quality", str(n)) for n in range(len(data["schema"][0].get("quality", ())))]
    for n, prop in enumerate(properties):
        rules += [(*columns[n], "quality", str(m)) for m in range(len(prop.get("quality", ())))]
    return _Layout(tuple(columns), tuple(rules))


def _accumulation(contract: Contract) -> Iterator[str]:
    if contract.accumulates == "month":
        return
    if contract.keeps != "events":
        yield "only events add up over months; of a snapshot leave it out"
    elif contract.with_role("happened_on") is None:
        yield "no column has the role happened_on, so the rows of earlier months cannot be told; name the event's date"


def _naming(column: Column) -> Iterator[str]:
    if column.name in _TAKEN or column.name.endswith("_birth_date"):
        yield "this name is added to every record; choose another"
    suffix = _SUFFIXES.get(column.unit, "")
    if not column.name.endswith(suffix):
        yield f"kept in {column.unit}, so its name ends in {suffix}"
    for text in (column.title, *column.aliases):
        if not same_kind(unit := header_key(text)[1], column.unit):
            yield f"{text} is read as printed in {unit}, which does not convert to {column.unit}"
    if column.role == "happened_on" and column.type != "date":
        yield "happened_on is the day of an event: logicalType: date"
    if column.type == "boolean" and not column.name.startswith(("is_", "has_")):
        yield "a boolean's name starts with is_ or has_"
    if column.kind in _PRIVATE and not column.private:
        yield f"a {column.kind} is private: add classification: private"
    if column.key and not column.required:
        yield "part of the primary key, so required: true"


def _values(column: Column) -> Iterator[str]:
    low, high = column.minimum, column.maximum
    if low is not None and high is not None and low > high:
        yield f"minimum {low:g} is above maximum {high:g}"
    if (low is not None or high is not None) and column.type not in ("integer", "number"):
        yield f"minimum and maximum are for numbers, not for {column.type}"
    if (column.enum or column.pattern) and column.type != "string":
        yield f"enum and pattern are for strings, not for {column.type}"
    if len(set(column.enum)) < len(column.enum):
        yield "an enum value stands twice"
    for text, value in column.value_aliases.items():
        if not _is_value(column, value):
            yield f"value_aliases: {text} stands for {value}, which is no allowed value"
        if text in column.enum:
            yield f"value_aliases: {text} is itself an allowed value; take it out"
    if column.pattern is not None and (problem := _regex_problem(column.pattern)):
        yield f"pattern: {problem}"
        return
    for example in column.examples:
        if not _is_value(column, example):
            yield f"example {example} is no allowed value"


def _is_value(column: Column, text: str) -> bool:
    """Whether a conformed text is a value the column allows."""
    if column.enum and text not in column.enum:
        return False
    if column.pattern is not None and not re.fullmatch(column.pattern, text):
        return False
    if column.kind in ("resident_id", "credit_code"):
        return _passes_check_digit(column.kind, text)
    if column.type == "boolean":
        return text in ("是", "否")
    if column.type == "date":
        return bool(re.fullmatch(r"\d{4}-\d{2}-\d{2}", text))
    if column.type in ("integer", "number"):
        try:
            number = float(text)
        except ValueError:
            return False
        low, high = column.minimum, column.maximum
        return (low is None or number >= low) and (high is None or number <= high)
    return True


def _passes_check_digit(kind: str, text: str) -> bool:
    from stdnum.cn import ric, uscc

    if kind == "credit_code":
        return bool(uscc.is_valid(text))
    return bool(re.fullmatch(r"\d{17}[0-9X]", text)) and ric.calc_check_digit(text) == text[-1]


def _regex_problem(pattern: str) -> str | None:
    try:
        re.compile(pattern)
    except re.error as error:
        return f"not a regular expression: {error}"
    return None


def _twice(contract: Contract, layout: _Layout) -> Iterator[Found]:
    """Names, titles, aliases and roles that two columns share: a header could not tell them apart."""
    names: dict[str, str] = {}
    roles: dict[str, str] = {}
    titles: dict[tuple[str, str], tuple[str, str]] = {}
    for column, where in zip(contract.columns, layout.columns, strict=True):
        if column.name in names:
            yield where, f"{column.name}: another column has this name; rename one"
        names[column.name] = column.name
        if column.role and column.role in roles:
            yield where, f"{column.name}: {roles[column.role]} has the role {column.role} already"
        roles.setdefault(column.role, column.name)
        for text in (column.title, *column.aliases):
            name, unit = header_key(text)
            other, other_text = titles.setdefault((name, unit), (column.name, text))
            if other != column.name:
                yield (
                    where,
                    f"{column.name}: {text} reads like {other_text} of {other}; keep it with one of them",
                )


def _rule(rule: Rule, known: set[str], contract: Contract) -> Iterator[str]:
    allowed = ROW_RULES.get(rule.expectation)
    if allowed is None:
        yield f"unknown expectation {rule.expectation}; use one of {', '.join(sorted(ROW_RULES))}"
        return
    if extra := sorted(set(rule.kwargs) - allowed - _CONDITION):
        yield f"{rule.expectation} takes no {', '.join(extra)}; it takes {', '.join(sorted(allowed | _CONDITION))}"
    needed = allowed & {"column", "column_A", "column_B", "column_list", "value_set", "regex", "sum_total"}
    if missing := sorted(needed - set(rule.kwargs)):
        yield f"{rule.expectation} needs {', '.join(missing)}"
    if unknown := sorted(_columns_of(rule) - known):
        yield f"unknown column {', '.join(unknown)}"
    yield from _ignoring(rule)
    yield from _condition(rule, known, contract)


def _columns_of(rule: Rule) -> set[str]:
    single = {str(rule.kwargs[key]) for key in ("column", "column_A", "column_B") if key in rule.kwargs}
    return single | {str(name) for name in rule.kwargs.get("column_list", ())}


def _ignoring(rule: Rule) -> Iterator[str]:
    given = rule.kwargs.get("ignore_row_if")
    for key, allowed in _IGNORES.items():
        if given is not None and key in rule.kwargs and given not in allowed:
            yield f"ignore_row_if {given}; use one of {', '.join(sorted(allowed))}"


def _condition(rule: Rule, known: set[str], contract: Contract) -> Iterator[str]:
    condition = rule.kwargs.get("row_condition")
    if condition is None:
        return
    if rule.kwargs.get("condition_parser") != "pandas":
        yield "row_condition needs condition_parser: pandas"
    try:
        tree = ast.parse(str(condition), mode="eval")
    except SyntaxError as error:
        yield f"row_condition cannot be read: {error.msg} at character {error.offset}"
        return
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    if unknown := sorted(names - known - _FUNCTIONS):
        yield f"row_condition: unknown column {', '.join(unknown)}"
    else:
        yield from unbearable(str(condition), contract)
