"""Cases from tables: what speaks of the same is one, weighed, worded, and carried on from the load before."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

import pyarrow as pa

from expectations.cases.against import Doubts
from expectations.cases.evidence import MOST_RECORDS, Evidence, Known, evidence
from expectations.cases.grouping import grouped, region_of
from expectations.cases.life import decided, ended, identified
from expectations.cases.places import Places
from expectations.cases.stake import Money, Schemes, stake
from expectations.cases.wording import asked_of, reasons, title
from warehouse import schemas
from warehouse.ledger import CaseDecision

IMPORTANT = 0.5
"""Importance from which a case is to be seen to first."""


@dataclass(frozen=True)
class Tables:
    """What cases are made of, each in the schema of its name; those left out are empty."""

    anomalies: pa.Table = field(default_factory=schemas.ANOMALIES.empty_table)
    reconciliations: pa.Table = field(default_factory=schemas.RECONCILIATIONS.empty_table)
    findings: pa.Table = field(default_factory=schemas.FINDINGS.empty_table)
    regions: pa.Table = field(default_factory=schemas.REGIONS.empty_table)
    hand_ins: pa.Table = field(default_factory=schemas.HAND_INS.empty_table)
    verifications: pa.Table = field(default_factory=schemas.VERIFICATIONS.empty_table)
    submissions: pa.Table = field(default_factory=schemas.SUBMISSIONS.empty_table)
    before: pa.Table = field(default_factory=schemas.CASES.empty_table)


def no_money(_dataset: str, _records: Sequence[str]) -> None:
    """What rows were paid, where nobody can tell."""


def cases(
    tables: Tables,
    known: Known,
    *,
    now: dt.datetime,
    schemes: Schemes | None = None,
    decisions: Mapping[str, Sequence[CaseDecision]] | None = None,
    money: Money = no_money,
) -> pa.Table:
    """What a person is to act on.

    Args:
        tables: Anomalies, reconciliations and findings of all months; what doubts them; the cases as they were.
        known: Contracts, indicators, reconciliations, catalogue and calibration.
        now: UTC: since when a case is known that is told for the first time.
        schemes: How regions are scored.
        decisions: By case, what people decided, in order.
        money: What rows were paid.

    Returns:
        ``warehouse.schemas.CASES``: the open ones by importance, those closed last.
    """
    every = evidence(known, tables.anomalies, tables.reconciliations, tables.findings)
    places = Places(tables.regions)
    doubts = Doubts(every, places, tables.hand_ins, tables.verifications)
    scored = schemes or Schemes(schemas.SCORES.empty_table())
    told = [
        _row(group, known, places, doubts, scored, money) for group in grouped(every, known.contracts, places)
    ]
    told = [row for row in told if row["certainty"] >= known.certainty.least]
    before = tables.before.to_pylist()
    rows = [
        _doubted(decided(row, (decisions or {}).get(row["case_id"], ())), known)
        for row in identified(told, before, now)
    ]
    rows.sort(key=lambda row: (-row["importance"], row["region_code"], row["case_id"]))
    return pa.Table.from_pylist([*rows, *ended(before, rows, tables.submissions)], schema=schemas.CASES)


def _row(
    group: Sequence[Evidence], known: Known, places: Places, doubts: Doubts, schemes: Schemes, money: Money
) -> dict[str, Any]:
    order = list(known.catalogue.kinds)
    first = min(group, key=lambda one: (one.period, order.index(one.entry.kind)))
    kind = known.catalogue.kinds[first.entry.kind]
    records = list(dict.fromkeys(record for one in group for record in one.records))[:MOST_RECORDS]
    against = list(doubts.against(group))
    certainty = known.certainty.together(
        ((one.name, one.certainty) for one in group), [name for name, _ in against]
    )
    worth = stake(group, records, known, places, schemes, money)
    region = region_of(group)
    return {
        "kind": first.entry.kind,
        "title": title(group, known, places),
        "dataset": first.dataset or None,
        "indicator": first.indicator or None,
        "region_code": region,
        "regions": sorted({one.region_code for one in group} - {region}),
        "period_from": min(one.period for one in group),
        "period_to": max(one.period for one in group),
        "certainty": certainty,
        "importance": round(certainty * worth.band, 3),
        "is_high": certainty * worth.band >= IMPORTANT,
        "stake": worth.text or None,
        "stake_points": worth.points,
        "stake_yuan": worth.yuan,
        "crosses_target": worth.crosses,
        "action": kind.action,
        "question": kind.question,
        "asked_of": asked_of(first, kind, known, places, region),
        "speaks_for": [*doubts.in_favour(group), *reasons(group, places)],
        "speaks_against": [text for _, text in against],
        "evidence": [one.id for one in sorted(group, key=lambda one: (-one.certainty, one.id))],
        "records_count": _concerned(group, records),
        "records": records,
        "digest": _digest(group),
    }


def _concerned(group: Sequence[Evidence], records: Sequence[str]) -> int | None:
    """Rows concerned: those named, or where a source says more, the most that one source counts in one region and month."""
    counts: dict[str, int] = {}
    for one in group:
        if one.records_count is not None:
            counts[one.name] = counts.get(one.name, 0) + one.records_count
    return max([len(records), *counts.values()]) if counts else None


def _digest(group: Sequence[Evidence]) -> str:
    """Of the data that the evidence rests on; not of what others' data make one expect."""
    return sha256("\n".join(sorted(_facts(group))).encode()).hexdigest()[:16]


def _facts(group: Sequence[Evidence]) -> Iterator[str]:
    for one in group:
        value = "" if one.value is None else f"{one.value:.6g}"
        yield f"{one.id} {value} {one.n or ''} {one.records_count or ''}"


def _doubted(row: dict[str, Any], known: Known) -> dict[str, Any]:
    """An explanation speaks against, as long as the data are those that were explained."""
    if row["status"] != "explained":
        return row
    certainty = known.certainty.together([(row["kind"], row["certainty"])], ["explained"])
    importance = round(row["importance"] * certainty / row["certainty"], 3)
    return row | {
        "certainty": certainty,
        "importance": importance,
        "is_high": importance >= IMPORTANT,
        "speaks_against": [*row["speaks_against"], row["reason"]],
    }
