"""What the tables of a file are: one dataset of the department that handed it in, ledger or form, and what is left over.

Reading the file comes before, dating and conforming its rows after it (``understand``). The values of the rows are not
looked at here, but for those by which a form is known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from connectors.errors import Refused
from connectors.extract import Extract, Reading
from expectations.contracts.model import Contract
from expectations.forms.check import CHECKS
from expectations.forms.records import form_route
from expectations.forms.sections import section_checks
from expectations.forms.submitted import SubmittedForms, submitted_forms
from expectations.nil.words import HOW, how
from expectations.routing import Route, is_guidance, route
from expectations.slips.inside import covers, is_excerpt
from expectations.submissions.copies import is_doubtful


@dataclass(frozen=True)
class Candidate:
    """A table that is a dataset of the department; a form's cells are one too.

    Attributes:
        extract: The table.
        route: Which dataset, and which column is which under the version that it matches best.
        checks: What a form says of itself, regions as printed (``expectations.forms.CHECKS``); none of a ledger.
        asked: What its contract's rules say of it, by the first month that each version holds for.
    """

    extract: Extract
    route: Route
    checks: pa.Table = field(default_factory=CHECKS.empty_table, repr=False)
    asked: Mapping[str, pa.Table] = field(default_factory=dict, repr=False)

    def checked_by(self, version: Contract) -> pa.Table:
        """What the form says of itself, and what a version of its contract asks of it."""
        own = self.asked.get(version.valid_from)
        return self.checks if own is None else pa.concat_tables([self.checks, own])


@dataclass(frozen=True)
class Recognised:
    """The tables of a file.

    Attributes:
        contract: The dataset that most rows belong to, in all its versions.
        taken: Its tables; none is empty.
        leftovers: The others that have rows, each with the reason.
        stated: What headings of the sheets taken say of the rows below them (``expectations.forms.CHECKS``).
        notes: What a person should know, in Chinese.
    """

    contract: Contract
    taken: tuple[Candidate, ...]
    leftovers: tuple[tuple[Extract, Refused], ...]
    stated: pa.Table = field(repr=False)
    notes: tuple[str, ...]


def recognise(reading: Reading, contracts: Mapping[str, Contract], department: str) -> Recognised:
    """Tell what the tables of a file are.

    Args:
        reading: The file as read.
        contracts: All contracts.
        department: Who handed it in.

    Raises:
        Refused: No table, none that is a dataset of the department, or none with rows.
    """
    ours = covers(reading)
    _not_ours_alone(reading, ours)
    if not reading.extracts:
        raise Refused(
            "no_table", "文件里没有找到表格：" + _why(reading.unread), "请发送含表头和数据行的表格。" + HOW
        )
    forms = submitted_forms(reading, contracts, department)
    found, leftovers = _ledgers(_data(reading, ours), forms, contracts, department)
    found += _forms(forms, {one.extract.sheet for one in found})
    if not found and not leftovers:
        raise _nothing_filled_in("、".join(forms.blank), reading, HOW)
    if not found:
        raise max(leftovers, key=lambda pair: len(pair[0].rows))[1]
    contract = contracts[_main(found)]
    own = [one for one in found if one.route.contract.dataset == contract.dataset and len(one.extract.rows)]
    taken = tuple(sorted(own, key=lambda one: _is_copy(one.extract, reading)))
    if not taken:
        raise _nothing_filled_in(contract.title, reading, how(contract))
    leftovers += _others(found, contract)
    return Recognised(
        contract=contract,
        taken=taken,
        leftovers=tuple(pair for pair in leftovers if len(pair[0].rows)),
        stated=_stated_counts(reading, {one.extract.sheet for one in taken}),
        notes=tuple(_notes(reading, forms, ours)),
    )


def _not_ours_alone(reading: Reading, ours: frozenset[str]) -> None:
    """Refuse what is no more than our own answer.

    Raises:
        Refused: A slip without a ledger; or its excerpt, which would replace the whole ledger by its bad rows.
    """
    if is_excerpt(reading):
        raise Refused(
            "slip_excerpt",
            "这是回执的摘录，只列有问题的行，不是完整的表。",
            "请在原文件里改正，再报送完整的原文件。",
        )
    if ours and all(one.sheet in ours for one in reading.extracts):
        raise Refused(
            "slip_alone",
            "这是系统发出的回执，里面没有台账。",
            "请按回执在原文件里改正，再报送完整的原文件。",
        )


def _data(reading: Reading, ours: frozenset[str]) -> Sequence[Extract]:
    """The tables that may be data: not the explanation of a form, not the cover of a slip sent back corrected."""
    own = [one for one in reading.extracts if one.sheet not in ours]
    return [one for one in own if not is_guidance(one.sheet)] or own


def _ledgers(
    extracts: Sequence[Extract], forms: SubmittedForms, contracts: Mapping[str, Contract], department: str
) -> tuple[list[Candidate], list[tuple[Extract, Refused]]]:
    """The tables that are ledgers, and those that are neither ledger nor part of a form, each with the reason."""
    found: list[Candidate] = []
    leftovers: list[tuple[Extract, Refused]] = []
    for extract in extracts:
        try:
            found.append(Candidate(extract, route(extract, contracts, department)))
        except Refused as refusal:
            if not forms.hold(extract):
                leftovers.append((extract, refusal))
    return found, leftovers


def _forms(forms: SubmittedForms, ledgers: set[str]) -> list[Candidate]:
    """The forms, but on sheets that are ledgers; a sheet that is a form counts as one table."""
    return [
        Candidate(form.extract, form_route(form.contract), form.checks, form.asked)
        for form in forms.forms
        if form.extract.sheet not in ledgers
    ]


def _is_copy(extract: Extract, reading: Reading) -> bool:
    """A sheet that looks like a copy comes last: what dates the ledger is the title of the real one."""
    return is_doubtful(extract.sheet, extract.hidden, reading.names)


def _main(found: Sequence[Candidate]) -> str:
    """The dataset that most rows belong to; of equals the first."""
    rows: dict[str, int] = {}
    for one in found:
        dataset = one.route.contract.dataset
        rows[dataset] = rows.get(dataset, 0) + len(one.extract.rows)
    return max(rows, key=lambda dataset: rows[dataset])


def _others(found: Sequence[Candidate], contract: Contract) -> list[tuple[Extract, Refused]]:
    """The tables of other datasets."""
    return [
        (
            one.extract,
            Refused(
                "other_dataset",
                f"这张表是《{one.route.contract.title}》，同一文件里已有《{contract.title}》。",
                "一个文件只报一种台账，请另存为单独的文件报送。",
            ),
        )
        for one in found
        if one.route.contract.dataset != contract.dataset
    ]


def _stated_counts(reading: Reading, own: set[str]) -> pa.Table:
    """What headings like 北京市（23所） say of the rows below them, on the sheets taken."""
    tables = [
        section_checks(sheet, [one.table for one in reading.extracts if one.sheet == sheet.name])
        for sheet in reading.sheets
        if sheet.name in own
    ]
    return pa.concat_tables([CHECKS.empty_table(), *tables])


def _notes(reading: Reading, forms: SubmittedForms, ours: frozenset[str]) -> Iterator[str]:
    yield from reading.notes
    yield from forms.notes
    for sheet, why in reading.unread:
        if sheet in ours:
            continue
        yield f"工作表“{sheet}”没有读入：{why}"
    for sheet in forms.blank:
        yield f"工作表“{sheet}”是空白表，没有读入。"


def _nothing_filled_in(title: str, reading: Reading, nil: str) -> Refused:
    if reading.unsaved:
        return Refused(
            "no_rows",
            f"《{title}》里没有数据行：表里有 {reading.unsaved} 个公式没有存下结果，读出来是空白。",
            "请用 Excel 或 WPS 打开文件，保存后重报。",
        )
    return Refused("no_rows", f"《{title}》里没有数据行。", "请填好数据后重报；空白表请勿报送。" + nil)


def _why(unread: Sequence[tuple[str, str]]) -> str:
    return "；".join(f"“{sheet}”{why}" for sheet, why in unread[:5]) or "工作表是空的。"
