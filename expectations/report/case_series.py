"""The figures behind the charts of cases, asked for all of them at once: one question an indicator's table, one a column.

A case of an indicator shows the indicator; one of a ledger the column that its evidence names, or how many records there
are, as a share of the region's own median, so that large and small can be compared.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from statistics import median

from expectations.contracts.amounts import amounts
from expectations.report.source import Row, Source
from warehouse.codes import CODE_LENGTH, DIGITS

_FEWEST_PEERS = 4
_INDEX = "（各自的中位数为 100）"

_OBSERVED = """
    select indicator as thing, region_code, period, value from observations
    where period in (select unnest($months::varchar[])) and value is not null
      and indicator in (select unnest($things::varchar[]))
"""
_SUMMED = """
    with totals as (
        select left(region_code, {digits}) as region_code, period, {value}::double as value,
            count(distinct region_code) as places
        from {dataset} where period in (select unnest($months::varchar[])) group by all
    )
    select region_code, period, value from totals
    qualify not {is_whole} or places = max(places) over (partition by region_code)
"""
"""A state with a part missing is no state: such months are left out."""


@dataclass(frozen=True)
class Measure:
    """What is drawn of a case.

    Attributes:
        title: Chinese.
        unit: Of the figures.
        name: The indicator; or ``dataset.column``, the column blank where records are counted.
        is_index: Whether figures are told as a share of the region's own median.
    """

    title: str
    unit: str
    name: str
    is_index: bool = False


Series = Mapping[str, Sequence[float | None]]
"""By region code, a value a month."""


@dataclass(frozen=True)
class CaseSeries:
    """The figures of the cases of a report."""

    source: Source
    cases: Sequence[Row]

    @cached_property
    def _subjects(self) -> dict[str, str]:
        """By anomaly, the column or person it is about."""
        rows = self.source.rows("select anomaly_id, subject from anomalies where subject <> ''")
        return {row["anomaly_id"]: row["subject"] for row in rows}

    def measure(self, case: Row) -> Measure | None:
        """What is drawn of a case; None where nothing can be added up (statistical forms)."""
        if indicator := self.source.indicators.get(case["indicator"] or ""):
            return Measure(indicator.title, indicator.unit, indicator.id)
        contract = self.source.contracts.get(case["dataset"] or "")
        if contract is None or contract.form is not None or contract.dataset not in self.source.datasets:
            return None
        named = [self._subjects.get(one.partition("/")[2], "") for one in case["evidence"]]
        sums = {column.name: column for column in amounts(contract)}
        column = next((sums[name] for name in named if name in sums), None)
        if column is None and contract.keeps == "snapshot":
            column = next(iter(sums.values()), None)
        title = f"“{contract.title}”{column.title if column else '记录数'}{_INDEX}"
        return Measure(title, "", f"{contract.dataset}.{column.name if column else ''}", is_index=True)

    def series(self, case: Row, measure: Measure) -> tuple[list[float | None], Series]:
        """The case's own figure a month, and its peers'."""
        level = level_of(case["region_code"])
        every = self._every[(measure.name, level)]
        own = every.get(case["region_code"], [None] * len(self.source.months))
        peers = _peers(case["region_code"], level, every)
        if not measure.is_index:
            return own, peers
        return _indexed(own), {code: _indexed(values) for code, values in peers.items()}

    @cached_property
    def _every(self) -> dict[tuple[str, str], dict[str, list[float | None]]]:
        wanted: dict[str, set[str]] = defaultdict(set)
        for case in self.cases:
            if measure := self.measure(case):
                wanted[measure.name].add(level_of(case["region_code"]))
        months = {month: at for at, month in enumerate(self.source.months)}
        found: dict[tuple[str, str], dict[str, list[float | None]]] = defaultdict(dict)
        for name, level, code, period, value in [*self._observed(wanted), *self._summed(wanted)]:
            values = found[(name, level)].setdefault(code, [None] * len(months))
            values[months[period]] = value
        return found

    def _observed(self, wanted: Mapping[str, set[str]]) -> list[tuple[str, str, str, str, float]]:
        things = sorted(name for name in wanted if "." not in name)
        rows = self.source.rows(_OBSERVED, things=things) if things else []
        return [
            (row["thing"], level, row["region_code"], row["period"], row["value"])
            for row in rows
            for level in [level_of(row["region_code"])]
            if level in wanted[row["thing"]]
        ]

    def _summed(self, wanted: Mapping[str, set[str]]) -> list[tuple[str, str, str, str, float]]:
        found = []
        for name in sorted(name for name in wanted if "." in name):
            dataset, _, column = name.partition(".")
            for level in sorted(wanted[name] - {"city"}):
                value = f"sum({column})" if column else "count(*)"
                is_whole = self.source.contracts[dataset].keeps == "snapshot"
                sql = _SUMMED.format(digits=DIGITS[level], value=value, dataset=dataset, is_whole=is_whole)
                found += [
                    (name, level, row["region_code"].ljust(CODE_LENGTH, "0"), row["period"], row["value"])
                    for row in self.source.rows(sql)
                    if row["value"] is not None
                ]
        return found


def level_of(region_code: str) -> str:
    """The level that a region's code says."""
    if region_code[DIGITS["township"] :] != "000":
        return "village"
    if region_code[DIGITS["county"] :] != "000000":
        return "township"
    return "city" if region_code[4:6] == "00" else "county"


def peers_said(region_code: str, count: int) -> str:
    """What a region is compared with, in Chinese."""
    word = {"village": "村", "township": "乡镇", "county": "县区", "city": "市"}[level_of(region_code)]
    return f"{count} 个{word}"


def _peers(code: str, level: str, every: Series) -> dict[str, Sequence[float | None]]:
    """Those of the same level in the same region above; where they are few, in the one above that."""
    others = {other: values for other, values in every.items() if other != code}
    for digits in (DIGITS["township"], DIGITS["county"]):
        own = {other: values for other, values in others.items() if other[:digits] == code[:digits]}
        if len(own) >= _FEWEST_PEERS:
            return own
    return others


def _indexed(values: Sequence[float | None]) -> list[float | None]:
    known = [value for value in values if value]
    if not known:
        return [None] * len(values)
    middle = median(known)
    return [None if value is None else 100 * value / middle for value in values]
