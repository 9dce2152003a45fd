"""A contract: what one dataset must look like, read from Open Data Contract Standard YAML.

The standard's own fields are used wherever it has one (``businessName``, ``synonyms``, ``enum``, ``required``,
``primaryKey``, ``logicalTypeOptions``, ``classification``, ``quality``); what it lacks stands in
``customProperties``. Linting lives in ``contract_lint``; what to do with a contract lives with whoever does it.

Source: Open Data Contract Standard 3.2, https://bitol-io.github.io/open-data-contract-standard/
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal, cast

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from expectations.rules import Severity
from warehouse.definitions import read_yaml
from warehouse.frequency import Frequency

Keeps = Literal["snapshot", "events"]
Accumulates = Literal["month", "year_to_date"]
Level = Literal["county", "township", "village"]

BUILT_IN = Path(__file__).parent


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
        due_day: Day of the month after the period's end by which it is due.
        keeps: ``snapshot``: a period's records are the whole state; ``events``: what was new in the period.
        coverage: The level at which a later submission supersedes an earlier one.
        accumulates: What one hand-in of events lists: ``month``, those of its own window; ``year_to_date``, all since
            January, of which those of earlier windows are left out.
        resubmission: What a later submission is: ``replace``, ``amend`` (rows of its keys, the others stay) or ``ask``:
            told by name, keys and size, and held where they do not decide it.
        source: Path of the YAML file.
        digest: SHA-256 of the YAML bytes: a change of contract is a change of what is desired.
        form: What is asked of statistical forms; None for a ledger.
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
    due_day: int
    keeps: Keeps
    coverage: Level
    source: Path
    digest: str
    form: Form | None = None
    accumulates: Accumulates = "month"
    resubmission: Literal["replace", "amend", "ask"] = "ask"

    @cached_property
    def by_name(self) -> dict[str, Column]:
        """Columns by name."""
        return {column.name: column for column in self.columns}

    @property
    def key(self) -> tuple[str, ...]:
        """Names of the primary key's columns."""
        return tuple(column.name for column in self.columns if column.key)

    @property
    def private(self) -> tuple[str, ...]:
        """Names of the columns that are tokenized."""
        return tuple(column.name for column in self.columns if column.private)

    def with_role(self, role: str) -> Column | None:
        """The column that plays a role, or None."""
        return next((column for column in self.columns if column.role == role), None)


class ContractError(ValueError):
    """A contract file that cannot be used; names the file, the offenders and the remedy."""


def load_contracts(folders: Iterable[Path] = (BUILT_IN,)) -> dict[str, Contract]:
    """Contracts by dataset, read from ``<folder>/**/*.yaml``; a later folder's contract replaces an earlier one's.

    Raises:
        ContractError: A file that is not a usable contract, or two files of one folder for one dataset.
    """
    contracts: dict[str, Contract] = {}
    for folder in folders:
        found: dict[str, Contract] = {}
        for path in sorted(folder.rglob("*.yaml")):
            contract = read_contract(path)
            if contract.dataset in found:
                raise ContractError(
                    f"{path}: dataset {contract.dataset} is also in {found[contract.dataset].source}"
                )
            found[contract.dataset] = contract
        contracts.update(found)
    return dict(sorted(contracts.items()))


def read_contract(path: Path) -> Contract:
    """Read one contract.

    Raises:
        ContractError: Not YAML, not ODCS, or without what a dataset needs.
    """
    return _read(path, path.read_bytes())


@lru_cache(maxsize=256)  # every bundle, and every question to a home, opens the contracts anew
def _read(path: Path, data: bytes) -> Contract:
    try:
        odcs = OpenDataContractStandard.model_validate(read_yaml(data))
    except (yaml.YAMLError, ValueError) as error:
        raise ContractError(f"{path}: not an Open Data Contract Standard file: {error}") from error
    if not odcs.schema_ or len(odcs.schema_) != 1:
        raise ContractError(f"{path}: a contract describes exactly one table under schema")
    try:
        return _contract(path, odcs, odcs.schema_[0], sha256(data).hexdigest())
    except (KeyError, TypeError, ValueError) as error:
        raise ContractError(f"{path}: {error}") from error


