"""Judging typed rows by their contract with Great Expectations; the only module that imports it, and late.

What is required, allowed, in range, in form and unique follows from the contract's columns; the rest are its own
rules. Blank cells are judged by ``missing`` alone. GX objects do not leave this module.
"""

from __future__ import annotations

import gc
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pandas as pd

from expectations.contracts.model import Column, Contract, Rule
from expectations.deferred import defer
from expectations.findings import drafts, no_drafts
from expectations.rules import Told, told

if TYPE_CHECKING:
    from great_expectations.core.batch_definition import BatchDefinition

_RESULT = {
    "result_format": "COMPLETE",
    "include_unexpected_rows": False,
    "return_unexpected_index_query": False,
}
UNIQUE = "expect_compound_columns_to_be_unique"
_SHOWN = 8
_BLANKS = {"column_A": "either_value_is_missing", "column_list": "any_value_is_missing"}


class RuleError(RuntimeError):
    """A rule that could not be carried out: ours, not the sender's. Names contract and rule, never a value."""


@dataclass(frozen=True)
class Check:
    """One expectation and what its failure means.

    Attributes:
        column: The column a finding points at, ``""`` for the row.
        expectation: GX type.
        kwargs: Its arguments.
        told: The rule, and what is said of it.
        columns: All columns it reads, but for those of its condition.
        condition: Of the rows that it judges, for pandas; blank where it judges all.
    """

    column: str
    expectation: str
    kwargs: dict[str, Any]
    told: Told
    columns: tuple[str, ...]
    condition: str = ""


def import_engine() -> None:
    """Import Great Expectations ahead of the first validation: it takes seconds, which other work can cover.

    What it makes stays for good; looking through it for garbage meanwhile would take a sixth of the time. A third of it
    would be ``scipy.stats``, which only expectations about whole distributions need.
    """
    os.environ["GX_ANALYTICS_ENABLED"] = "false"  # read when the library is imported
    defer("scipy.stats")
    with _nothing_collected():
        import great_expectations  # noqa: F401


@contextmanager
def _nothing_collected() -> Iterator[None]:
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def validate(
    frame: pd.DataFrame, contract: Contract, *, group: str | None = None, known: pd.DataFrame | None = None
) -> pd.DataFrame:
    """Drafts of findings for every value that breaks its contract.

    Args:
        frame: Conformed rows (default pandas dtypes), unique index = position; may hold many submissions.
        contract: What the rows must look like.
        group: A column (``submission_id``) inside which keys must be unique; None for the whole frame.
        known: Drafts of conforming at the same positions: a cell that could not be read is not also ``missing``.

    Returns:
        Drafts as ``expectations.findings`` describes them, ordered by rule as in the contract, then position. Of
        rows with the same key the first stays; the later ones are ``duplicate_key``.

    Raises:
        RuleError: A rule could not be carried out, or does not judge rows.
    """
    checks = tuple(_checks(contract, group))
    if not len(frame) or not checks:
        return no_drafts()
    positions = _run(frame, checks, contract)
    parts = [
        _drafts(frame, check, found) for check, found in zip(checks, positions, strict=True) if len(found)
    ]
    result = pd.concat(parts, ignore_index=True) if parts else no_drafts()
    unique = {check.told.rule for check in checks if check.expectation == UNIQUE}
    return _without_disputed(_without_unread(result, known), known, unique)


def _checks(contract: Contract, group: str | None) -> Iterator[Check]:
    for column in contract.columns:
        yield from _column_checks(column)
    if contract.key:
        yield _key_check(contract, group)
    for rule in contract.rules:
        yield _rule_check(rule, group)


def _column_checks(column: Column) -> Iterator[Check]:
    def check(expectation: str, said: Told, **kwargs: Any) -> Check:
        return Check(column.name, expectation, {"column": column.name, **kwargs}, said, (column.name,))

    title = column.title
    if column.required:
        yield check("expect_column_values_to_not_be_null", told("missing", title=title))
    if column.enum and column.type == "string":
        said = told("not_allowed", title=title, allowed=_listed(column.enum))
        yield check("expect_column_values_to_be_in_set", said, value_set=list(column.enum))
    if column.minimum is not None or column.maximum is not None:
        said = told("out_of_range", title=title, limits=_limits(column))
        yield check("expect_column_values_to_be_between", said, **_bounds(column))
    if column.pattern is not None:
        example = f"，如 {column.examples[0]}" if column.examples and not column.private else ""
        said = told("pattern", title=title, example=example, how=column.description or "请按规定的格式填写。")
        yield check("expect_column_values_to_match_regex", said, regex=f"^(?:{column.pattern})$")


