"""One submission from its archived bytes to typed columns: read, recognise, date, conform.

It runs in worker processes, so it takes and gives plain values, and a refusal is a value too. Judging the values
(validation) and saying what becomes of them do not belong here.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

import pyarrow as pa

from connectors.errors import Refused
from connectors.extract import Extract, Reading, read_tables
from expectations.conform import Conformed, RegionIndex, conform
from expectations.conform.cumulative import is_divided, only_own_window
from expectations.conform.future import without_future
from expectations.contracts.model import Contract
from expectations.dating import Dated
from expectations.forms.check import CHECKS
from expectations.forms.conform import conform_form
from expectations.forms.findings import placed_checks
from expectations.nil.words import HOW
from expectations.resubmission.intent import intent_of
from expectations.routing import Route
from expectations.rules import Told
from expectations.slips.inside import reply_in
from expectations.submissions.copies import told_apart
from expectations.submissions.nil import Nil, nil_report
from expectations.submissions.nil_beside import without_nils
from expectations.submissions.own_totals import own_totals
from expectations.submissions.period import (
    as_rows_say,
    told_of_likely_cumulation,
    told_of_periods,
    with_dates,
)
from expectations.submissions.recognise import Candidate, recognise
from expectations.submissions.versions import OtherVersion, in_its_version
from warehouse.ledger.values import Says
from warehouse.periods import Month


@dataclass(frozen=True)
class Submission:
    """One thing handed in: where its bytes are, how it was sent, and on which day in Shanghai it was received."""

    submission_id: str
    department: str
    sender_path: str
    file_name: str
    path: Path
    received: dt.date


@dataclass(frozen=True)
class Understood:
    """A submission whose tables are known for what they are. Private values are still in the clear.

    Attributes:
        submission: Which.
        contract: The dataset's contract.
        dates: The period of each table.
        conformed: Its tables in the contract's types.
        leftovers: Its tables that are something else, each with the reason.
        checks: What the sheets say of themselves, as it came out (``expectations.forms.CHECKS``): a form's rules and totals,
            the totals of a ledger, counts in headings.
        notes: What a person should know, in Chinese.
        said: Findings about the submission as a whole.
        says: What its sender says it is, in the file's name or a title.
        nil: What it speaks for, where it says that there is nothing; it has no tables then.
    """

    submission: Submission
    contract: Contract
    dates: tuple[Dated, ...]
    conformed: tuple[Conformed, ...]
    leftovers: tuple[tuple[Extract, Refused], ...] = ()
    checks: pa.Table = field(default_factory=CHECKS.empty_table)
    notes: tuple[str, ...] = ()
    said: tuple[Told, ...] = ()

    @property
    def period(self) -> str | None:
        """The latest period found for a table as a whole, None where the rows say it."""
        return max((one.period for one in self.dates if one.period), default=None)

    says: frozenset[Says] = frozenset()
    nil: Nil | None = None


class Reader(Protocol):
    """Reads the tables of a file, as ``connectors.extract.read_tables`` does."""

    def __call__(self, path: Path, /, *, name: str) -> Reading:
        """The tables of the file, which its sender calls ``name``."""


def understand(
    submission: Submission, contracts: Mapping[str, Contract], index: RegionIndex, read: Reader = read_tables
) -> Understood | Refused:
    """Read, route, date and conform one submission; what is the input's fault comes back as its refusal."""
    try:
        return _understood(submission, contracts, index, read)
    except Refused as refusal:
        return refusal


