"""What every page is made from: the connection, the definitions, the months, the counties."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from expectations.cases.reading import listed
from expectations.contracts.model import Contract
from expectations.office_words import FORM_CHECKS
from expectations.reconciliations.model import Reconciliation
from warehouse.indicators.model import Indicator
from warehouse.staged import UNROUTED

if TYPE_CHECKING:
    import duckdb

Row = dict[str, Any]


@dataclass(frozen=True)
class Source:
    """The report's inputs.

    Attributes:
        connection: Views of the fixed tables and of each dataset.
        contracts: By dataset.
        indicators: By id.
        months: ``2025-01`` … in order; the report speaks of these.
        as_of: The data's time, UTC: what is due is judged by it.
        reconciliations: By id, for their titles.
    """

    connection: duckdb.DuckDBPyConnection
    contracts: Mapping[str, Contract]
    indicators: Mapping[str, Indicator]
    months: Sequence[str]
    as_of: dt.datetime
    reconciliations: Mapping[str, Reconciliation]

    def rows(self, sql: str, **parameters: Any) -> list[Row]:
        """The result of a query as dictionaries; ``$months`` and ``$periods`` are always there."""
        given = {"months": list(self.months), "periods": self.periods, **parameters}
        used = {name: value for name, value in given.items() if f"${name}" in sql}
        result = self.connection.execute(sql, used)
        names = [column[0] for column in result.description or []]
        return [dict(zip(names, row, strict=True)) for row in result.fetchall()]

    @property
    def periods(self) -> list[str]:
        """The months and their years."""
        return [*self.months, *sorted({month[:4] for month in self.months})]

    @cached_property
    def counties(self) -> list[Row]:
        """Counties in force: ``region_code, name, region_group``, by code."""
        return self.rows(
            """
            select region_code, arg_max(name, coalesce(valid_from, date '0001-01-01')) as name,
                   coalesce(arg_max(region_group, coalesce(valid_from, date '0001-01-01')), '') as region_group
            from regions where level = 'county' and valid_to is null
            group by region_code order by region_code
            """
        )

    @cached_property
    def cases(self) -> list[Row]:
        """Cases that touch the months, the most important first."""
        return listed(self.connection, self.months[0], self.months[-1])

    @cached_property
    def county_names(self) -> dict[str, str]:
        """County names by the first six digits."""
        return {county["region_code"][:6]: county["name"] for county in self.counties}

    @cached_property
    def datasets(self) -> list[str]:
        """Datasets that have both a contract and a table here, in the contracts' order."""
        found = {row["name"] for row in self.rows("select table_name as name from information_schema.tables")}
        return [dataset for dataset in self.contracts if dataset in found]

    @property
    def departments(self) -> dict[str, list[str]]:
        """Datasets by department."""
        found: dict[str, list[str]] = {}
        for dataset, contract in self.contracts.items():
            found.setdefault(contract.department, []).append(dataset)
        return dict(sorted(found.items()))

    def dataset_title(self, dataset: str | None) -> str:
        """The Chinese title of a dataset, its name where its contract is gone."""
        if dataset in (None, "", UNROUTED):
            return "没有认出的文件"
        contract = self.contracts.get(dataset)
        return contract.title if contract else dataset

    def reconciliation_titles(self, name: str) -> dict[str, str]:
        """A reconciliation's title and those of its sides.

        One of an item is named ``<id>/<indicator>``, one that a form prints ``<kind>:<sheet>:<rule or code>``.
        """
        kind, _, about = name.partition(":")
        if kind in FORM_CHECKS:
            title, left, right = FORM_CHECKS[kind]
            sheet, _, rule = about.rpartition(":")
            return {"title": f"{title} {rule}（{sheet}）", "left_title": left, "right_title": right}
        identity, _, item = name.partition("/")
        one = self.reconciliations.get(identity)
        if one is None:
            return {"title": name, "left_title": "", "right_title": ""}
        indicator = self.indicators.get(item)
        about = indicator.title if indicator else item
        title = f"{one.title}：{about}" if about else one.title
        return {"title": title, "left_title": one.left.title, "right_title": one.right.title}


IN_MONTHS = "(period is null or period = '' or period in (select unnest($periods::varchar[])))"
"""Condition: the row speaks of the report's months, or of no period that is known."""

OPEN = "coalesce(status, 'open') in ('open', 'confirmed')"
"""Condition: the finding still stands."""
