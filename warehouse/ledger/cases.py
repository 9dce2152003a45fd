"""What people decided about cases, added one after another; none is changed. What a decision does stands elsewhere."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select

from warehouse.ledger.models import CaseDecisionRow
from warehouse.ledger.values import CaseDecision

_COLUMNS = (
    CaseDecisionRow.case_id,
    CaseDecisionRow.status,
    CaseDecisionRow.reason,
    CaseDecisionRow.digest,
    CaseDecisionRow.decided_at,
    CaseDecisionRow.decided_by,
)


def decide(connection: Connection, decision: CaseDecision) -> None:
    """Add a decision."""
    last = connection.scalar(select(func.max(CaseDecisionRow.number))) or 0
    values = {
        "number": last + 1,
        "case_id": decision.case_id,
        "status": decision.status,
        "reason": decision.reason,
        "digest": decision.digest,
        "decided_at": decision.decided_at,
        "decided_by": decision.decided_by,
    }
    connection.execute(insert(CaseDecisionRow).values(values))


def decisions(connection: Connection) -> dict[str, list[CaseDecision]]:
    """By case, its decisions in their order."""
    found: dict[str, list[CaseDecision]] = {}
    for row in connection.execute(select(*_COLUMNS).order_by(CaseDecisionRow.number)):
        found.setdefault(row.case_id, []).append(CaseDecision(*row))
    return found
