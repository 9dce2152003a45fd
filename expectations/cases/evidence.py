"""What speaks of padding, in one form: anomalies, reconciliations that do not agree, and findings of some rules.

Claims count where the unit gains by them; one a whole unit factor away is a slip of the unit, which its own detector
tells. Findings of a rule are taken together by township and period: one impossible date is a slip of the pen.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import isfinite, log10
from typing import Any

import pyarrow as pa

from expectations.cases.catalogue import Catalogue, Entry, catalogue
from expectations.cases.certainty import Certainty, calibration
from expectations.contracts.model import Contract
from expectations.office_words import FORM_CHECKS, number
from expectations.reconciliations.model import Reconciliation
from expectations.unit_slips import FACTORS, NEAR
from warehouse.codes import covering
from warehouse.indicators import Indicator
from warehouse.relations import relations_in

MOST_RECORDS = 200
FEW = 10
"""Values below which a finding of chance says little."""

_GONE = ("corrected", "waived")


@dataclass(frozen=True)
class Known:
    """What tables are read with.

    Attributes:
        contracts: By dataset.
        indicators: By id.
        reconciliations: By id.
        catalogue: What speaks of what.
        certainty: How sure one may be of it.
    """

    contracts: Mapping[str, Contract]
    indicators: Mapping[str, Indicator]
    reconciliations: Mapping[str, Reconciliation]
    catalogue: Catalogue = field(default_factory=catalogue)
    certainty: Certainty = field(default_factory=calibration)


@dataclass(frozen=True)
class Evidence:
    """One thing that speaks of padding.

    Attributes:
        name: The detector, reconciliation or rule.
        id: ``<name>/<what it is called in its table>``.
        entry: What the catalogue says of it.
        dataset: About which dataset; blank where only an indicator is known.
        indicator: About which indicator; blank where none.
        region_code: Where, 12 digits.
        period: Month.
        certainty: Of it alone, 0 to 1.
        value: As told.
        expected: As it should be, in the same measure.
        n: How many values or records it rests on.
        message: What was seen, Chinese.
        subject: Column, interviewer …; blank where it is about the region as a whole.
        records: Rows it names, as ``anomalies.records`` does.
        records_count: How many there are.
        p: The chance of it where nothing is amiss; None where no chance is involved.
        size: Of a count how many, of findings how many rows, else the per cent by which it is off; None where unknown.
    """

    name: str
    id: str
    entry: Entry
    dataset: str
    indicator: str
    region_code: str
    period: str
    certainty: float
    value: float | None
    expected: float | None
    n: int | None
    message: str
    subject: str = ""
    records: tuple[str, ...] = ()
    records_count: int | None = None
    p: float | None = None
    size: float | None = None

    @property
    def thing(self) -> str:
        """What it is about: the claimed or observed indicator, else the dataset."""
        return self.indicator or self.dataset

    @property
    def shift(self) -> float | None:
        """By what share the figure as told is off what was expected; None where that is unknown, or a count."""
        if self.value is None or self.expected is None or not self.entry.is_off:
            return None
        if self.entry.measures == "share":
            return min(abs(self.value - self.expected), 1.0)
        of = max(abs(self.value), abs(self.expected))
        return (
            min(abs(self.value - self.expected) / of, 1.0) if of and self.entry.measures == "level" else None
        )

    @property
    def excess(self) -> float | None:
        """How many more there are than was expected; None where that is unknown, or no count."""
        if self.value is None or self.expected is None or not self.entry.is_off:
            return None
        return max(self.value - self.expected, 0.0) if self.entry.measures == "count" else None


def evidence(
    known: Known, anomalies: pa.Table, reconciliations: pa.Table, findings: pa.Table
) -> list[Evidence]:
    """Everything that speaks of padding in the tables of these names, in their order."""
    return [
        *_of_anomalies(known, anomalies),
        *_of_reconciliations(known, reconciliations),
        *_of_findings(known, findings),
    ]


def _of_anomalies(known: Known, table: pa.Table) -> Iterator[Evidence]:
    for row in table.to_pylist():
        entry = known.catalogue.detectors.get(row["detector"])
        if entry is None:
            continue
        p = _number(row.get("p"))
        value, expected = _number(row["value"]), _number(row["expected"])
        records = tuple(row["records"] or ())
        size = _size(entry, value, expected)
        yield Evidence(
            name=row["detector"],
            id=f"{row['detector']}/{row['anomaly_id']}",
            entry=entry,
            dataset=entry.dataset or row["dataset"] or "",
            indicator=row["indicator"] or "",
            region_code=row["region_code"],
            period=row["period"],
            certainty=known.certainty.alone(row["detector"], p, size),
            value=value,
            expected=expected,
            n=row["n"],
            message=row["message"],
            subject=row["subject"] or "",
            records=records,
            records_count=_count(entry, value, row["n"], records),
            p=p,
            size=size,
        )


def _count(entry: Entry, value: float | None, n: int | None, records: tuple[str, ...]) -> int | None:
    if entry.measures == "count" and value is not None and n is not None and value <= n:
        return max(int(value), len(records))
    return len(records) or None


def _of_reconciliations(known: Known, table: pa.Table) -> Iterator[Evidence]:
    for row in table.to_pylist():
        if row["agrees"] is not False:
            continue
        name, item = _named(row["reconciliation"])
        definition = known.reconciliations.get(name)
        indicator = known.indicators.get(item) if definition else None
        if name == "claim_vs_observation" and not (indicator and _gains(row, indicator)):
            continue
        entry = known.catalogue.reconciliation(name, definition.title if definition else "")
        value, expected = _number(row["left_value"]), _number(row["right_value"])
        size = _size(entry, value, expected)
        yield Evidence(
            name=name,
            id=f"{row['reconciliation']}@{row['region_code']}@{row['period']}",
            entry=entry,
            dataset=entry.dataset or _dataset(known, name, item),
            indicator=indicator.id if indicator else "",
            region_code=row["region_code"],
            period=row["period"],
            certainty=known.certainty.alone(name, None, size),
            value=value,
            expected=expected,
            n=None,
            message=row["instruction"] or "",
            size=size,
        )


def _named(reconciliation: str) -> tuple[str, str]:
    """The name, and the indicator or sheet that it is about."""
    kind, _, about = reconciliation.partition(":")
    if kind in FORM_CHECKS:
        return kind, about.rpartition(":")[0]
    name, _, item = reconciliation.partition("/")
    return name, item


def _dataset(known: Known, name: str, sheet: str) -> str:
    """The dataset under suspicion: what the left side reads first; of a form's check the dataset of the form."""
    if definition := known.reconciliations.get(name):
        read = sorted(dataset for dataset, _ in relations_in(definition.left.statement))
        return next((dataset for dataset in read if dataset in known.contracts), "")
    if name not in FORM_CHECKS:
        return ""
    forms = {name: contract.form for name, contract in known.contracts.items() if contract.form}
    named = [name for name, form in forms.items() if any(title in sheet for title in form.titles)]
    return next(iter([*named, *forms]), "")


