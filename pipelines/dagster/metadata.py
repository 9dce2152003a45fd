"""What Dagster shows of a dataset's window: counts, findings, a preview. Private columns are not shown."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import dagster as dg

from expectations.contracts.model import Contract
from warehouse.frequency import window_end
from warehouse.periods import Month

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PREVIEW_ROWS = 8
_PREVIEW_COLUMNS = 10


def window_metadata(
    connection: "DuckDBPyConnection", contract: Contract, windows: Sequence[str]
) -> dict[str, dict[str, dg.MetadataValue[Any]]]:
    """Metadata by window.

    Args:
        connection: The warehouse.
        contract: The dataset's.
        windows: Their last months.
    """
    findings: dict[str, Counter[str]] = {window: Counter() for window in windows}
    for month, severity, count in connection.execute(
        "select period, severity, count(*) from findings where dataset = ? and period is not null group by all",
        [contract.dataset],
    ).fetchall():
        findings.setdefault(_window(month, contract), Counter())[severity] += count
    held: dict[str, Counter[str]] = {window: Counter() for window in windows}
    for month, submission, rows in connection.execute(
        f"select period, submission_id, count(*) from {contract.dataset} group by all"  # noqa: S608 - a contract's name
    ).fetchall():
        held.setdefault(_window(month, contract), Counter())[submission] += rows
    previews = _previews(connection, contract)
    return {
        window: {
            "dagster/row_count": dg.MetadataValue.int(held[window].total()),
            "submissions": dg.MetadataValue.int(len(held[window])),
            "findings": dg.MetadataValue.json(dict(findings[window])),
            "preview": dg.MetadataValue.md(_markdown(previews.get(window, []))),
        }
        for window in windows
    }


def _window(month: str, contract: Contract) -> str:
    return window_end(Month(month), contract.frequency).text


def _previews(connection: "DuckDBPyConnection", contract: Contract) -> dict[str, list[dict[str, Any]]]:
    shown = [column.name for column in contract.columns if not column.private][:_PREVIEW_COLUMNS]
    first = connection.sql(
        f"select period, region_code, {', '.join(shown)} from {contract.dataset} "  # noqa: S608 - names of the contract
        f"qualify row_number() over (partition by period order by submission_id, sheet, row) <= {_PREVIEW_ROWS}"
    )
    previews: dict[str, list[dict[str, Any]]] = {}
    for row in first.to_arrow_table().to_pylist():
        previews.setdefault(_window(row.pop("period"), contract), []).append(row)
    return {window: rows[:_PREVIEW_ROWS] for window, rows in previews.items()}


def _markdown(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no records"
    head = f"| {' | '.join(rows[0])} |\n|{'---|' * len(rows[0])}\n"
    lines = (" | ".join("" if cell is None else str(cell) for cell in row.values()) for row in rows)
    return head + "\n".join(f"| {line} |" for line in lines)
