"""What a home holds against what the demo's acts must have come to; the faults and paddings are looked for elsewhere."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_FILE = """
select status, submission_id from submissions where sender_path = ?
"""
_NEAR = 1e-6


def acts_amiss(connection: DuckDBPyConnection, acts: Iterable[Mapping[str, Any]]) -> dict[str, list[str]]:
    """By the note of each act that did not come to what it must, what differs.

    Args:
        connection: A loaded home's tables.
        acts: As ``demo_truth.json`` has them (``truth.Act``).
    """
    found = {}
    for act in acts:
        amiss = [*_files(connection, act), *_stands(connection, act)]
        if amiss:
            found[f"{act['kind']} {act['files'][0]['file']}"] = amiss
    return found


def _files(connection: DuckDBPyConnection, act: Mapping[str, Any]) -> Iterator[str]:
    for file in act["files"]:
        rows = connection.execute(_FILE, [file["file"]]).fetchall()
        if len(rows) != 1:
            yield f"{file['file']}: {len(rows)} submissions"
            continue
        ((status, submission_id),) = rows
        if status != file["status"]:
            yield f"{file['file']}: {status}, not {file['status']}"
        counted = _one(
            connection, f"from {act['dataset']} where submission_id = ?", "count(*)", submission_id
        )
        if counted != file["rows"]:
            yield f"{file['file']}: {counted} rows in force, not {file['rows']}"
        told = _one(
            connection,
            "from findings where submission_id = ? and rule = ?",
            "count(*)",
            submission_id,
            file["rule"],
        )
        if file["rule"] and not told:
            yield f"{file['file']}: no finding {file['rule']}"


def _stands(connection: DuckDBPyConnection, act: Mapping[str, Any]) -> Iterator[str]:
    for stand in act["stands"]:
        region, period = stand["region_code"], stand["period"]
        where = f"from {act['dataset']} where starts_with(region_code, ?) and period = ?"
        inside = region[:6] if region.endswith("000000") else region[:9]
        counted = _one(connection, where, "count(*)", inside, period)
        if counted != stand["rows"]:
            yield f"{region} {period}: {counted} rows, not {stand['rows']}"
        elif stand["figure"]:
            total = _one(connection, where, f"coalesce(sum({stand['figure']}), 0)", inside, period)
            if not math.isclose(float(total), stand["total"], rel_tol=_NEAR):
                yield f"{region} {period}: {stand['figure']} {total}, not {stand['total']}"
        if stand["zero"]:
            value = _one(
                connection,
                "from observations where indicator = ? and region_code = ? and period = ?",
                "any_value(value)", stand["zero"], region, period,
            )  # fmt: skip
            if value != 0:
                yield f"{region} {period}: {stand['zero']} {value}, not 0"


def _one(connection: DuckDBPyConnection, source: str, what: str, *parameters: object) -> Any:
    ((value,),) = connection.execute(f"select {what} {source}", list(parameters)).fetchall()
    return value