def _gains(row: Mapping[str, Any], indicator: Indicator) -> bool:
    """Whether a claim is better for the unit than the record, and no slip of the unit (``expectations.claims``)."""
    claimed, computed = row["left_value"], row["right_value"]
    if claimed is None or computed is None or (claimed > computed) != (indicator.direction == "higher"):
        return False
    may_slip = indicator.unit != "%" or claimed > 100 or claimed < computed
    if not (may_slip and claimed > 0 and computed > 0):
        return True
    return min(abs(abs(log10(claimed / computed)) - log10(factor)) for factor in FACTORS) > NEAR


def _of_findings(known: Known, table: pa.Table) -> Iterator[Evidence]:
    together: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in table.to_pylist():
        is_told = row["rule"] in known.catalogue.rules and row["status"] not in _GONE
        if is_told and row["region_code"] and row["period"] and row["dataset"]:
            town = covering(row["region_code"], "township")
            together.setdefault((row["rule"], row["dataset"], town, row["period"]), []).append(row)
    for (rule, dataset, town, period), rows in together.items():
        entry = known.catalogue.rules[rule]
        records = dict.fromkeys(
            f"{row['submission_id']} {row['row']} {row['sheet']}" for row in rows if row["row"] is not None
        )
        count = len(records) or len(rows)
        yield Evidence(
            name=rule,
            id=f"{rule}@{dataset}@{town}@{period}",
            entry=entry,
            dataset=entry.dataset or dataset,
            indicator="",
            region_code=town,
            period=period,
            certainty=known.certainty.alone(rule, None, count),
            value=float(count),
            expected=0.0,
            n=None,
            message=f"{number(count)} 行：{rows[0]['message']}",
            records=tuple(list(records)[:MOST_RECORDS]),
            records_count=count,
            size=count,
        )


def _size(entry: Entry, value: float | None, expected: float | None) -> float | None:
    """Of a count how many, else the per cent by which it is off."""
    if value is None or expected is None or entry.measures == "none":
        return None
    if entry.measures == "count":
        return value
    if entry.measures == "share":
        return 100 * abs(value - expected)
    return 100 * abs(value / expected - 1) if expected else 100.0


def _number(value: float | None) -> float | None:
    return value if value is not None and isfinite(value) else None
