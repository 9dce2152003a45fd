"""Several versions of a contract as one dataset: each holds from its month on, records lie in one table.

What is different between versions must not make two things of one column; what keeps versions from being one dataset
is told here, for loading and for linting.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from hashlib import sha256
from itertools import pairwise
from unicodedata import normalize

from expectations.contracts.model import Column, Contract, ContractError, Form

_OF_THE_DATASET = {
    "department": "domain",
    "frequency": "frequency",
    "keeps": "keeps",
    "coverage": "coverage",
    "evidence": "evidence",
    "accumulates": "accumulates",
    "resubmission": "resubmission",
}
"""What a dataset is in all its versions, by what it is called in the file."""

_OF_THE_COLUMN = {
    "type": "logicalType",
    "kind": "kind",
    "role": "role",
    "unit": "unit",
    "private": "classification",
}
"""What a column is in all versions: its values lie under one another."""

_BRACKET = re.compile(r"[(（][^()（）]*[)）]$")


def joined(versions: Sequence[Contract]) -> Contract:
    """One contract of all versions of a dataset; a single one stays as it is.

    Raises:
        ContractError: They do not make one dataset.
    """
    if len(versions) == 1 and not versions[0].valid_from:
        return versions[0]
    ordered = sorted(versions, key=lambda one: one.valid_from)
    for one, _, message in disagreements(ordered):
        raise ContractError(f"{one.source}: {message}")
    known = tuple(_knowing_all_titles(one, ordered) for one in ordered)
    newest = known[-1]
    columns = {column.name: column for column in newest.columns}
    rules = {rule.name: rule for rule in newest.rules}
    for one in reversed(known[:-1]):
        for column in one.columns:
            columns.setdefault(column.name, replace(column, required=False))
        for rule in one.rules:
            rules.setdefault(rule.name, rule)
    return replace(
        newest,
        columns=tuple(columns.values()),
        rules=tuple(rules.values()),
        form=_any_form(known),
        digest=sha256("\n".join(one.digest for one in ordered).encode()).hexdigest(),
        versions=known,
    )


def _any_form(versions: Sequence[Contract]) -> Form | None:
    """What makes a sheet one of the forms of any version; what is asked of it, the version of its month says."""
    forms = [one.form for one in versions if one.form is not None]
    if not forms:
        return None
    takes_any = not all(one.titles for one in forms)
    titles = () if takes_any else tuple(dict.fromkeys(title for one in forms for title in one.titles))
    return replace(forms[-1], titles=titles)


Disagreement = tuple[Contract, str, str]
"""The version to blame, the column it is about (blank: the whole), and what is to be done."""


def disagreements(versions: Sequence[Contract]) -> Iterator[Disagreement]:
    """Why versions, in the order of their validity, do not make one dataset."""
    first = versions[0]
    if first.valid_from:
        message = f"no version of {first.dataset} holds before {first.valid_from}; leave valid_from out of the first one"
        yield first, "", message
    for earlier, one in pairwise(versions):
        for message in (*_of_the_dataset(earlier, one), *_of_the_period(earlier, one)):
            yield one, "", message
    for at, one in enumerate(versions):
        for column in one.columns:
            for before in versions[:at]:
                yield from ((one, column.name, message) for message in _of_the_column(column, before))


def _of_the_dataset(earlier: Contract, one: Contract) -> Iterator[str]:
    if (earlier.form is None) != (one.form is None):
        yield f"form is given in one of this and version {earlier.version} only; a dataset is a ledger or one of forms"
    elif one.form and set(earlier.by_name) != set(one.by_name):
        yield f"the columns are others than in version {earlier.version}; those of forms stay, list other indicators"
    for name, called in _OF_THE_DATASET.items():
        before, now = getattr(earlier, name), getattr(one, name)
        if before != now:
            yield f"{called} is {now}, and {before} in version {earlier.version}; keep it, or make it a new dataset"
    if set(earlier.key) != set(one.key):
        yield (
            f"primaryKey is {_listed(one.key)}, and {_listed(earlier.key)} in version {earlier.version}: corrections "
            "would not find their rows; keep the key, or make it a new dataset"
        )


def _of_the_period(earlier: Contract, one: Contract) -> Iterator[str]:
    before, now = earlier.with_role("period"), one.with_role("period")
    if (before is None) != (now is None):
        yield f"a column with the role period is in one of this and version {earlier.version} only; both need it, or neither"


def _of_the_column(column: Column, before: Contract) -> Iterator[str]:
    known = before.by_name.get(column.name)
    if known is None:
        other = before.with_role(column.role) if column.role else None
        if other is not None:
            yield f"{column.name} has the role of {other.name} in version {before.version}; keep that name"
        return
    for name, called in _OF_THE_COLUMN.items():
        if getattr(known, name) != getattr(column, name):
            yield (
                f"{column.name}: {called} is {_said(column, name)}, and {_said(known, name)} in version {before.version}: "
                "its values lie in one column of the table; give it another name"
            )


def _said(column: Column, name: str) -> str:
    value = getattr(column, name)
    return ("private" if value else "not private") if name == "private" else str(value) or "none"


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


def _knowing_all_titles(one: Contract, versions: Sequence[Contract]) -> Contract:
    """A version whose columns are known by every title that any version gave them, but for those of another of its own.

    A form of last year comes in for a month of this year, and the other way round.
    """
    own = {_bare(text): column.name for column in one.columns for text in (column.title, *column.aliases)}
    columns = []
    for column in one.columns:
        others = [known for other in versions if (known := other.by_name.get(column.name)) is not None]
        texts = [text for known in others for text in (known.title, *known.aliases)]
        more = [text for text in texts if own.get(_bare(text), column.name) == column.name]
        known_by = dict.fromkeys((*column.aliases, *more))
        known_by.pop(column.title, None)
        columns.append(replace(column, aliases=tuple(known_by)))
    return replace(one, columns=tuple(columns))


def _bare(text: str) -> str:
    plain = _BRACKET.sub("", normalize("NFKC", text).strip())
    return "".join(char for char in plain.casefold() if char.isalnum())