def _understood(
    submission: Submission, contracts: Mapping[str, Contract], index: RegionIndex, read: Reader
) -> Understood:
    # The file as read is not held on to: the tables taken hold the cells that are needed.
    reading = _read(submission, read)
    reply = reply_in(reading)
    if (nil := nil_report(submission, reading, contracts, index)) is not None:
        return _nothing(submission, nil, reply)
    found, nils = without_nils(recognise(reading, contracts, submission.department), reading, index)
    del reading
    dated, undated = with_dates(found.taken, found.contract, submission.sender_path, submission.file_name)
    dated, tables, misfits = _versioned(dated, found.contract, submission, index)
    dates = tuple(by for _, by in dated)
    as_rows_say(tables, dates, found.contract)
    apart = told_apart(tables, found.contract)
    conformed, periods = apart.tables, _periods(dated)
    checks = pa.concat_tables(one.checked_by(found.contract.at(by.period)) for one, by in dated)
    return Understood(
        submission,
        contract=found.contract,
        dates=dates,
        conformed=conformed,
        leftovers=(*found.leftovers, *undated, *misfits, *apart.leftovers),
        checks=pa.concat_tables(
            [
                placed_checks(checks, conformed, periods),
                found.stated,
                own_totals(conformed, found.contract, periods),
            ]
        ),
        notes=(*found.notes, *apart.notes, *dict.fromkeys(note for one in conformed for note in one.notes)),
        said=(
            *nils,
            *told_of_periods(conformed, dates, found.contract),
            *told_of_likely_cumulation(conformed, periods, found.contract),
        ),
        says=intent_of(
            (
                reply,
                Path(submission.file_name).stem,
                *(title for one in found.taken for title in one.extract.titles),
            )
        ),
    )


def _read(submission: Submission, read: Reader) -> Reading:
    if not submission.department:
        raise Refused(
            "no_department",
            "文件直接放在了收件箱里，不知道是哪个部门报送的。",
            "请放到本部门的文件夹里，例如 inbox/agriculture/。",
        )
    try:
        return read(submission.path, name=submission.file_name)
    except Refused as refusal:
        if refusal.code != "empty":
            raise
        raise Refused(refusal.code, refusal.message, refusal.remedy + HOW) from None


def _nothing(submission: Submission, nil: Nil, reply: str) -> Understood:
    """A nil report; of what its name or reply says besides, only that it is meant to stand for the whole counts."""
    return Understood(
        submission,
        contract=nil.contract,
        dates=(nil.dated,),
        conformed=(),
        notes=(nil.note,),
        says=intent_of((reply, Path(submission.file_name).stem)) & {"whole"},
        nil=nil,
    )


def _periods(dated: Sequence[tuple[Candidate, Dated]]) -> dict[str, str | None]:
    """The period by the sheet."""
    return {one.extract.sheet: by.period for one, by in dated}


def _versioned(
    dated: Sequence[tuple[Candidate, Dated]], contract: Contract, submission: Submission, index: RegionIndex
) -> tuple[list[tuple[Candidate, Dated]], list[Conformed], list[tuple[Extract, OtherVersion]]]:
    """The tables conformed, and those on the form of another version than that of their month.

    Raises:
        OtherVersion: None can be taken.
    """
    taken: list[tuple[Candidate, Dated]] = []
    tables: list[Conformed] = []
    misfits: list[tuple[Extract, OtherVersion]] = []
    for one, by in dated:
        try:
            tables.append(_conformed(one, by, contract, submission, index))
        except OtherVersion as refusal:
            misfits.append((one.extract, refusal))
        else:
            taken.append((one, by))
    if not tables:
        refusals = [refusal for _, refusal in misfits]
        raise refusals[0].with_all(refusals)
    return taken, tables, misfits


def _conformed(
    one: Candidate, dated: Dated, contract: Contract, submission: Submission, index: RegionIndex
) -> Conformed:
    scope = (submission.file_name, *reversed(Path(submission.sender_path).parent.parts))

    def as_type(route: Route) -> Conformed:
        if contract.form:
            return conform_form(one.extract, route, dated.period, index, scope)
        beside = [column for column in contract.columns if column.name not in route.contract.by_name]
        return conform(one.extract, route, dated.period, index, scope, beside)

    table = in_its_version(one, contract, dated.period, as_type)
    own = contract.with_role("period")
    if (
        dated.period
        and is_divided(contract, is_cumulative=bool(dated.cumulative))
        and (own is None or own.name not in table.columns)
    ):
        table = only_own_window(table, contract, dated.period, dated.cumulative or dated.text)
    return without_future(table, contract, Month.of(submission.received))
