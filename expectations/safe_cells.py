"""The cells of one table as they may be shown: private columns masked, private values typed elsewhere found and masked.

Clerks write a phone into the remarks, an ID into the village column, a householder's name into a note. Columns that
are private by contract become tokens in staging; this is about everything else.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.model import Conformed
from expectations.contract import Column, Contract
from expectations.findings import drafts, no_drafts
from expectations.privacy import mask, mask_all, scrub

Rows = npt.NDArray[np.int64]

_PRIVATE_TITLE = re.compile(
    r"姓名|户主|联系人|负责人|身份证|证件|电话|手机|联系方式|卡号|账号|帐号|住址|地址"
)
_MOBILE = (13_000_000_000, 20_000_000_000)
_RULE = "private_in_text"
_REMEDY = "请不要在这一列填写个人号码或姓名。"


def is_private_title(title: str) -> bool:
    """Whether a column that no contract describes looks private by its title."""
    return bool(_PRIVATE_TITLE.search(title))


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
        self._names = [
            conformed.frame[column.name]
            for column in contract.columns
            if column.kind == "person_name" and column.name in conformed.columns
        ]

    def shown(self, at: str, rows: Rows) -> pd.Series:
        """Cells of some rows of a column of the extract, masked where the column is private, else cleaned."""
        cells = self._table.extract.cells[at].take(pa.array(rows)).to_pandas()
        return mask_all(cells) if self._is_private(at) else self._cleaned(cells, self._known.get(at), rows)

    def recorded(self, column: Column) -> pd.Series:
        """A conformed column that is not private, as it may be written."""
        values = self._table.frame[column.name]
        return self._cleaned(values, column) if column.name in self._leaking else values

    def findings(self) -> pd.DataFrame:
        """A draft for every cell with a private value in a column that is not private."""
        parts = [*self._in_texts(), *self._in_numbers()]
        return pd.concat(parts, ignore_index=True) if parts else no_drafts()

    @cached_property
    def _leaking(self) -> dict[str, Rows]:
        """Text columns with private values in them, and the rows."""
        found = {}
        for at, column in self._known.items():
            if column.type != "string" or column.private or column.kind == "credit_code":
                continue
            cells = self._table.extract.cells[at].to_pandas()
            cleaned = self._cleaned(cells, column)
            if cleaned is not cells:
                found[column.name] = np.flatnonzero((cells != cleaned) & cells.notna())
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

    def _drafts(self, column: Column, rows: Rows, severity: str, message: str) -> pd.DataFrame:
        shown = self.shown(str(self._table.columns[column.name]), rows)
        return drafts(
            pd.Index(rows), column=column.name, rule=_RULE, severity=severity, values=shown, message=message, remedy=_REMEDY
        )  # fmt: skip

    def _is_private(self, at: str) -> bool:
        """A column of the contract as it says; any other by its title."""
        if at in self._known:
            return self._known[at].private
        path = next(column.path for column in self._table.extract.table.columns if str(column.index) == at)
        return is_private_title("".join(path))

    def _cleaned(self, values: pd.Series, column: Column | None, rows: Rows | None = None) -> pd.Series:
        """Without private numbers, and in free text without names; the same object where there are none."""
        cleaned = scrub(values, cards=column is None or column.kind != "identifier")
        if column is not None and (
            column.type != "string" or column.kind or column.role or column.enum or column.pattern
        ):
            return cleaned
        for names in self._names:
            cleaned = _without_names(cleaned, names, names if rows is None else names.iloc[rows])
        return cleaned


def _without_names(texts: pd.Series, names: pd.Series, own: pd.Series) -> pd.Series:
    """Texts without the name of their own row, or that are nothing but the name of any row."""
    words, people = _objects(texts), _objects(own)
    inside = [
        place
        for place, (text, name) in enumerate(zip(words, people, strict=True))
        if text is not None and name is not None and name in text and len(name) > 1
    ]
    anyone = pc.is_in(_arrow(texts), value_set=pc.unique(_arrow(names)).drop_null())
    whole = [place for place in np.flatnonzero(anyone) if len(words[place]) > 1]
    if not inside and not whole:
        return texts
    cleaned = words.copy()
    cleaned[inside] = [words[place].replace(people[place], mask(people[place])) for place in inside]
    cleaned[whole] = [mask(words[place]) for place in whole]
    return pd.Series(cleaned, index=texts.index, dtype="str")


def _arrow(texts: pd.Series) -> pa.StringArray:
    array = pa.Array.from_pandas(texts, type=pa.string())
    return array.combine_chunks() if isinstance(array, pa.ChunkedArray) else array


def _objects(texts: pd.Series) -> npt.NDArray[np.object_]:
    """Texts as Python strings, None where missing; far faster than iterating the column."""
    objects: npt.NDArray[np.object_] = _arrow(texts).to_numpy(zero_copy_only=False)
    return objects