def _contract(path: Path, odcs: OpenDataContractStandard, table: SchemaObject, digest: str) -> Contract:
    custom = _custom(odcs.customProperties)
    service = {item.property: item.value for item in odcs.slaProperties or ()}
    purpose = odcs.description.purpose if odcs.description else ""
    rules = [_rule(item) for item in table.quality or ()]
    for prop in table.properties or ():
        rules += [_rule(item, column=prop.name) for item in prop.quality or ()]
    return Contract(
        dataset=_text(table.name, "schema name"),
        title=_text(table.businessName, "schema businessName"),
        department=_text(odcs.domain, "domain"),
        version=_text(odcs.version, "version"),
        purpose=purpose or "",
        columns=tuple(_column(prop) for prop in table.properties or ()),
        rules=tuple(rules),
        evidence=_one_of(custom.get("evidence"), ("A", "B", "C", "D"), "evidence"),
        frequency=_one_of(
            service.get("frequency"), ("monthly", "quarterly", "termly", "yearly"), "frequency"
        ),
        due_day=int(cast("int", service["dueDay"])),
        keeps=_one_of(custom.get("keeps"), ("snapshot", "events"), "keeps"),
        coverage=_one_of(custom.get("coverage", "township"), ("county", "township", "village"), "coverage"),
        source=path,
        digest=digest,
        form=_form(custom["form"]) if "form" in custom else None,
        accumulates=_one_of(custom.get("accumulates", "month"), ("month", "year_to_date"), "accumulates"),
        resubmission=_one_of(custom.get("resubmission", "ask"), ("replace", "amend", "ask"), "resubmission"),
    )


def _form(value: Mapping[str, Any]) -> Form:
    indicators = (
        FormIndicator(str(one["code"]), str(one["title"]), str(one.get("unit", "")), str(one.get("form", "")))
        for one in value.get("indicators", ())
    )
    return Form(
        titles=tuple(map(str, value.get("titles", ()))),
        relations=tuple(map(str, value.get("relations", ()))),
        indicators=tuple(indicators),
    )


def _column(prop: SchemaProperty) -> Column:
    custom = _custom(prop.customProperties)
    options = prop.logicalTypeOptions or {}
    return Column(
        name=_text(prop.name, "property name"),
        title=_text(prop.businessName, f"businessName of {prop.name}"),
        aliases=tuple(item.synonym for item in prop.synonyms or () if item.synonym),
        type=_one_of(
            prop.logicalType,
            ("string", "integer", "number", "date", "boolean"),
            f"logicalType of {prop.name}",
        ),
        kind=custom.get("kind", ""),
        role=custom.get("role", ""),
        unit=custom.get("unit", ""),
        required=bool(prop.required),
        key=bool(prop.primaryKey),
        private=prop.classification == "private",
        enum=tuple(str(item.value) for item in prop.enum or ()),
        value_aliases={str(k): str(v) for k, v in custom.get("value_aliases", {}).items()},
        minimum=options.get("minimum"),
        maximum=options.get("maximum"),
        pattern=options.get("pattern"),
        description=prop.description or "",
        examples=tuple(str(example) for example in prop.examples or ()),
    )


def _rule(item: DataQuality, column: str | None = None) -> Rule:
    name = _text(item.name, "quality name")
    if item.engine != "greatExpectations" or not isinstance(item.implementation, dict):
        raise ValueError(f"quality {name}: give engine greatExpectations and implementation {{type, kwargs}}")
    kwargs = dict(item.implementation.get("kwargs", {}))
    if column is not None:
        kwargs.setdefault("column", column)
    return Rule(
        name=name,
        expectation=_text(item.implementation.get("type"), f"implementation type of {name}"),
        kwargs=kwargs,
        severity=_one_of(item.severity, ("error", "warning"), f"severity of {name}"),
        message=_text(item.description, f"description of {name}"),
        remedy=str(_custom(item.customProperties).get("remedy", "")),
    )


def _custom(items: list[CustomProperty] | None) -> dict[str, Any]:
    return {item.property: item.value for item in items or () if item.property}


def _text(value: str | None, what: str) -> str:
    if not value:
        raise ValueError(f"{what} is missing")
    return value


def _one_of(value: Any, allowed: tuple[str, ...], what: str) -> Any:
    if value not in allowed:
        raise ValueError(f"{what} is {value!r}; use one of {', '.join(allowed)}")
    return value
