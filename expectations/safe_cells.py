"""The cells of one table as they may be shown: private columns masked, private values typed elsewhere found and masked.

Clerks write a phone into the remarks, an ID into the village column, a householder's name into a note. Columns that
are private by contract become tokens in staging; this is about everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import pandas as pd

from expectations.conform.model import Conformed
from expectations.contract import Column, Contract
from expectations.findings import drafts, no_drafts
from expectations.privacy import mask, mask_all, scrub

_PRIVATE_TITLE = re.compile(
    r"姓名|户主|联系人|负责人|身份证|证件|电话|手机|联系方式|卡号|账号|帐号|住址|地址"
)
_MOBILE = (13_000_000_000, 20_000_000_000)
_RULE = "private_in_text"
_REMEDY = "请不要在这一列填写个人号码或姓名。"


class SafeCells:
    """What may be shown of one table.

    Args:
        conformed: The table.
        contract: Says which columns are private.
    """

    def __init__(self, conformed: Conformed, contract: Contract) -> None:
        self._table = conformed
        self._contract = contract
        self._known = {str(at): contract.by_name[name] for name, at in conformed.columns.items()}
        self._shown: dict[str, pd.Series] = {}
        self._names = [
            conformed.frame[column.name].astype("str")
            for column in contract.columns
            if column.kind == "person_name" and column.name in conformed.columns
        ]

    def shown(self, at: str) -> pd.Series:
        """A column of the extract, masked where it is private, else cleaned."""
        if at not in self._shown:
            cells = self._table.extract.cells[at].to_pandas()
            self._shown[at] = (
                mask_all(cells) if self._is_private(at) else self._cleaned(cells, self._known.get(at))
            )
        return self._shown[at]

    def recorded(self, column: Column) -> pd.Series:
        """A conformed column that is not private, as it may be written."""
        values = self._table.frame[column.name]
        return self._cleaned(values, column) if column.name in self._leaking else values

    def findings(self) -> pd.DataFrame:
        """A draft for every cell with a private value in a column that is not private."""
        parts = [*self._in_texts(), *self._in_numbers()]
        return pd.concat(parts, ignore_index=True) if parts else no_drafts()

    @cached_property
    def _leaking(self) -> dict[str, np.ndarray]:
        """Text columns with private values in them, and the rows."""
        found = {}
        for at, column in self._known.items():
            if column.type != "string" or column.private or column.kind == "credit_code":
                continue
            cells, cleaned = self._table.extract.cells[at].to_pandas(), self.shown(at)
            rows = np.flatnonzero((cells != cleaned) & cells.notna())
            if len(rows):
                found[column.name] = rows
        return found

    def _in_texts(self) -> Iterator[pd.DataFrame]:
        for name, rows in self._leaking.items():
            column = self._contract.by_name[name]
            message = f"「{column.title}」里写有个人号码或姓名，已遮盖。"
            yield self._drafts(column, rows, "warning", message)

    def _in_numbers(self) -> Iterator[pd.DataFrame]:
        """Mobile numbers where a quantity should be; sums of money may be as long."""
        for column in self._known.values():
            if column.type not in ("number", "integer") or column.unit == "元" or column.private:
                continue
            values = self._table.frame[column.name].to_numpy(dtype="float64", na_value=np.nan)
            rows = np.flatnonzero((values >= _MOBILE[0]) & (values < _MOBILE[1]) & (values % 1 == 0))
            if len(rows):
                yield self._drafts(column, rows, "error", f"「{column.title}」里是手机号，不是数量。")

    def _drafts(self, column: Column, rows: np.ndarray, severity: str, message: str) -> pd.DataFrame:
        shown = self.shown(str(self._table.columns[column.name])).iloc[rows]
        return drafts(
            pd.Index(rows), column=column.name, rule=_RULE, severity=severity, values=shown, message=message, remedy=_REMEDY
        )  # fmt: skip

    def _is_private(self, at: str) -> bool:
        """A column of the contract as it says; any other by its title."""
        if at in self._known:
            return self._known[at].private
        path = next(column.path for column in self._table.extract.table.columns if str(column.index) == at)
        return bool(_PRIVATE_TITLE.search("".join(path)))

    def _cleaned(self, values: pd.Series, column: Column | None) -> pd.Series:
        cleaned = scrub(values)
        free = column is None or not (column.kind or column.role or column.enum or column.pattern)
        if not free or (column is not None and column.type != "string"):
            return cleaned
        for names in self._names:
            cleaned = _without_names(cleaned, names)
        return cleaned


def _without_names(texts: pd.Series, names: pd.Series) -> pd.Series:
    """Texts without the name of their own row, or that are nothing but the name of any row."""
    both = (texts.notna() & names.notna()).to_numpy()
    own = [
        int(place)
        for place, text, name in zip(np.flatnonzero(both), texts[both], names[both], strict=True)
        if len(name) > 1 and name in text
    ]
    whole = np.flatnonzero(texts.isin(names.dropna().unique()) & (texts.str.len() > 1))
    if not own and not len(whole):
        return texts
    cleaned = texts.copy()
    cleaned.iloc[own] = [
        text.replace(name, mask(name)) for text, name in zip(texts.iloc[own], names.iloc[own], strict=True)
    ]
    cleaned.iloc[whole] = mask_all(texts.iloc[whole])
    return cleaned
