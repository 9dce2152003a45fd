"""A contract as it stands in its YAML file, and all contracts of several folders by dataset.

What a contract is stands in ``model``; how several versions make one dataset in ``versions``.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import yaml
from open_data_contract_standard.model import (
    CustomProperty,
    DataQuality,
    OpenDataContractStandard,
    SchemaObject,
    SchemaProperty,
)

from expectations.contracts.model import Column, Contract, ContractError, Form, FormIndicator, Rule
from expectations.contracts.versions import joined
from warehouse.definitions import read_yaml

BUILT_IN = Path(__file__).parent


def load_contracts(folders: Iterable[Path] = (BUILT_IN,)) -> dict[str, Contract]:
    """Contracts by dataset, read from ``<folder>/**/*.yaml``; of several versions joined into one.

    A later folder's file takes the place of an earlier one's of the same dataset and validity. Where it has a version
    without ``valid_from`` it stands for the dataset wholly, and the earlier folders' versions do not count.

    Raises:
        ContractError: A file that is not a usable contract, two files of one folder for one dataset and validity, or
            versions that do not make one dataset.
    """
    known: dict[str, dict[str, Contract]] = {}
    for folder in folders:
        for dataset, own in _versions_in(folder).items():
            known[dataset] = own if "" in own else known.get(dataset, {}) | own
    return {dataset: joined(list(versions.values())) for dataset, versions in sorted(known.items())}


def _versions_in(folder: Path) -> dict[str, dict[str, Contract]]:
    """By dataset and validity."""
    found: dict[str, dict[str, Contract]] = defaultdict(dict)
    for path in sorted(folder.rglob("*.yaml")):
        contract = read_contract(path)
        own = found[contract.dataset]
        if contract.valid_from in own:
            since = f" from {contract.valid_from}" if contract.valid_from else ""
            raise ContractError(
                f"{path}: dataset {contract.dataset}{since} is also in {own[contract.valid_from].source}"
            )
        own[contract.valid_from] = contract
    return found


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
        due_day=None if service["dueDay"] == "none" else int(cast("int", service["dueDay"])),
        keeps=_one_of(custom.get("keeps"), ("snapshot", "events"), "keeps"),
        coverage=_one_of(custom.get("coverage", "township"), ("county", "township", "village"), "coverage"),
        source=path,
        digest=digest,
        form=_form(custom["form"]) if "form" in custom else None,
        accumulates=_one_of(custom.get("accumulates", "month"), ("month", "year_to_date"), "accumulates"),
        resubmission=_one_of(custom.get("resubmission", "ask"), ("replace", "amend", "ask"), "resubmission"),
        valid_from=_month(custom.get("valid_from", "")),
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


def _month(value: Any) -> str:
    if value and not re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", str(value)):
        raise ValueError(f"valid_from is {value!r}; write a month: '2025-07'")
    return str(value)


def _text(value: str | None, what: str) -> str:
    if not value:
        raise ValueError(f"{what} is missing")
    return value


def _one_of(value: Any, allowed: tuple[str, ...], what: str) -> Any:
    if value not in allowed:
        raise ValueError(f"{what} is {value!r}; use one of {', '.join(allowed)}")
    return value
