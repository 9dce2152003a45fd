"""One submission from its archived bytes to typed columns: read, route, date, conform.

It runs in worker processes, so it takes and gives plain values, and a refusal is a value too. Judging the values
(validation) and writing them down (staging) do not belong here.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from connectors.errors import Refused
from connectors.extract import Extract, Reading, read_tables
from expectations.conform import Conformed, RegionIndex, conform
from expectations.contract import Contract
from expectations.dating import Dated, period_of
from expectations.forms.check import CHECKS
from expectations.forms.conform import conform_form
from expectations.forms.findings import placed_checks
from expectations.forms.records import form_route
from expectations.forms.sections import section_checks
from expectations.forms.submitted import SubmittedForms, submitted_forms
from expectations.routing import Route, is_guidance, route
from expectations.slips.cover import is_cover, is_excerpt


@dataclass(frozen=True)
class Handed:
    """A submission to prepare: where its bytes are and how it was sent."""

    submission_id: str
    department: str
    sender_path: str
    file_name: str
    path: Path


@dataclass(frozen=True)
class Prepared:
    """A submission as far as it is understood.

    Attributes:
        handed: What was prepared.
        refusal: Why nothing of it can be taken; the rest is then empty.
        contract: The dataset's contract.
        dated: The period, and what speaks against it.
        conformed: Its tables in the contract's types.
        leftovers: Its tables that are something else, each with the reason.
        checks: What a form says of itself, as it came out (``expectations.forms.CHECKS``); none for a ledger.
        notes: What a person should know, in Chinese.
    """

    handed: Handed
    refusal: Refused | None = None
    contract: Contract | None = None
    dated: Dated = field(default_factory=lambda: Dated(None))
    conformed: tuple[Conformed, ...] = ()
    leftovers: tuple[tuple[Extract, Refused], ...] = ()
    checks: pa.Table = field(default_factory=CHECKS.empty_table)
    notes: tuple[str, ...] = ()


class Reader(Protocol):
    """Reads the tables of a file, as ``connectors.extract.read_tables`` does."""

    def __call__(self, path: Path, /, *, name: str) -> Reading:
        """The tables of the file, which its sender calls ``name``."""


def prepare(
    handed: Handed, contracts: Mapping[str, Contract], index: RegionIndex, read: Reader = read_tables
) -> Prepared:
    """Read, route, date and conform one submission; what is the input's fault comes back as its refusal."""
    try:
        return _prepare(handed, contracts, index, read)
    except Refused as error:
        return Prepared(handed, refusal=error)


def _prepare(handed: Handed, contracts: Mapping[str, Contract], index: RegionIndex, read: Reader) -> Prepared:
    if not handed.department:
        raise Refused(
            "no_department",
            "文件直接放在了收件箱里，不知道是哪个部门报送的。",
            "请放到本部门的文件夹里，例如 inbox/agriculture/。",
        )
    reading = read(handed.path, name=handed.file_name)
    if not reading.extracts:
        raise Refused(
            "no_table", "文件里没有找到表格：" + _why(reading.unread), "请发送含表头和数据行的表格。"
        )
    forms = submitted_forms(reading, contracts, handed.department)
    stated = _stated_counts(reading)
    reading = replace(reading, sheets=())  # cells need not be held twice
    routes, leftovers = _routes(_data(reading), forms, contracts, handed.department)
    contract = routes[0][1].contract
    taken = [pair for pair in routes if len(pair[0].rows)]
    if not taken:
        raise _nothing_filled_in(contract.title)
    dated = period_of(_titles(taken), contract, handed.sender_path, handed.file_name)
    if dated.period is None and contract.with_role("period") is None:
        raise Refused(
            "no_period",
            "看不出这份表是哪一期的：标题、文件名和文件夹都没有写。",
            f"请在标题或文件名里写明所属期，例如“2025年6月{contract.title}”，或放进 2025-06 文件夹。",
        )
    scope = (handed.file_name, *reversed(Path(handed.sender_path).parent.parts))
    as_type = conform_form if contract.form else conform
    conformed = tuple(as_type(extract, found, dated.period, index, scope) for extract, found in taken)
    checks = [form.checks for form in forms.forms if form.contract is contract]
    placed = placed_checks(pa.concat_tables([CHECKS.empty_table(), *checks]), conformed, dated.period)
    own = {extract.sheet for extract, _ in taken}
    notes = (
        *reading.notes,
        *forms.notes,
        *(f"工作表“{sheet}”没有读入：{why}" for sheet, why in reading.unread),
        *(f"工作表“{sheet}”是空白表，没有读入。" for sheet in forms.blank),
    )
    return Prepared(
        handed,
        contract=contract,
        dated=dated,
        conformed=conformed,
        leftovers=leftovers,
        checks=pa.concat_tables([placed, *(found for sheet, found in stated.items() if sheet in own)]),
        notes=(*notes, *dict.fromkeys(note for one in conformed for note in one.notes)),
    )


