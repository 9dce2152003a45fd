"""Cases for people: listed, shown whole, decided; the audit log has a decision first, the next load brings it to the table."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from expectations.cases.life import DECISIONS, STATUSES, decided, told
from expectations.cases.reading import AT_HAND, files_of, in_turn, listed, rows_of
from pipelines.answers.claims import digits_of
from pipelines.home.lock import PATIENCE, writing
from warehouse.ledger import CaseDecision

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

    from pipelines.home.site import Site

Row = dict[str, Any]
EVERY = "all"


class NoSuchCase(LookupError):
    """No case, or more than one, is called so."""


class NotDecided(ValueError):
    """A decision that is not taken; the message says why and what to do."""


@dataclass(frozen=True)
class Wanted:
    """Which cases.

    Attributes:
        region: Only inside this region, by code or name.
        kind: Only of this kind of the catalogue.
        status: Only of this status; ``all``; None for those there is something to do about.
        least: Only those at least so sure.
    """

    region: str | None = None
    kind: str | None = None
    status: str | None = None
    least: float = 0.0


def cases_of(site: Site, connection: DuckDBPyConnection, wanted: Wanted) -> list[Row]:
    """Cases by importance, no more than three of one county before the next, as the last decisions leave them.

    Raises:
        NoSuchRegion: No region is called so, or several are.
    """
    within = "" if wanted.region is None else digits_of(connection, wanted.region)
    statuses = {None: AT_HAND, EVERY: tuple(STATUSES)}.get(wanted.status, (wanted.status,))
    return in_turn(
        row
        for row in _as_decided(site, connection)
        if row["region_code"].startswith(within)
        and wanted.kind in (None, row["kind"])
        and row["status"] in statuses
        and row["certainty"] >= wanted.least
    )


def case_of(site: Site, connection: DuckDBPyConnection, case_id: str) -> Row:
    """One case by its id or the beginning of it, with ``rows``, ``files`` and ``decisions``.

    Raises:
        NoSuchCase: None is called so, or several are.
    """
    row = _named(_as_decided(site, connection), case_id)
    decisions = site.ledger.case_decisions().get(row["case_id"], [])
    return row | {
        "rows": rows_of(connection, row),
        "files": files_of(connection, [row], site.contracts).get(row["case_id"], []),
        "decisions": [told(one) for one in decisions],
    }


def decide(site: Site, connection: DuckDBPyConnection, case_id: str, status: str, reason: str) -> Row:
    """Note what is decided about a case; it holds until the case's data change.

    Raises:
        NoSuchCase: None is called so, or several are.
        NotDecided: No reason, no such decision, or the case is closed.
        HomeError: Something else is writing into this home and does not end.
    """
    if status not in DECISIONS:
        raise NotDecided(f"{status} 不是一种处理；可以是 {'、'.join(DECISIONS)}")
    if not reason.strip():
        raise NotDecided("请用 --reason 说明理由")
    row = _named(_as_decided(site, connection), case_id)
    if row["status"] == "closed":
        raise NotDecided(f"案件 {row['case_id']} 已了结：{row['reason']}")
    with (
        writing(site.home, "cases decide", PATIENCE),
        site.audit.act(f"case {status}", row["case_id"], reason.strip()) as entry,
    ):
        decision = CaseDecision(
            row["case_id"], status, reason.strip(), row["digest"], dt.datetime.now(dt.UTC), entry.who
        )
        site.ledger.decide_case(decision)
    return row | {"status": status, "status_word": STATUSES[status], "reason": told(decision)}


def _as_decided(site: Site, connection: DuckDBPyConnection) -> list[Row]:
    """The cases of a release under the decisions of today."""
    decisions = site.ledger.case_decisions()
    return [
        row if row["status"] == "closed" else _with_word(decided(row, decisions.get(row["case_id"], ())))
        for row in listed(connection)
    ]


def _with_word(row: Row) -> Row:
    return row | {"status_word": STATUSES[row["status"]]}


def _named(rows: Sequence[Mapping[str, Any]], case_id: str) -> Row:
    found = [dict(row) for row in rows if row["case_id"].startswith(case_id)] if case_id else []
    if len(found) == 1:
        return found[0]
    if not found:
        raise NoSuchCase(f"没有编号为 {case_id} 的案件；shiji cases list --status all 列出全部")
    raise NoSuchCase(f"{case_id} 开头的案件不止一个：{'、'.join(row['case_id'] for row in found[:10])}")
