"""The region of every row, the places that blanks and dittos mean filled in: each distinct combination of code and names is looked up once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields, replace

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from expectations.conform.downwards import Filled, fill_down
from expectations.conform.handed_in import Located, Scopes, find, scopes
from expectations.conform.regions import Place, RegionIndex
from expectations.contracts.model import Contract
from expectations.findings import drafts, no_drafts
from expectations.rules import Told, told

_TOO_MANY = 1 << 62
"""What a combination of places must stay below to be one number."""

ROLES = {
    "code": "region_code",
    "county": "county_name",
    "township": "township_name",
    "village": "village_name",
}


@dataclass(frozen=True)
class Places:
    """Where the rows of a table are.

    Attributes:
        regions: Region codes, null where there is none.
        handed_in_as: What each row's submission speaks for with it, at the contract's level of coverage; null likewise.
        columns: Contract columns of places whose texts were filled from the rows above.
        findings: Drafts that say why a row has no region.
        filled: How many rows were filled.
    """

    regions: pa.Array
    handed_in_as: pa.Array
    columns: Mapping[str, pa.Array]
    findings: pd.DataFrame
    filled: int


def locate(
    columns: Mapping[str, pa.Array],
    starts: npt.NDArray[np.bool_],
    contract: Contract,
    index: RegionIndex,
    scope: Sequence[str],
    skip: frozenset[int],
    nowhere: Mapping[str, Collection[int]],
    periods: pa.Array,
) -> Places:
    """The region of every row.

    A row of a table that has columns of places is where these say, never where the file's name says.

    Args:
        columns: Contract column to conformed texts; only those that the table has.
        starts: One per row: whether it does not go on from the one before.
        contract: Its roles say which column names what.
        index: The region tree.
        scope: Texts that may name a region for the whole file, the nearest first.
        skip: Rows that already have a finding on their code.
        nowhere: By contract column the rows that write a dash or 无 for the place.
        periods: The month of every row, null where none is known: regions are those of that month.
    """
    given = {
        part: column.name for part, role in ROLES.items() if (column := contract.with_role(role)) is not None
    }
    texts = {part: columns[name] for part, name in given.items() if name in columns}
    dashed = {part: nowhere.get(name, ()) for part, name in given.items()}
    down = Filled(texts, 0, {}) if contract.form else fill_down(texts, starts, dashed)
    codes, places = _distinct({**down.columns, "era": _eras(periods, index)}, len(starts))
    named, by_name = scopes(tuple(scope)), bool(texts) and not contract.form
    found = [_find(place, index.at(place.era), named, contract.coverage, by_name=by_name) for place in places]
    unclear = np.array(sorted(down.unclear), dtype=np.int64)
    regions = _spread([one.code for one in found], codes, unclear)
    units = _spread([one.handed_in_as for one in found], codes, unclear)
    drafts_of_places = _drafts(codes, places, found, given, skip.union(down.unclear))
    parts = [*_unclear(down.unclear, given, contract, texts), drafts_of_places]
    return Places(
        regions=regions,
        handed_in_as=units,
        columns={given[part]: names for part, names in down.columns.items()},
        findings=pd.concat(parts, ignore_index=True) if len(parts) > 1 else drafts_of_places,
        filled=down.rows,
    )


def _find(place: Place, index: RegionIndex, scope: Scopes, level: str, *, by_name: bool) -> Located:
    if by_name and place.code is None and not any(place.names):
        return Located(None, wrong=told("unknown_region", "row"))
    return find(place, index, scope, level)


def _spread(
    codes: Sequence[str | None], places: npt.NDArray[np.int64], blank: npt.NDArray[np.int64]
) -> pa.Array:
    """The code of each row's place, none for rows whose place is not clear."""
    own = np.array(codes, dtype=object)[places]
    own[blank] = None
    return pa.array(own, pa.string())


def _eras(periods: pa.Array, index: RegionIndex) -> pa.Array:
    encoded = periods.dictionary_encode()
    own = pa.array([index.era(month) for month in encoded.dictionary.to_pylist()], pa.string())
    return own.take(encoded.indices)


def _unclear(
    rows: Mapping[int, str], given: Mapping[str, str], contract: Contract, texts: Mapping[str, pa.Array]
) -> list[pd.DataFrame]:
    """Drafts of rows whose blank or ditto may or may not mean the row above."""
    by_part: dict[str, list[int]] = defaultdict(list)
    for row, part in rows.items():
        by_part[part].append(row)
    return [
        drafts(
            sorted(own),
            told("unclear_place", title=contract.by_name[given[part]].title),
            column=given[part],
            values=[texts[part][row].as_py() or "" for row in sorted(own)],
        )
        for part, own in sorted(by_part.items())
    ]


def _distinct(texts: Mapping[str, pa.Array], rows: int) -> tuple[npt.NDArray[np.int64], list[Place]]:
    """For each row the place in the list of distinct combinations."""
    combined, below = np.zeros(rows, dtype=np.int64), 1
    for column in texts.values():
        encoded = column.dictionary_encode()
        own = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        if below * (len(encoded.dictionary) + 1) >= _TOO_MANY:
            combined, below = _renumber(combined), rows
        combined = combined * (len(encoded.dictionary) + 1) + own
        below *= len(encoded.dictionary) + 1
    combined = _renumber(combined)
    firsts = np.flatnonzero(np.diff(np.maximum.accumulate(combined), prepend=-1))
    blank = [None] * len(firsts)
    picked = {part: column.take(pa.array(firsts)).to_pylist() for part, column in texts.items()}
    given = (picked.get(field.name, blank) for field in fields(Place))
    return combined, [Place(*values) for values in zip(*given, strict=True)]


def _renumber(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Keys as places in order of appearance."""
    codes, _ = pd.factorize(keys)
    return codes.astype(np.int64)


def _drafts(
    codes: npt.NDArray[np.int64],
    places: Sequence[Place],
    found: Sequence[Located],
    given: Mapping[str, str],
    skip: frozenset[int],
) -> pd.DataFrame:
    wrong = np.array([each.wrong is not None for each in found], dtype=bool)
    if not wrong.any():
        return no_drafts()
    rows = np.flatnonzero(wrong[codes])
    rows = rows[~np.isin(rows, list(skip))]
    alike: dict[tuple[str, str, str], list[tuple[int, Told]]] = defaultdict(list)
    for row in rows.tolist():
        each = found[codes[row]]
        if each.wrong is not None:
            alike[each.wrong.rule, given.get(each.level, ""), each.level].append((row, each.wrong))
    parts = [
        _together(alike[key], [places[codes[row]] for row, _ in alike[key]], level=key[2], column=key[1])
        for key in sorted(alike)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_drafts()


def _together(
    alike: Sequence[tuple[int, Told]], places: Sequence[Place], level: str, column: str
) -> pd.DataFrame:
    """Drafts of rows that are wrong in the same rule and column, each with its own sentence."""
    said = replace(alike[0][1], message=[str(one.message) for _, one in alike])
    values = [_said(place, level) for place in places]
    return drafts([row for row, _ in alike], said, column=column, values=values)


def _said(place: Place, level: str) -> str:
    if level:
        return str(getattr(place, level) or "")
    return " ".join(part for part in (place.code, *place.names) if part)
