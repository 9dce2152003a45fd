"""A contract: what one dataset must look like, written as Open Data Contract Standard YAML.

The standard's own fields are used wherever it has one (``businessName``, ``synonyms``, ``enum``, ``required``,
``primaryKey``, ``logicalTypeOptions``, ``classification``, ``quality``); what it lacks stands in
``customProperties``. Reading lives in ``reading``, linting in ``contract_lint``; what to do with a contract lives with
whoever does it.

Source: Open Data Contract Standard 3.2, https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, Literal

from expectations.rules import Severity
from warehouse.frequency import Frequency

Keeps = Literal["snapshot", "events"]
Accumulates = Literal["month", "year_to_date"]
Level = Literal["county", "township", "village"]


@dataclass(frozen=True)
class Column:
    """One column of a dataset.

    Attributes:
        name: English snake_case with the unit where there is one (``area_mu``).
        title: The Chinese title on the form.
        aliases: Other titles met in the wild.
        type: ODCS logical type: ``string``, ``integer``, ``number``, ``date`` or ``boolean``.
        kind: What the text means where the type does not say: ``resident_id``, ``credit_code``, ``phone``,
            ``person_name``, ``bank_card``, ``student_number``, ``chainage`` (``K3+250`` is 3.25 公里),
            ``identifier`` (a number that the department itself gives: 户编号, 地块编号) or ``""``.
        role: What the column does for the row: ``region_code``, ``county_name``, ``township_name``,
            ``village_name``, ``period``, ``happened_on`` (the day of the event that a row is) or ``""``.
        unit: The unit values are kept in (``亩``, ``元``, ``公斤``, ``公里``, ``%`` …), ``""`` where there is none.
        required: Whether a blank quarantines the row.
        key: Whether the column is part of the primary key.
        private: Whether values are tokenized before they are written.
        enum: The values allowed, empty where any is.
        value_aliases: Other spellings of allowed values, mapped to them; of 是 and 否 for a boolean, of a number's
            text for an integer (``非常满意`` is ``5``).
        minimum, maximum: Inclusive bounds in ``unit``.
        pattern: A regular expression the whole text must match.
        description: For the person who fills the form, in Chinese.
        examples: Sample values for the template.
    """

    name: str
    title: str
    aliases: tuple[str, ...] = ()
    type: Literal["string", "integer", "number", "date", "boolean"] = "string"
    kind: str = ""
    role: str = ""
    unit: str = ""
    required: bool = False
    key: bool = False
    private: bool = False
    enum: tuple[str, ...] = ()
    value_aliases: Mapping[str, str] = field(default_factory=dict)
    minimum: float | None = None
    maximum: float | None = None
    pattern: str | None = None
    description: str = ""
    examples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rule:
    """One Great Expectations rule of a contract.

    Attributes:
        name: Stable snake_case name, shown in findings.
        expectation: Expectation type (``expect_column_pair_values_a_to_be_greater_than_b`` …).
        kwargs: Its arguments, as in the YAML.
        severity: ``error`` quarantines the row, ``warning`` lets it pass.
        message: What is wrong, in Chinese.
        remedy: What to do, in Chinese.
    """

    name: str
    expectation: str
    kwargs: Mapping[str, Any]
    severity: Severity
    message: str
    remedy: str


@dataclass(frozen=True)
class FormIndicator:
    """One indicator that a form asks for.

    Attributes:
        code: As printed on the form.
        title: Its Chinese name.
        unit: What its values are kept in, ``""`` where they are kept as printed.
        form: Part of the form's title, where the forms of one dataset use a code for different things; ``""`` for any.
    """

    code: str
    title: str
    unit: str = ""
    form: str = ""


@dataclass(frozen=True)
class Form:
    """What makes a dataset one of statistical forms: a record is one filled cell, indicator × region, and not one row.

    Attributes:
        titles: Parts of titles or sheet names, one of which a sheet must bear; empty: every coded form is taken.
        relations: Rules over codes that hold beside the ones printed on the form (``11=01+02-05``).
        indicators: The indicators asked for; empty: whatever is printed.
    """

    titles: tuple[str, ...] = ()
    relations: tuple[str, ...] = ()
    indicators: tuple[FormIndicator, ...] = ()


@dataclass(frozen=True)
class Contract:
    """What one dataset must look like.

    Attributes:
        dataset: Table name (``toilet_ledger``).
        title: Chinese name of the ledger or form.
        department: Who hands it in; the inbox folder's name.
        version: The contract's own version.
        purpose: What it is for, in Chinese.
        columns: In the order of the form.
        rules: Rules across columns and soft rules on one column.
        evidence: Grade of its records, ``A`` to ``D``.
        frequency: How often it is due.
        due_day: Day of the month after the period's end by which it is due; None where nothing ever is: it comes when there is something.
        keeps: ``snapshot``: a period's records are the whole state; ``events``: what was new in the period.
        coverage: The level at which a later submission supersedes an earlier one.
        accumulates: What one hand-in of events lists: ``month``, those of its own window; ``year_to_date``, all since
            January, of which those of earlier windows are left out.
        resubmission: What a later submission is: ``replace``, ``amend`` (rows of its keys, the others stay) or ``ask``:
            told by name, keys and size, and held where they do not decide it.
        source: Path of the YAML file.
        digest: SHA-256 of the YAML bytes: a change of contract is a change of what is desired.
        form: What is asked of statistical forms; None for a ledger.
        valid_from: The first month that this version holds for; blank for the first version.
        versions: Of a dataset with several, each as it holds for its months, the first one first. The dataset itself then
            is its newest version with every column and rule that any version has.
    """

    dataset: str
    title: str
    department: str
    version: str
    purpose: str
    columns: tuple[Column, ...]
    rules: tuple[Rule, ...]
    evidence: Literal["A", "B", "C", "D"]
    frequency: Frequency
    due_day: int | None
    keeps: Keeps
    coverage: Level
    source: Path
    digest: str
    form: Form | None = None
    accumulates: Accumulates = "month"
    resubmission: Literal["replace", "amend", "ask"] = "ask"
    valid_from: str = ""
    versions: tuple[Contract, ...] = ()

    def at(self, period: str | None) -> Contract:
        """The version that holds for a month (``2025-06``); the newest where none is given."""
        if not self.versions:
            return self
        if period is None:
            return self.versions[-1]
        return self.versions[max(bisect_right([one.valid_from for one in self.versions], period) - 1, 0)]

    @property
    def every_version(self) -> tuple[Contract, ...]:
        """Its versions, the first one first; itself where there is only one."""
        return self.versions or (self,)

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def identity(self) -> tuple[str, ...]:
        """What tells the rows of a month apart, so that one can be corrected and the others left; of forms their key alone."""
        return self.key if self.form is not None else self.distinct

    @cached_property
    def distinct(self) -> tuple[str, ...]:
        """Columns by which an object is known in a month: the primary key, else what a rule wants to be unique."""
        if self.key:
            return self.key
        unique = (rule.kwargs.get("column_list", ()) for rule in self.rules if "unique" in rule.expectation)
        named = next((names for names in unique if names), ())
        return tuple(name for name in named if name not in ("period", "submission_id"))

    @property
    def private(self) -> tuple[str, ...]:
        """Names of the columns that are tokenized."""
        return tuple(column.name for column in self.columns if column.private)

    def with_role(self, role: str) -> Column | None:
        """The column that plays a role, or None."""
        return next((column for column in self.columns if column.role == role), None)


class ContractError(ValueError):
    """A contract file that cannot be used; names the file, the offenders and the remedy."""
