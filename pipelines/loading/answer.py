"""Answering senders: the slips that the ledger owes, from what it and the staged submissions hold.

Every slip is written this way, after it is known what became of the submission; neither a full outbox nor a load cut
off loses one. What would say the same as the slip that its sender has is not sent again.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256
from itertools import groupby
from pathlib import Path, PurePosixPath
from typing import Protocol, TypeAlias

import pyarrow as pa

from expectations.contracts.model import Contract
from expectations.resubmission import is_instead, is_overtaken
from expectations.slips import Slip, Stands, has_marks, write_slip
from expectations.slips.reads import with_reads
from expectations.submissions.otherwise import is_less
from pipelines.home.access import share
from pipelines.home.folders import Home, HomeError
from pipelines.home.site import Site
from pipelines.loading.apart import Apart
from pipelines.loading.failures import failure_of, log_failures
from pipelines.loading.own_words import in_own_sheets
from pipelines.loading.pool import Call, Processes
from pipelines.loading.progress import Progress
from pipelines.loading.supervised import Lost
from warehouse.ledger import Entry, Failure, Outcome
from warehouse.ledger.values import COUNTING
from warehouse.schemas import FINDINGS

log = logging.getLogger(__name__)

Owed: TypeAlias = tuple[Entry, Outcome]

_AT_ONCE = 16
_AGAIN = "这份材料没有变动；这是我们重新处理后的回执，以这份为准。"


class Writer(Protocol):
    """Writes a slip into the outbox, as ``expectations.slips.write_slip`` does."""

    def __call__(self, outbox: Path, slip: Slip, /) -> Path:
        """The file written."""


@dataclass
class Answered:
    """What came of slips.

    Attributes:
        told: By submission whose sender has its slip, the digest of what it says.
        failures: Errors of ours.
    """

    told: dict[str, str] = field(default_factory=dict)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Answered) -> None:
        """Take in what came of others."""
        self.told |= other.told
        self.failures += other.failures


def answer_owed(site: Site, run: str, processes: Processes, progress: Progress | None = None) -> list[Entry]:
    """Write the slips that are owed.

    Args:
        site: The home.
        run: What the load is called in the log of failures.
        processes: Mark workbooks.
        progress: Who watches.

    Returns:
        The submissions whose slip could not be written; the next load tries again.
    """
    owed = site.ledger.owed()
    watch = progress or Progress()
    answered = Answered()
    for done in _run(site, owed, processes):
        site.ledger.answered(done.told)
        log_failures(site.home, run, done.failures)
        answered.add(done)
        watch.report("Answering", len(answered.told), len(owed))
    return [entry for entry, _ in owed if entry.submission_id not in answered.told]


def _run(site: Site, owed: Sequence[Owed], processes: Processes) -> Iterator[Answered]:
    bundles = _bundles(owed)
    if processes.are_worth(bundles):
        yield from processes.over(answer_bundle, bundles, partial(_isolated, site.home.root))
    else:
        write = partial(_write_apart, processes.apart)
        yield from (_answer_all(site, bundle, write) for bundle in bundles)


def _bundles(owed: Sequence[Owed]) -> list[list[Owed]]:
    """Slips that may want the same name are written by one process, one after the other."""
    bundles: list[list[Owed]] = []
    ordered = sorted(owed, key=lambda one: (_stem(one), one[0].seq))
    for _, same in groupby(ordered, key=_stem):
        if not bundles or len(bundles[-1]) >= _AT_ONCE:
            bundles.append([])
        bundles[-1] += same
    return bundles


def _stem(owed: Owed) -> str:
    return str(PurePosixPath(owed[0].sender_path).with_suffix(""))


def answer_bundle(root: Path, owed: Sequence[Owed], *, as_text: bool = False) -> Answered:
    """Write slips, in a process of their own.

    Args:
        root: The home's folder.
        owed: Submissions and what became of them.
        as_text: No workbook is touched; for what a process was lost on.
    """
    return _answer_all(Site(Home(root)), owed, partial(write_slip, as_text=as_text))


def _isolated(root: Path, call: Call, bundle: Sequence[Owed]) -> Answered:
    """Write the slips of a bundle; where its process is lost, one by one, and the one that is to blame as a text."""
    try:
        whole: Answered = call(root, bundle)
    except Lost as lost:
        log.warning("a process that wrote %s slips %s", len(bundle), lost)
        if len(bundle) == 1:
            return answer_bundle(root, bundle, as_text=True)
    else:
        return whole
    answered = Answered()
    for one in bundle:
        answered.add(_isolated(root, call, [one]))
    return answered


def _write_apart(process: Apart, outbox: Path, slip: Slip) -> Path:
    """Write a slip, a workbook in a process of its own; where that is lost, a text says the same."""
    if not has_marks(slip):
        return write_slip(outbox, slip)
    try:
        path: Path = process.call(write_slip, outbox, slip)
    except Lost as lost:
        log.warning("the process that marked %s of the archive %s", slip.original.name, lost)
        return write_slip(outbox, slip, as_text=True)
    return path


def _answer_all(site: Site, owed: Sequence[Owed], write: Writer) -> Answered:
    answered = Answered()
    for entry, outcome in owed:
        try:
            slip = _slip(site, entry, outcome)
            digest = _digest(slip)
            if digest != entry.told:
                _send(site, _said_again(slip, entry), write)
        except HomeError:
            raise
        except Exception as error:
            answered.failures.append(failure_of(entry.submission_id, "answer", error))
            continue
        answered.told[entry.submission_id] = digest
    return answered


def _send(site: Site, slip: Slip, write: Writer) -> None:
    """Write a slip where its sender finds it; a workbook that cannot be marked is answered by a text.

    Raises:
        OSError, NoSuchGroup: The outbox cannot be written.
    """
    try:
        path = write(site.home.outbox, slip)
    except OSError:
        raise
    except Exception as error:
        log.warning("%s cannot be marked: %s", slip.original.name, type(error).__name__)
        path = write_slip(site.home.outbox, slip, as_text=True)
    share(site.home.sharing, path)


def _slip(site: Site, entry: Entry, outcome: Outcome) -> Slip:
    """What is to be said.

    Raises:
        UnreadableError, DamagedError: What is kept of the submission, or the bytes to be marked, are damaged.
    """
    findings, notes = _noted(site, entry, outcome)
    if findings.num_rows:
        site.archive.checked(entry.sha256)  # they are marked in it
    contract = site.contracts.get(outcome.dataset or "")
    return Slip(
        department=entry.department,
        sender_path=entry.sender_path,
        original=site.archive.path(entry.sha256),
        submission_id=entry.submission_id,
        received_at=entry.received_at,
        status="rechecked" if is_less(entry.best, outcome) else outcome.status,
        title=contract.at(outcome.period).title if contract else "",
        period=outcome.period or "",
        rows_in=outcome.rows_in,
        rows_recorded=outcome.rows_recorded,
        rows_quarantined=outcome.rows_quarantined,
        counted="格" if contract and contract.form else "行",
        reason=outcome.reason or "",
        remedy=outcome.remedy or "",
        findings=_marked(site, entry, contract, findings),
        notes=notes,
        stands=_stands(outcome),
    )


def _stands(outcome: Outcome) -> Stands:
    """How a submission stands to what was there before it, or came after it in its load."""
    if not outcome.compared or outcome.status not in COUNTING:
        return ""
    if is_overtaken(outcome.compared):
        return "overtaken"
    if outcome.takes == "adds":
        return "adds"
    return "replaces" if is_instead(outcome.compared) else ""


def _said_again(slip: Slip, entry: Entry) -> Slip:
    """A slip to a sender who has one already: what is new in it comes from us, and says so."""
    if entry.told is None or slip.status not in COUNTING:
        return slip
    return replace(slip, notes=(*slip.notes, _AGAIN))


def _noted(site: Site, entry: Entry, outcome: Outcome) -> tuple[pa.Table, tuple[str, ...]]:
    """Findings and notes of a submission that was staged; none of what never was, or does not count any more.

    What it changes in what was in force comes first.
    """
    if outcome.status in ("repeat", "failed", "withdrawn"):
        return FINDINGS.empty_table(), ()
    dataset = outcome.dataset or ""
    findings = site.staged.read(dataset, [entry.submission_id], "findings", FINDINGS)
    notes = (*outcome.compared, *site.staged.notes(dataset, entry.submission_id))
    return in_own_sheets(site, entry, findings), notes


def _marked(site: Site, entry: Entry, contract: Contract | None, findings: pa.Table) -> pa.Table:
    """Findings with every cell that a rule reads; where columns stood is kept with the records of a ledger."""
    if contract is None or contract.form is not None or not findings.num_rows:
        return findings
    return with_reads(findings, contract, site.staged.layout(contract.dataset, entry.submission_id))


_SAID = ("sheet", "row", "cell", "rule", "severity", "value", "message", "remedy")


def _digest(slip: Slip) -> str:
    """Of all that a slip says."""
    findings = slip.findings.select(list(_SAID)).to_pylist() if isinstance(slip.findings, pa.Table) else []
    return sha256(
        json.dumps([slip.facts(), *slip.lists(), findings], ensure_ascii=False, default=str).encode()
    ).hexdigest()
