"""What Dagster shows of a dataset's month: counts, findings, a preview. Private columns are not shown."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import dagster as dg

from expectations.contract import Contract

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

_PREVIEW_ROWS = 8
_PREVIEW_COLUMNS = 10


def month_metadata(
    connection: "DuckDBPyConnection", contract: Contract, rows: Mapping[str, int]
) -> dict[str, dict[str, dg.MetadataValue[Any]]]:
    """Metadata by month.

    Args:
        connection: The warehouse.
        contract: The dataset's.
        rows: Records by month; these months are described.
    """
    findings: dict[str, dict[str, int]] = {}
    for month, severity, count in connection.execute(
        "select period, severity, count(*) from findings where dataset = ? group by all", [contract.dataset]
    ).fetchall():
        findings.setdefault(month, {})[severity] = count
    submissions = dict(
        connection.execute(
            f"select period, count(distinct submission_id) from {contract.dataset} group by period"  # noqa: S608 - a contract's name
        ).fetchall()
    )
    previews = _previews(connection, contract)
    return {
        month: {
            "dagster/row_count": dg.MetadataValue.int(count),
            "submissions": dg.MetadataValue.int(submissions.get(month, 0)),
            "findings": dg.MetadataValue.json(findings.get(month, {})),
            "preview": dg.MetadataValue.md(_markdown(previews.get(month, []))),
        }
        for month, count in rows.items()
    }


def _previews(connection: "DuckDBPyConnection", contract: Contract) -> dict[str, list[dict[str, Any]]]:
    shown = [column.name for column in contract.columns if not column.private][:_PREVIEW_COLUMNS]
    first = connection.sql(
        f"select period, region_code, {', '.join(shown)} from {contract.dataset} "  # noqa: S608 - names of the contract
        f"qualify row_number() over (partition by period order by submission_id, sheet, row) <= {_PREVIEW_ROWS}"
    )
    previews: dict[str, list[dict[str, Any]]] = {}
    for row in first.to_arrow_table().to_pylist():
        previews.setdefault(row.pop("period"), []).append(row)
    return previews


def _markdown(rows: list[dict[str, Any]]) -> str:
    if not rows:
        return "no records"
    head = f"| {' | '.join(rows[0])} |\n|{'---|' * len(rows[0])}\n"
    lines = (" | ".join("" if cell is None else str(cell) for cell in row.values()) for row in rows)
    return head + "\n".join(f"| {line} |" for line in lines)
