"""What is told of a drawn city: its cases, from anomalies, reconciliations, and rules of contracts that speak of padding."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pyarrow as pa

from bench.tables import city, regions
from expectations.anomalies import detect
from expectations.cases import Known, Tables, cases
from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from expectations.contracts.sources import sources
from expectations.reconciliations import load_reconciliations, reconcile
from expectations.validate import validate
from pipelines.demo.paddings import Padding
from pipelines.demo.truth import Truth
from pipelines.demo.world import World
from warehouse.engines.duckdb import DuckDB
from warehouse.indicators import load_indicators, observe
from warehouse.indicators.model import Indicator
from warehouse.relations import relations_in
from warehouse.schemas import FINDINGS

_NOW = datetime(2026, 1, 15, tzinfo=UTC)
_BESIDE = {"form_ratio": "grain_plots", "ghosts": "household_register"}
"""What a detector holds its own dataset against."""


@dataclass(frozen=True)
class Told:
    """One case.

    Attributes:
        names: Detectors, reconciliations and rules it is made of.
        datasets: What it speaks of.
        regions: Where.
        since, until: First and last month.
        certainty: How sure it is said to be.
        message: What is said first.
    """

    names: frozenset[str]
    datasets: frozenset[str]
    regions: frozenset[str]
    since: str
    until: str
    certainty: float
    message: str


@dataclass(frozen=True)
class City:
    """What cases are made of in a drawn city, what was planted there, and the seconds that looking for anomalies took."""

    tables: Tables
    known: Known
    truths: list[Truth]
    seconds: float


def looked_at(world: World, paddings: Sequence[Padding]) -> City:
    """A city with everything that speaks of padding there."""
    contracts, indicators = load_contracts(), load_indicators()
    connection, frames, truths = city(world, paddings, contracts)
    engine, facts, where = DuckDB(connection), sources(contracts), regions(world)
    observed = observe(engine, indicators, where, world.months, facts, [world.months[0][:4]])
    connection.register("observations", observed)
    started = time.perf_counter()
    anomalies = detect(engine, world.months, contracts, indicators)
    seconds = time.perf_counter() - started
    reconciliations = load_reconciliations()
    compared = reconcile(engine, reconciliations, where, world.months, facts, indicators)
    rules = pa.Table.from_pylist(list(_of_rules(frames, contracts, paddings)), schema=FINDINGS)
    tables = Tables(anomalies=anomalies, reconciliations=compared, findings=rules, regions=where)
    return City(tables, Known(contracts, indicators, reconciliations), truths, seconds)


def told(city: City) -> list[Told]:
    """The cases of a city."""
    made = cases(city.tables, city.known, now=_NOW).to_pylist()
    return [as_told(row, city.known) for row in made]


def as_told(row: Mapping[str, Any], known: Known) -> Told:
    """A row of ``cases`` by what it speaks of."""
    names = frozenset(one.split("@")[0].split("/")[0] for one in row["evidence"])
    datasets = {row["dataset"], *(_BESIDE.get(name) for name in names)} - {None}
    for name in names & known.reconciliations.keys():
        sides = known.reconciliations[name]
        datasets |= {d for side in (sides.left, sides.right) for d, _ in relations_in(side.sql)}
    if row["indicator"] in known.indicators:
        datasets |= _read_by(known.indicators[row["indicator"]])
    return Told(
        names, frozenset(datasets), frozenset([*row["regions"]] or [row["region_code"]]), row["period_from"],
        row["period_to"], row["certainty"], f"{row['title']} | {'; '.join(row['speaks_for'])[:300]}",
    )  # fmt: skip


def _read_by(indicator: Indicator) -> set[str]:
    return {d for sql in (indicator.numerator, indicator.denominator or "") for d, _ in relations_in(sql)}


def _of_rules(
    frames: Mapping[str, pd.DataFrame], contracts: Mapping[str, Contract], paddings: Sequence[Padding]
) -> Iterator[dict[str, Any]]:
    """Findings of the rules that must show something, in the last period of their dataset."""
    asked = {rule for one in paddings if one.kind.rule == "contract" for rule in one.kind.shown_by}
    for dataset in sorted({one.kind.dataset for one in paddings if one.kind.rule == "contract"}):
        frame = frames[dataset]
        frame = frame[frame["period"] == frame["period"].max()].reset_index(drop=True)
        names = [column.name for column in contracts[dataset].columns]
        typed = frame.reindex(columns=[*names, "period", "region_code"]).convert_dtypes()
        for name in names:
            if name.endswith("_on"):
                typed[name] = pd.to_datetime(typed[name])
        rules = tuple(rule for rule in contracts[dataset].rules if rule.name in asked)
        drafts = validate(typed, replace(contracts[dataset], columns=(), rules=rules))
        for rule, position in zip(drafts["rule"], drafts["position"], strict=True):
            row = frame.loc[position]
            yield {
                "finding_id": f"{rule}-{position}", "submission_id": row["submission_id"], "dataset": dataset,
                "region_code": row["region_code"], "period": row["period"], "sheet": row["sheet"],
                "row": int(row["row"]), "rule": rule, "severity": "warning", "message": rule, "status": "open",
            }  # fmt: skip
