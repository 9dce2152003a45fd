"""Under which version of its contract a table is held: that of the month it is about, whatever form it was written on.

The month is known only after a table has been recognised, so it is recognised under any version and then matched anew.
What a version is stands in ``expectations.contracts.versions``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from connectors.errors import Refused
from expectations.conform import Conformed
from expectations.contracts.model import Contract
from expectations.findings import drafts
from expectations.forms.records import form_route
from expectations.routing import Route, closeness, match
from expectations.rules import told
from expectations.submissions.recognise import Candidate
from warehouse.codes import covering

OTHER_VERSION = "other_version"


class OtherVersion(Refused):
    """A table on the form of another version: it cannot be taken, but it came, and what it is about is known.

    Attributes:
        contract: The dataset's.
        period: Its month; None where nothing says it.
        regions: Region codes at the contract's level of coverage.
    """

    def __init__(
        self, message: str, remedy: str, contract: Contract, period: str | None, regions: frozenset[str]
    ) -> None:
        super().__init__(OTHER_VERSION, message, remedy)
        self.contract, self.period, self.regions = contract, period, regions

    def __reduce__(self) -> tuple[type[OtherVersion], tuple[Any, ...]]:
        return type(self), (self.message, self.remedy, self.contract, self.period, self.regions)

    def with_all(self, others: Iterable[OtherVersion]) -> OtherVersion:
        """The refusal of a file of several such tables."""
        regions = self.regions.union(*(one.regions for one in others))
        return OtherVersion(self.message, self.remedy, self.contract, self.period, regions)


AsType = Callable[[Route], Conformed]
"""Conforms a table by a route."""


def in_its_version(one: Candidate, contract: Contract, period: str | None, conformed: AsType) -> Conformed:
    """A table in the types of the version that its month stands under; rows of months under others are kept out.

    Args:
        one: The table as recognised.
        contract: Its dataset's, with all versions.
        period: The month that title or names say; None where only its rows do.
        conformed: Conforms it.

    Raises:
        OtherVersion: It lacks what the version of its month requires.
    """
    if not contract.versions:
        return conformed(one.route)
    if period is None:
        table = conformed(one.route)
        version = contract.at(period := _most(table))
        if version.valid_from == table.valid_from:
            return _without_others(_saying_so(table, one.route, version), contract, version)
    version = contract.at(period)
    route = _under(version, one)
    if route is None:
        regions = conformed(one.route).frame["region_code"].dropna().unique()
        units = frozenset(covering(str(code), contract.coverage) for code in regions)
        raise OtherVersion(*_lacking(version, one), contract, period, units)
    table = conformed(route)
    return _without_others(_saying_so(table, one.route, version), contract, version)


def called(version: Contract) -> str:
    """A version as its sender is told of it."""
    since = f"（自 {version.valid_from} 起）" if version.valid_from else ""
    return f"第 {version.version} 版{since}"


def _under(version: Contract, one: Candidate) -> Route | None:
    """How a table is read under a version; None where it lacks what that requires."""
    if version.form is not None:
        return form_route(version)  # every column of a form is where it belongs, whatever it asks for
    if one.route.contract.valid_from == version.valid_from:
        return one.route
    found = match(one.extract.table.columns, version)
    return found if found.fits else None


def _lacking(version: Contract, one: Candidate) -> tuple[str, str]:
    """What is told of a table that lacks something, and what to do."""
    found = match(one.extract.table.columns, version)
    lacking = "、".join(column.title for column in found.lacking)
    why = f"缺少必填列：{lacking}" if lacking else "多数列不在该版表样中：" + "、".join(found.unknown)
    return (
        f"《{version.title}》这一期按{called(version)}表样核对，这张表像是{called(one.route.contract)}的表样，{why}。",
        "请核对所属期；所属期无误的，请按这一期的表样补齐后重报，空白表可向考核办索取"
        f"（shiji template {version.dataset}{_period_option(version)}）。",
    )


def _period_option(version: Contract) -> str:
    return f" --period {version.valid_from}" if version.valid_from else ""


def _most(table: Conformed) -> str | None:
    """The month that most rows say, of equals the latest; None where none says any."""
    counted = Counter(str(period) for period in table.frame["period"].dropna())
    return max(counted, key=lambda period: (counted[period], period), default=None)


def _saying_so(table: Conformed, best: Route, version: Contract) -> Conformed:
    """With a note where the table was written on the form of another version."""
    if version.form is not None or best.contract.valid_from == version.valid_from:
        return table
    if closeness(best)[:2] <= closeness(match(table.extract.table.columns, version))[:2]:
        return table  # it is as much a table of this version: nothing is left out
    note = f"按{called(version)}表样核对：这一期用的是该版；这张表像是{called(best.contract)}的表样，多出的列没有采用。"
    return replace(table, notes=(*table.notes, note))


def _without_others(table: Conformed, contract: Contract, version: Contract) -> Conformed:
    """With a finding, which keeps it out, on every row of a month that stands under another version."""
    periods = table.frame["period"]
    others = {
        str(period): other
        for period in periods.dropna().unique()
        if (other := contract.at(str(period))).valid_from != version.valid_from
    }
    if not others:
        return table
    column = contract.with_role("period")
    name = column.name if column is not None and column.name in table.columns else ""
    found = [
        drafts(
            pd.Index(np.flatnonzero(periods == period)),
            told(OTHER_VERSION, period=period, other=called(other), version=called(version)),
            column=name,
        )
        for period, other in others.items()
    ]
    return replace(table, findings=pd.concat([table.findings, *found], ignore_index=True))