def _stated_counts(reading: Reading) -> dict[str, pa.Table]:
    """By sheet, what headings like 北京市（23所） say of the rows below them."""
    tables = {
        sheet.name: [one.table for one in reading.extracts if one.sheet == sheet.name]
        for sheet in reading.sheets
    }
    return {sheet.name: section_checks(sheet, tables[sheet.name]) for sheet in reading.sheets}


def _nothing_filled_in(title: str) -> Refused:
    return Refused("no_rows", f"《{title}》里没有数据行。", "请填好数据后重报；空白表请勿报送。")


def _data(reading: Reading) -> Sequence[Extract]:
    """The tables that may be data: not the explanation of a form, not the cover of a slip sent back corrected.

    Raises:
        Refused: A slip's excerpt; it would replace the whole ledger by its bad rows.
    """
    covers = {one.sheet for one in reading.extracts if is_cover(one.sheet, one.titles)}
    if any(is_excerpt(one.titles) for one in reading.extracts if one.sheet in covers):
        raise Refused(
            "slip_excerpt",
            "这是回执的摘录，只列有问题的行，不是完整的表。",
            "请在原文件里改正，再报送完整的原文件。",
        )
    own = [one for one in reading.extracts if one.sheet not in covers]
    return [one for one in own if not is_guidance(one.sheet)] or own or reading.extracts


def _routes(
    extracts: Sequence[Extract], forms: SubmittedForms, contracts: Mapping[str, Contract], department: str
) -> tuple[list[tuple[Extract, Route]], tuple[tuple[Extract, Refused], ...]]:
    """The tables of the dataset that most rows belong to, and the others; a sheet that is a form counts as one table.

    Raises:
        Refused: No table is a dataset of the department.
    """
    routed: dict[str, list[tuple[Extract, Route]]] = {}
    leftovers = []
    for extract in extracts:
        try:
            found = route(extract, contracts, department)
        except Refused as error:
            if not forms.hold(extract):
                leftovers.append((extract, error))
            continue
        routed.setdefault(found.contract.dataset, []).append((extract, found))
    taken = {extract.sheet for pairs in routed.values() for extract, _ in pairs}
    for form in forms.forms:
        if form.extract.sheet not in taken:
            pair = form.extract, form_route(form.contract)
            routed.setdefault(form.contract.dataset, []).append(pair)
    if not routed and not leftovers:
        raise _nothing_filled_in("、".join(forms.blank))
    if not routed:
        raise max(leftovers, key=lambda pair: len(pair[0].rows))[1]
    main = max(routed, key=lambda dataset: sum(len(extract.rows) for extract, _ in routed[dataset]))
    title = contracts[main].title
    for dataset, pairs in routed.items():
        if dataset != main:
            why = Refused(
                "other_dataset",
                f"这张表是《{contracts[dataset].title}》，同一文件里已有《{title}》。",
                "一个文件只报一种台账，请另存为单独的文件报送。",
            )
            leftovers += [(extract, why) for extract, _ in pairs]
    return routed[main], tuple(pair for pair in leftovers if len(pair[0].rows))


def _titles(taken: Sequence[tuple[Extract, Route]]) -> list[str]:
    titles = [title for extract, _ in taken for title in extract.titles]
    return list(dict.fromkeys([*titles, *(extract.sheet for extract, _ in taken)]))


def _why(unread: Sequence[tuple[str, str]]) -> str:
    return "；".join(f"“{sheet}”{why}" for sheet, why in unread[:5]) or "工作表是空的。"
