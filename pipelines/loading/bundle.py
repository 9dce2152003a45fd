"""One bundle of submissions from archived bytes to staged rows: understand, judge together, keep aside.

It runs in worker processes and never touches the ledger; what could become of each submission is handed back. An error
of ours is that of one submission and stops no other; only where the home itself cannot be read or written does the
bundle end. Which submissions there are, whether one takes force, and what its sender is told, is not decided here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from uuid import uuid4

from connectors.errors import Refused
from connectors.extract import read_tables
from expectations.conform import RegionIndex
from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from expectations.privacy.shield import Shield
from expectations.submissions.judge import Judged, judge
from expectations.submissions.outcome import outcome_of, outcome_of_refusal
from expectations.submissions.understand import Reader, Understood, understand
from expectations.submissions.versions import OtherVersion
from expectations.submissions.whole import submission_findings
from pipelines.home import keys
from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.failures import failure_of
from pipelines.loading.own_words import submission_of
from warehouse.ledger import Entry, Failure, Outcome, Receipt, digest_at
from warehouse.staged import with_notes


@dataclass
class Done:
    """What became of submissions.

    Attributes:
        outcomes: Of those that were staged.
        failures: Errors of ours, of the others.
    """

    outcomes: list[Outcome] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)

    def add(self, other: Done) -> None:
        """Take in what became of others."""
        self.outcomes += other.outcomes
        self.failures += other.failures

    def repeats(self, receipts: Iterable[Receipt]) -> int:
        """How many of these are repeats, and were not found to be none."""
        staged = {one.submission_id for one in self.outcomes} | {one.submission_id for one in self.failures}
        return sum(receipt.is_repeat and receipt.submission_id not in staged for receipt in receipts)


@dataclass(frozen=True)
class Bench:
    """Where bundles are staged; plain, so that it reaches other processes.

    Attributes:
        root: The home's folder.
        contracts_from: As ``Home`` has it.
        keeps: Whether anything is written; else it is only said what would become of submissions.
        name: Of its own; what a bundle opens serves the next one of the same bench in its process.
    """

    root: Path
    contracts_from: Path | None = None
    keeps: bool = True
    name: str = field(default_factory=lambda: uuid4().hex)


def stage_bundle(
    bench: Bench, entries: Sequence[Entry], read: Reader = read_tables, site: Site | None = None
) -> Done:
    """Stage submissions of one department, aside.

    Doing it again writes the same: a crash before the ledger hears of it costs only the work.

    Args:
        bench: Where it is done.
        entries: Submissions, in the order they came.
        read: Reads the tables of a file.
        site: The home, where it is open in this process.

    Raises:
        HomeError: The home lacks what every submission needs.
        OSError: The warehouse cannot be written.
    """
    return _Bundle(bench, read, site).stage(entries)


def refuse(bench: Bench, entry: Entry, refusal: Refused) -> Done:
    """Refuse a submission that could not even be read."""
    bundle = _Bundle(bench, read_tables)
    bundle.refuse(entry, refusal)
    return bundle.done


@lru_cache(maxsize=1)
def _opened(bench: Bench) -> Site:
    return Site(Home(bench.root, bench.contracts_from))


@lru_cache(maxsize=1)
def _index(bench: Bench, site: Site) -> RegionIndex:
    return RegionIndex(site.regions)


class _Bundle:
    """Submissions on their way; what every one of them needs is opened first, for its lack is nobody's fault."""

    def __init__(self, bench: Bench, read: Reader, site: Site | None = None) -> None:
        site = site or _opened(bench)
        self._index = _index(bench, site)
        self._site, self._read, self._keeps = site, read, bench.keeps
        self._contracts, self._digests, self._privacy = site.contracts, site.staging_digests, site.privacy
        self._is_rotating = keys.counts(site.home)
        self.done = Done()

    def stage(self, entries: Sequence[Entry]) -> Done:
        """See ``stage_bundle``."""
        known = {entry.submission_id: entry for entry in entries}
        for contract, understood in self._understood(entries):
            for judged in self._judged(contract, understood):
                self._keep(known[judged.submission_id], judged)
        return self.done

    def _understood(self, entries: Sequence[Entry]) -> Iterator[tuple[Contract, list[Understood]]]:
        """Submissions by their dataset; those that are refused are through."""
        by_dataset: dict[str, list[Understood]] = defaultdict(list)
        for entry in entries:
            try:
                found = understand(submission_of(self._site, entry), self._contracts, self._index, self._read)
            except MemoryError:
                raise  # the process is worn out, and its loss says whose fault it was
            except Exception as error:
                self._fail(entry.submission_id, "understand", error)
                continue
            if isinstance(found, Refused):
                self.refuse(entry, found)
            else:
                by_dataset[found.contract.dataset].append(found)
        for dataset, understood in by_dataset.items():
            yield self._contracts[dataset], understood

    def _judged(self, contract: Contract, understood: Sequence[Understood]) -> list[Judged]:
        """Judge together; where that fails, one by one, so that only the guilty one suffers."""
        try:
            return judge(contract, understood, self._privacy)
        except MemoryError:
            raise
        except Exception as error:
            if len(understood) == 1:
                self._fail(understood[0].submission.submission_id, "judge", error)
                return []
        return [judged for one in understood for judged in self._judged(contract, [one])]

    def _keep(self, entry: Entry, judged: Judged) -> None:
        try:
            outcome = outcome_of(judged, digest_at(self._digests[judged.contract.dataset], judged.months))
            if self._keeps:
                self._write(judged)
        except (MemoryError, OSError):
            raise  # a warehouse that cannot be written is nobody's file
        except Exception as error:
            self._fail(judged.submission_id, "keep", error)
            return
        self._done(entry, outcome)

    def _write(self, judged: Judged) -> None:
        dataset, submission_id, staged = (
            judged.contract.dataset,
            judged.submission_id,
            self._site.staged.aside,
        )
        records = with_notes(judged.records, judged.layout, judged.notes)
        staged.write(dataset, submission_id, "records", records)
        staged.write(dataset, submission_id, "findings", judged.findings)
        staged.write(dataset, submission_id, "quarantine", judged.quarantine)
        staged.write(dataset, submission_id, "checks", judged.checks)

    def refuse(self, entry: Entry, refusal: Refused) -> None:
        """Keep why a submission is refused; what is known of it is judged anew when that dataset's contract changes."""
        submission_id = entry.submission_id
        if not isinstance(refusal, OtherVersion):
            outcome = outcome_of_refusal(submission_id, refusal, digest_at(self._digests[""], ()))
            self._keep_refusal(entry, outcome, refusal, None, {"": self._site.contracts_digest})
            return
        contract, months = refusal.contract, [refusal.period] if refusal.period else []
        outcome = outcome_of_refusal(
            submission_id, refusal, digest_at(self._digests[contract.dataset], months)
        )
        if self._keeps:
            records = record_schema(contract).empty_table()
            self._site.staged.aside.write(contract.dataset, submission_id, "records", records)
        self._keep_refusal(
            entry, outcome, refusal, contract, {one: contract.at(one).digest for one in months}
        )

    def _keep_refusal(
        self,
        entry: Entry,
        outcome: Outcome,
        refusal: Refused,
        contract: Contract | None,
        judged_by: Mapping[str, str],
    ) -> None:
        if self._keeps:
            said = submission_findings(
                entry.submission_id, contract, outcome.period, Shield(), refusal=refusal
            )
            self._site.staged.aside.write(outcome.dataset or "", entry.submission_id, "findings", said)
        self._done(entry, replace(outcome, judged_by=judged_by))

    def _done(self, entry: Entry, outcome: Outcome) -> None:
        """While a key is being changed, what is only staged anew is nothing to tell its sender."""
        is_silent = entry.is_staged and self._is_rotating
        self.done.outcomes.append(replace(outcome, is_answered=None if is_silent else False))

    def _fail(self, submission_id: str, step: str, error: Exception) -> None:
        self.done.failures.append(failure_of(submission_id, step, error))
