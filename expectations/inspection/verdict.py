"""What a load would make of a file: the very functions that a load calls, for each department that might hand it in.

What stands in the file is told elsewhere (``inspect``). Nothing is recorded here, and nothing private is passed on.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from connectors.errors import Refused
from connectors.extract import Extract, Reading
from expectations.conform import RegionIndex
from expectations.contracts.model import Contract
from expectations.inspection.model import Verdict
from expectations.privacy.masks import Privacy
from expectations.privacy.numbers import scrub_text
from expectations.submissions.judge import judge
from expectations.submissions.outcome import outcome_of
from expectations.submissions.understand import Submission, Understood, understand
from warehouse.clock import shanghai_day

_INBOX = "inbox"


@dataclass(frozen=True)
class Known:
    """What a home has that a file alone has not.

    Attributes:
        index: Its regions; an empty one where there is no home.
        privacy: Its key; None where rows are not to be judged.
    """

    index: RegionIndex
    privacy: Privacy | None = None


class Verdicts:
    """What each department's load would make of a file.

    Args:
        path: The file.
        reading: What was read of it.
        contracts: Of all departments.
        known: What the home adds.
    """

    def __init__(self, path: Path, reading: Reading, contracts: Mapping[str, Contract], known: Known) -> None:
        self._privacy = known.privacy
        self._found = {
            handed_in.department: understand(
                handed_in, contracts, known.index, lambda _path, *, name: reading
            )
            for handed_in in _hand_ins(path, {one.department for one in contracts.values()})
        }

    def takes(self, department: str, extract: Extract) -> bool:
        """Whether a table would be read as data, as far as its department's file is taken at all."""
        found = self._found.get(department)
        return isinstance(found, Refused) or (found is not None and _is_taken(found, extract))

    def listed(self) -> tuple[Verdict, ...]:
        """The verdicts worth showing: where some department takes the file, those to whom it means nothing are left out."""
        refused = {name: one for name, one in self._found.items() if isinstance(one, Refused)}
        reasons = {(one.code, one.message) for one in refused.values()}
        if 1 < len(refused) == len(self._found) and len(reasons) == 1:
            return (_refused("", next(iter(refused.values()))),)
        shown = {
            name: one for name, one in refused.items() if one.code != "unrouted" or len(self._found) == 1
        }
        taken = [self._taken(name, one) for name, one in self._found.items() if isinstance(one, Understood)]
        return (*taken, *(_refused(name, one) for name, one in shown.items()))

    def _taken(self, department: str, found: Understood) -> Verdict:
        verdict = Verdict(
            department=department,
            dataset=found.contract.dataset,
            title=found.contract.title,
            period="、".join(sorted({one.period for one in found.dates if one.period})) or None,
            rows=sum(len(table.frame) for table in found.conformed),
            notes=tuple(map(scrub_text, found.notes)),
            left=tuple((scrub_text(one.sheet), scrub_text(why.message)) for one, why in found.leftovers),
        )
        return verdict if self._privacy is None else _judged(verdict, found, self._privacy)


def _hand_ins(path: Path, departments: Iterable[str]) -> Sequence[Submission]:
    """The file as the department in whose inbox it lies hands it in; elsewhere as each of them would."""
    parts = path.absolute().parts
    today = shanghai_day(dt.datetime.now(dt.UTC))
    if _INBOX in parts[:-2]:
        at = len(parts) - 1 - parts[::-1].index(_INBOX)
        return [Submission("", parts[at + 1], "/".join(parts[at + 1 :]), path.name, path, today)]
    return [Submission("", one, f"{one}/{path.name}", path.name, path, today) for one in sorted(departments)]


def _is_taken(found: Understood, extract: Extract) -> bool:
    """Whether a table is among those taken; of a form its records are, which are made of the tables of its sheet."""
    if found.contract.form:
        return any(one.extract.sheet == extract.sheet for one in found.conformed)
    return any(one.extract is extract for one in found.conformed)


def _judged(verdict: Verdict, found: Understood, privacy: Privacy) -> Verdict:
    (judged,) = judge(found.contract, [found], privacy)
    outcome = outcome_of(judged, "")
    rules = Counter(judged.findings["rule"].to_pylist())
    return replace(
        verdict,
        status=outcome.status,
        rows=outcome.rows_in,
        recorded=outcome.rows_recorded,
        rules=tuple(sorted(rules.items(), key=lambda one: (-one[1], one[0]))),
    )


def _refused(department: str, refusal: Refused) -> Verdict:
    return Verdict(
        department=department,
        status="refused",
        reason=scrub_text(refusal.message),
        remedy=scrub_text(refusal.remedy),
        code=refusal.code,
    )
