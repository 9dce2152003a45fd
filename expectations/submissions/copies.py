"""Sheets of one ledger that hold the same objects: which of them is a copy, and what is in dispute between them.

A workbook often still holds the sheet from before the corrections. Which of two sheets is the real one is told by
their names and by what is hidden, never by their order; where that does not tell, what they say differently is
sent back. A sheet that shares no object with another is part of the ledger, whatever it is called.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from unicodedata import normalize

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Refused
from connectors.extract import Extract
from expectations.conform import Conformed
from expectations.contracts.model import Contract
from expectations.findings import drafts
from expectations.privacy.columns import as_arrow
from expectations.rules import Told, told

_COPY = re.compile(
    r"备份|副本|拷贝|复制|作废|废弃|弃用|勿用|不用了?$|草稿|初稿|旧版|旧表|旧数据|旧台账|原稿|原始|改前|修改前"
    r"|^旧$|^旧[ _\-(]|[ _\-(]旧[)]?$|(?<![a-z])(?:backup|bak|old|copy|draft)(?![a-z])",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"\s*(?:[(]\d+[)]|_\d)$")
_SHOWN = 5
"""How many rows a sentence lists."""


@dataclass(frozen=True)
class ToldApart:
    """The tables of a ledger without copies of its sheets.

    Attributes:
        tables: Those that are taken; rows in dispute have a draft.
        leftovers: Tables of copies that differ, each with the reason.
        notes: Of copies that differ in nothing, in Chinese.
    """

    tables: tuple[Conformed, ...]
    leftovers: tuple[tuple[Extract, Refused], ...] = ()
    notes: tuple[str, ...] = ()


def is_doubtful(sheet: str, hidden: bool, others: Collection[str]) -> bool:
    """Whether a sheet looks like a copy: by its name, by a number behind the name of another, or because it is hidden.

    Args:
        sheet: Its name.
        hidden: Whether it is hidden.
        others: Names of all sheets of the workbook.
    """
    plain = normalize("NFKC", sheet).strip()
    base = _NUMBERED.sub("", plain)
    has_base = base != plain and any(normalize("NFKC", other).strip() == base for other in others)
    return hidden or has_base or bool(_COPY.search(plain))


def told_apart(tables: Sequence[Conformed], contract: Contract) -> ToldApart:
    """Take each object from one sheet only, and say what was left out or is in dispute.

    Args:
        tables: All tables of a submission that are this ledger.
        contract: The ledger's; a form's sheets are left alone.
    """
    names = list(dict.fromkeys(table.extract.sheet for table in tables))
    if len(names) < 2 or contract.form is not None:
        return ToldApart(tuple(tables))
    sheets = {
        name: _Sheet([one for one in tables if one.extract.sheet == name], contract, names) for name in names
    }
    if not _may_overlap(list(sheets.values())):
        return ToldApart(tuple(tables))
    # The real ones first, and a whole before its parts: a copy is held against them and not they against it.
    ordered = sorted(sheets.values(), key=lambda sheet: (sheet.doubtful, -len(sheet.objects)))
    taken: list[_Sheet] = []
    leftovers: list[tuple[Extract, Refused]] = []
    notes: list[str] = []
    for sheet in ordered:
        twin = next((other for other in taken if sheet.is_within(other)), None)
        rival = next((other for other in taken if sheet.is_copy_of(other)), None)
        if twin is not None:
            notes.append(
                f"工作表“{sheet.name}”的 {len(sheet.rows)} 行与“{twin.name}”的完全相同，没有重复读入。"
            )
        elif rival is not None:
            leftovers += [(one.extract, _left_out(sheet, rival)) for one in sheet.tables]
        else:
            taken.append(sheet)
    disputed = dict(_disputed(taken, contract))
    kept = {sheet.name for sheet in taken}
    found = tuple(_with_disputes(one, disputed, contract) for one in tables if one.extract.sheet in kept)
    return ToldApart(found, tuple(leftovers), tuple(notes))


def _may_overlap(sheets: Sequence[_Sheet]) -> bool:
    if not sheets[0].has_key:
        return True
    objects = pa.concat_arrays([sheet.objects.drop_null().unique() for sheet in sheets])
    return len(objects.unique()) < len(objects)


class _Sheet:
    """The rows of one sheet, and whether it looks like a copy."""

    def __init__(self, tables: Sequence[Conformed], contract: Contract, names: Sequence[str]) -> None:
        first = tables[0].extract
        self.tables, self.name = tables, first.sheet
        self.doubtful = is_doubtful(first.sheet, first.hidden, names)
        self.has_key = bool(_key(contract))
        self._contract = contract

    @cached_property
    def objects(self) -> pa.StringArray:
        """By row the object, in whatever period."""
        lasting = [name for name in _key(self._contract) if name != "period"]
        return pa.concat_arrays([_keys(table, lasting) for table in self.tables])

    @cached_property
    def rows(self) -> pd.DataFrame:
        """By row the key and the object (missing where a part of it is), the content, and the spreadsheet's number."""
        keys = pa.concat_arrays([_keys(table, _key(self._contract)) for table in self.tables])
        contents = pa.concat_arrays([_contents(table, self._contract) for table in self.tables])
        numbers = pd.concat([table.frame["row"] for table in self.tables], ignore_index=True)
        texts = {"key": keys, "object": self.objects, "content": contents}
        by_row = {name: pd.Series(column.to_pandas(), dtype="str") for name, column in texts.items()}
        return pd.DataFrame({**by_row, "row": numbers})

    def shared(self, other: _Sheet, by: str = "key") -> pd.DataFrame:
        """Rows of both that have one key (or are of one ``object``, in whatever period), side by side."""
        own, its = (one.rows.dropna(subset=by).drop_duplicates(by) for one in (self, other))
        return own.merge(its, on=by, suffixes=("", "_other"))

    def is_copy_of(self, other: _Sheet) -> bool:
        """Whether it looks like a copy of a sheet that does not: it has objects of it, be it of another month."""
        is_copy = self.doubtful and not other.doubtful
        return is_copy and not self.shared(other, "object").empty

    def is_within(self, other: _Sheet) -> bool:
        """Whether every row stands in the other sheet just so; without keys, whether they are the same row by row."""
        if not len(self.rows):
            return False
        if not self.has_key:
            return len(self.rows) > 1 and sorted(self.rows["content"]) == sorted(other.rows["content"])
        return bool(
            self.rows["key"].notna().all() and self.rows["content"].isin(set(other.rows["content"])).all()
        )


