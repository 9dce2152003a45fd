"""The region of every row: each distinct combination of code and names is looked up once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa

from expectations.conform.regions import Place, RegionIndex, Resolution, Scope
from expectations.contract import Contract
from expectations.findings import drafts, no_drafts

ROLES = {
    "code": "region_code",
    "county": "county_name",
    "township": "township_name",
    "village": "village_name",
}
_REMEDIES = {
    "unknown_region": "请按最新区划填写全称，或填 12 位地区代码。",
    "ambiguous_region": "请补填所在县（区）和乡镇，或填 12 位地区代码。",
    "region_conflict": "请核对地区代码与名称，改正错的一个。",
}


def locate(
    columns: Mapping[str, pa.Array],
    rows: int,
    contract: Contract,
    index: RegionIndex,
    scope: Scope,
    skip: frozenset[int],
) -> tuple[pa.Array, pd.DataFrame]:
    """Region codes of all rows, null where there is none, and the drafts that say why.

    Args:
        columns: Contract column to conformed texts.
        rows: Number of rows.
        contract: Its roles say which column names what.
        index: The region tree.
        scope: What the file names.
        skip: Rows that already have a finding on their code.
    """
    given = {
        part: column.name for part, role in ROLES.items() if (column := contract.with_role(role)) is not None
    }
    texts = {part: columns[name] for part, name in given.items() if name in columns}
    codes, places = _distinct(texts, rows)
    found = [index.resolve(place, scope) for place in places]
    regions = pa.array([each.code for each in found], pa.string()).take(pa.array(codes))
    return regions, _drafts(codes, places, found, given, skip)


def _distinct(texts: Mapping[str, pa.Array], rows: int) -> tuple[npt.NDArray[np.int64], list[Place]]:
    """For each row the place in the list of distinct combinations."""
    combined = np.zeros(rows, dtype=np.int64)
    firsts = np.zeros(min(rows, 1), dtype=np.int64)
    for column in texts.values():
        encoded = column.dictionary_encode()
        own = encoded.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64) + 1
        combined = combined * (len(encoded.dictionary) + 1) + own
        combined, firsts = _renumber(combined)
    picked = {part: column.take(pa.array(firsts)).to_pylist() for part, column in texts.items()}
    return combined, [
        Place(**{part: values[i] for part, values in picked.items()}) for i in range(len(firsts))
    ]


def _renumber(keys: npt.NDArray[np.int64]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Keys as places in order of appearance, and the row where each first stands."""
    codes, _ = pd.factorize(keys)
    firsts = np.unique(codes, return_index=True)[1]
    return codes.astype(np.int64), firsts.astype(np.int64)


def _drafts(
    codes: npt.NDArray[np.int64],
    places: Sequence[Place],
    found: Sequence[Resolution],
    given: Mapping[str, str],
    skip: frozenset[int],
) -> pd.DataFrame:
    wrong = np.array([bool(each.rule) for each in found], dtype=bool)
    if not wrong.any():
        return no_drafts()
    rows = np.flatnonzero(wrong[codes])
    rows = rows[~np.isin(rows, list(skip))]
    frame = pd.DataFrame({"row": rows, "place": codes[rows]})
    frame["rule"] = [found[place].rule for place in frame["place"]]
    frame["column"] = [given.get(found[place].level, "") for place in frame["place"]]
    parts = [
        drafts(
            pd.Index(group["row"]),
            column=str(column),
            rule=str(rule),
            severity="error",
            values=[_said(places[place], found[place].level) for place in group["place"]],
            message=[found[place].message for place in group["place"]],
            remedy=_REMEDIES[str(rule)],
        )
        for (rule, column), group in frame.groupby(["rule", "column"], sort=True)
    ]
    return pd.concat(parts, ignore_index=True) if parts else no_drafts()


def _said(place: Place, level: str) -> str:
    if level:
        return str(getattr(place, level) or "")
    return " ".join(part for part in (place.code, *place.names) if part)