def _listed(values: Sequence[str]) -> str:
    more = f"……共 {len(values)} 项" if len(values) > _SHOWN else ""
    return "、".join(values[:_SHOWN]) + more


def _bounds(column: Column) -> dict[str, Any]:
    read: Any = pd.Timestamp if column.type == "date" else lambda bound: bound
    low, high = column.minimum, column.maximum
    return {
        "min_value": None if low is None else read(low),
        "max_value": None if high is None else read(high),
    }


def _limits(column: Column) -> str:
    low, high = (None if b is None else _number(b) for b in (column.minimum, column.maximum))
    unit = f" {column.unit}" if column.unit else ""
    if low is None:
        return f"不应大于 {high}{unit}"
    return f"不应小于 {low}{unit}" if high is None else f"应在 {low} 至 {high}{unit}之间"


def _number(bound: Any) -> str:
    return f"{bound:.12g}" if isinstance(bound, (int, float)) else str(bound)


def _key_check(contract: Contract, group: str | None) -> Check:
    titles = "、".join(f"「{contract.by_name[name].title}」" for name in contract.key)
    columns = list(dict.fromkeys([*contract.key, "period", *([group] if group else [])]))
    return Check(
        contract.key[0],
        UNIQUE,
        {"column_list": columns, "ignore_row_if": "any_value_is_missing"},
        told("duplicate_key", titles=titles),
        tuple(columns),
    )


def _rule_check(rule: Rule, group: str | None) -> Check:
    kwargs = {
        name: value
        for name, value in rule.kwargs.items()
        if name not in ("row_condition", "condition_parser")
    }
    if rule.expectation == UNIQUE:  # inside one submission, whether or not the rule says so
        named = [name for name in kwargs.get("column_list", ()) if name not in ("submission_id", group)]
        kwargs["column_list"] = [*named, *([group] if group else [])]
    columns = tuple(
        name
        for key in ("column", "column_A", "column_B", "column_list")
        for name in ([kwargs[key]] if isinstance(kwargs.get(key), str) else kwargs.get(key, ()))
    )
    for key, policy in _BLANKS.items():
        if key in kwargs:
            kwargs.setdefault("ignore_row_if", policy)
    said = Told(rule.name, rule.message, rule.remedy, rule.severity)
    condition = str(rule.kwargs.get("row_condition", ""))
    return Check(columns[0] if columns else "", rule.expectation, kwargs, said, columns, condition)


def _run(frame: pd.DataFrame, checks: Sequence[Check], contract: Contract) -> list[pd.Index]:
    """Positions that fail each check, in the order of checks.

    Checks of the same columns and rows share a batch of these alone: GX copies the whole batch for nearly every
    expectation, which on a wide frame costs more than the judging, and works a condition out three times over. A
    condition mostly says what must not be, so that there is nothing left to judge.
    """
    import_engine()
    rows = _rows()
    sharing: dict[tuple[tuple[str, ...], str], list[int]] = defaultdict(list)
    for place, check in enumerate(checks):
        sharing[_columns_read(frame, check), check.condition].append(place)
    failed: list[pd.Index] = [pd.Index([], dtype="int64")] * len(checks)
    for (columns, condition), places in sharing.items():
        suite = [_expectation(checks[place], contract, place) for place in places]
        judged = frame[list(columns)]
        if condition:
            judged = judged.loc[_meeting(frame, checks[places[0]], contract)]
        for result in _results(rows, judged, suite, contract) if len(judged) else ():
            place = result.expectation_config.meta["place"]
            failed[place] = _failed(result, checks[place], contract)
    return failed


def _columns_read(frame: pd.DataFrame, check: Check) -> tuple[str, ...]:
    """Columns that a check's arguments name; all where they name none."""
    return _named(frame, str(check.kwargs)) or tuple(frame.columns)


def _named(frame: pd.DataFrame, text: str) -> tuple[str, ...]:
    words = set(re.findall(r"\w+", text))
    return tuple(name for name in frame.columns if name in words)


def _meeting(frame: pd.DataFrame, check: Check, contract: Contract) -> pd.Index:
    """The rows that meet the condition of a check."""
    named = _named(frame, check.condition)
    is_private = bool({*named, *check.columns} & set(contract.private))
    try:
        return frame[list(named)].query(check.condition).index
    except Exception as error:
        why = "" if is_private else f": {error}"
    raise RuleError(f"{contract.dataset}: rule {check.told.rule} ({check.condition}) could not be run{why}")


