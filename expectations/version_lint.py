"""What is wrong between the versions of one dataset, which stand in several files.

What is wrong inside one file is found by ``contract_lint``; what makes versions one dataset stands in
``contracts.versions``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from expectations.contracts.model import Contract, ContractError
from expectations.contracts.reading import read_contract
from expectations.contracts.versions import Disagreement, disagreements
from expectations.routing import header_key, same_kind
from warehouse.definitions import Document, Problem, yaml_files
from warehouse.frequency import window_end, window_start
from warehouse.periods import Month


def version_problems(
    linted: Mapping[Path, tuple[Contract, Document]], roots: Sequence[Path] = ()
) -> Iterator[Problem]:
    """Problems between the files linted, and with those beside them.

    Args:
        linted: By file, the contract and where its keys stand.
        roots: Folders of contracts, of which a later one's files take the place of an earlier one's; a file that lies
            in none is taken for one of the last.
    """
    layers = _layers(linted, roots)
    known: dict[str, dict[str, Contract]] = {}
    for _, layer in sorted(layers.items()):
        found: dict[str, dict[str, Contract]] = defaultdict(dict)
        for contract in layer:
            own = found[contract.dataset]
            other = own.setdefault(contract.valid_from, contract)
            if other is not contract:
                yield from _told(linted, (contract, "", _twice(contract, other)), ("schema", "0", "name"))
        for dataset, own in found.items():
            known[dataset] = own if "" in own else known.get(dataset, {}) | own
    for versions in known.values():
        ordered = [versions[since] for since in sorted(versions)]
        found_in = (_inside_a_window(ordered), disagreements(ordered), _titles_that_changed_hands(ordered))
        for one in chain.from_iterable(found_in):
            yield from _told(linted, one, ("version",))


def _layers(
    linted: Mapping[Path, tuple[Contract, Document]], roots: Sequence[Path]
) -> dict[int, list[Contract]]:
    """Contracts by the place of their folder, those that are only beside the files linted too."""
    layers: dict[int, list[Contract]] = defaultdict(list)
    for path in sorted({*linted, *yaml_files(roots)}):
        inside = [at for at, root in enumerate(roots) if path.is_relative_to(root)]
        at = inside[-1] if inside else max(len(roots) - 1, 1)
        try:
            layers[at].append(linted[path][0] if path in linted else read_contract(path))
        except ContractError:
            continue  # told where that file itself is linted
    return layers


def _twice(contract: Contract, other: Contract) -> str:
    since = f" from {contract.valid_from}" if contract.valid_from else ""
    return f"{contract.dataset}{since} is also in {other.source}; rename one, or give it another valid_from"


def _inside_a_window(versions: Sequence[Contract]) -> Iterator[Disagreement]:
    """Versions that begin within a quarter, term or year: it would stand under either."""
    for one in versions:
        if one.valid_from:
            first = window_start(window_end(Month(one.valid_from), one.frequency), one.frequency)
            if first.text != one.valid_from:
                message = f"valid_from {one.valid_from} lies within what is handed in as one ({one.frequency}); name its first month, {first}"
                yield one, "", message


def _titles_that_changed_hands(versions: Sequence[Contract]) -> Iterator[Disagreement]:
    """Titles that mean another column than in an earlier version: a form of the wrong version would be misread."""
    for at, one in enumerate(versions):
        for column in one.columns:
            for before in versions[:at]:
                for text, other in _read_otherwise(column.name, one, before):
                    message = f"{column.name}: {text} is {other} in version {before.version}: a form of the other version would be misread; "
                    yield one, column.name, message + "choose another title, or keep the column's name"


def _read_otherwise(name: str, one: Contract, before: Contract) -> Iterator[tuple[str, str]]:
    """Titles of a column that are another column's in an earlier version, and which."""
    column = one.by_name[name]
    for text in (column.title, *column.aliases):
        key, unit = header_key(text)
        for other in before.columns:
            if other.name == name:
                continue
            for known in (other.title, *other.aliases):
                its_key, its_unit = header_key(known)
                if key == its_key and same_kind(unit or column.unit, its_unit or other.unit):
                    yield text, other.name
                    break


def _told(
    linted: Mapping[Path, tuple[Contract, Document]], found: Disagreement, where: tuple[str, ...]
) -> Iterator[Problem]:
    contract, column, message = found
    if contract.source not in linted:
        return
    document = linted[contract.source][1]
    if column:
        at = [one.name for one in contract.columns].index(column)
        where = ("schema", "0", "properties", str(at))
    yield document.problem(where, message)