def _key(contract: Contract) -> list[str]:
    """Columns by which an object is known in any month; none where nothing tells one from another."""
    return [*contract.distinct, "period"] if contract.distinct else []


def _keys(table: Conformed, key: Sequence[str]) -> pa.StringArray:
    """The key of every row as one text, missing where a part of it is."""
    if not key:
        return pa.nulls(len(table.frame), pa.string())
    return _beside([_texts(table, name) for name in key])


def _contents(table: Conformed, contract: Contract) -> pa.StringArray:
    """All that a row says, as one text."""
    names = (*(column.name for column in contract.columns), "region_code", "period")
    return _beside([pc.fill_null(_texts(table, name), "") for name in names])


def _beside(texts: Sequence[pa.StringArray]) -> pa.StringArray:
    return pc.binary_join_element_wise(*texts, "\x1f")


def _texts(table: Conformed, name: str) -> pa.StringArray:
    """A column as text; what could not be read, as it was written."""
    read = as_arrow(table.frame[name])
    if name not in table.columns or not read.null_count:
        return read
    return pc.coalesce(read, table.extract.cells[str(table.columns[name])].combine_chunks())


def _left_out(sheet: _Sheet, real: _Sheet) -> Refused:
    shared = sheet.shared(real, "object")
    unlike = shared.loc[shared["content"] != shared["content_other"]]
    own = sheet.rows.loc[~sheet.rows["object"].isin(set(real.rows["object"].dropna()))]
    said = [f"工作表“{sheet.name}”像是“{real.name}”的备份，没有采用"]
    if len(unlike):
        pairs = [
            f"第{a}行（“{real.name}”第{b}行）"
            for a, b in zip(unlike["row"], unlike["row_other"], strict=True)
        ]
        said.append(f"有 {len(unlike)} 行与“{real.name}”不同：{_listed(pairs)}")
    if len(own):
        said.append(f"有 {len(own)} 行只在这张表里：{_listed([f'第{row}行' for row in own['row']])}")
    return Refused(
        "backup_sheet",
        "；".join(said) + "。",
        f"以“{real.name}”为准的，请删去“{sheet.name}”；两张都要的，请并成一张后重报。",
    )


def _listed(texts: Sequence[str]) -> str:
    return "、".join(texts[:_SHOWN]) + (f" 等 {len(texts)} 行" if len(texts) > _SHOWN else "")


def _disputed(sheets: Sequence[_Sheet], contract: Contract) -> Iterator[tuple[tuple[str, int], Told]]:
    """By sheet and row: what is said where another sheet says otherwise of the same object."""
    own_names = [contract.by_name[name].title for name in _key(contract) if name in contract.by_name]
    titles = "、".join(f"「{title}」" for title in own_names) or "地区"
    for at, one in enumerate(sheets):
        for other in sheets[:at]:
            shared = one.shared(other)
            unlike = shared.loc[shared["content"] != shared["content_other"]]
            for own, its in zip(unlike["row"].tolist(), unlike["row_other"].tolist(), strict=True):
                yield (one.name, own), told("sheets_disagree", titles=titles, sheet=other.name, row=its)
                yield (other.name, its), told("sheets_disagree", titles=titles, sheet=one.name, row=own)


def _with_disputes(
    table: Conformed, disputed: Mapping[tuple[str, int], Told], contract: Contract
) -> Conformed:
    rows = table.frame["row"].tolist()
    at = [place for place, row in enumerate(rows) if (table.extract.sheet, row) in disputed]
    if not at:
        return table
    each = [disputed[table.extract.sheet, rows[place]] for place in at]
    said = replace(each[0], message=[str(one.message) for one in each])
    column = next((name for name in _key(contract) if name in table.columns), "")
    every = [one for one in (table.findings, drafts(at, said, column=column)) if len(one)]
    return replace(table, findings=pd.concat(every, ignore_index=True))