def _results(
    rows: BatchDefinition[Any], frame: pd.DataFrame, expectations: list[Any], contract: Contract
) -> list[Any]:
    from great_expectations import ExpectationSuite
    from great_expectations.validator.v1_validator import Validator

    # As Batch.validate does itself, without hashing the frame twice.
    validator = Validator(rows, result_format=_RESULT, batch_parameters={"dataframe": frame})
    suite = ExpectationSuite(contract.dataset, expectations)
    return list(validator.validate_expectation_suite(suite).results)


def _rows() -> BatchDefinition[Any]:
    import great_expectations as gx
    from great_expectations.data_context.types.base import (
        DataContextConfig,
        InMemoryStoreBackendDefaults,
        ProgressBarsConfig,
    )

    config = DataContextConfig(
        store_backend_defaults=InMemoryStoreBackendDefaults(),
        analytics_enabled=False,
        progress_bars=ProgressBarsConfig(globally=False),
    )
    context = gx.get_context(mode="ephemeral", project_config=config)
    asset = context.data_sources.add_pandas("rows").add_dataframe_asset("rows")
    return asset.add_batch_definition_whole_dataframe("rows")


def _expectation(check: Check, contract: Contract, place: int) -> Any:
    import great_expectations.expectations as library

    name = "".join(part.capitalize() for part in check.expectation.split("_"))
    kind = getattr(library, name, None)
    if kind is None:
        raise RuleError(
            f"{contract.dataset}: rule {check.told.rule}: no expectation is called {check.expectation}"
        )
    try:
        return kind(**check.kwargs, meta={"place": place})
    except (TypeError, ValueError) as error:
        raise RuleError(
            f"{contract.dataset}: rule {check.told.rule}: {check.expectation} does not take these arguments: {error}"
        ) from error


def _failed(result: Any, check: Check, contract: Contract) -> pd.Index:
    """Positions of one result; loud where GX raised or where the expectation does not judge rows."""
    raised = _raised(result.exception_info or {})
    if raised:
        private = set(check.columns) & set(contract.private)
        why = "" if private else f": {raised}"
        raise RuleError(
            f"{contract.dataset}: rule {check.told.rule} ({check.expectation}) could not be run{why}"
        )
    if "unexpected_index_list" not in result.result:
        if result.success and "element_count" in result.result:
            return pd.Index([], dtype="int64")
        raise RuleError(
            f"{contract.dataset}: rule {check.told.rule}: {check.expectation} does not judge single rows; "
            "a statement about a whole table belongs into the reconciliations"
        )
    found: list[int] = result.result["unexpected_index_list"] or []
    return pd.Index(found, dtype="int64")


def _raised(info: Any) -> str:
    """The message of an exception inside GX, which reports one, or one per metric; ``""`` for none."""
    each = [info] if "raised_exception" in info else list(info.values())
    return next((str(one["exception_message"]) for one in each if one.get("raised_exception")), "")


def _drafts(frame: pd.DataFrame, check: Check, found: pd.Index) -> pd.DataFrame:
    rows = frame.loc[found.sort_values()]
    if check.expectation == UNIQUE:
        rows = rows.loc[rows.duplicated(list(check.columns), keep="first")]
    shown = rows[check.column].astype("str").fillna("") if check.column in rows else None
    return drafts(rows.index, check.told, column=check.column, values=shown)


def _without_unread(result: pd.DataFrame, known: pd.DataFrame | None) -> pd.DataFrame:
    """Leave out ``missing`` where conforming already says that the cell could not be read."""
    if known is None or not len(known) or not (result["rule"] == "missing").any():
        return result
    unread = pd.MultiIndex.from_frame(known.loc[known["severity"] == "error", ["position", "column"]])
    told = pd.MultiIndex.from_frame(result[["position", "column"]]).isin(unread)
    return result.loc[~((result["rule"] == "missing").to_numpy() & told)].reset_index(drop=True)


def _without_disputed(result: pd.DataFrame, known: pd.DataFrame | None, unique: set[str]) -> pd.DataFrame:
    """Leave out that a row repeats another where conforming says that two sheets disagree about it."""
    if known is None or not (known["rule"] == "sheets_disagree").any():
        return result
    disputed = known.loc[known["rule"] == "sheets_disagree", "position"]
    told_already = result["rule"].isin(unique) & result["position"].isin(disputed)
    return result.loc[~told_already].reset_index(drop=True)
