"""What is told of a city: anomalies and reconciliations that do not agree, and rules of contracts that speak of padding."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import pandas as pd
import pyarrow as pa

from bench.tables import city, regions
from expectations.anomalies import detect
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


@dataclass(frozen=True)
class Told:
    """One thing that a person is told.

    Attributes:
        names: Detectors, reconciliations and rules it is made of.
        datasets: What it speaks of.
        region_code: Where.
        since, until: First and last month.
        is_high: Whether it is shown as urgent.
        certainty: How sure it is said to be.
        message: What is said.
    """

    names: frozenset[str]
    datasets: frozenset[str]
    region_code: str
    since: str
    until: str
    is_high: bool
    certainty: float
    message: str


def told(world: World, paddings: Sequence[Padding]) -> tuple[list[Told], list[Truth], float]:
    """What is told of a city, what was planted in it, and the seconds that looking for anomalies took."""
    contracts, indicators = load_contracts(), load_indicators()
    connection, frames, truths = city(world, paddings, contracts)
    engine, facts, where = DuckDB(connection), sources(contracts), regions(world)
    observed = observe(engine, indicators, where, world.months, facts, [world.months[0][:4]])
    connection.register("observations", observed)
    started = time.perf_counter()
    anomalies = detect(engine, world.months, contracts, indicators)
    seconds = time.perf_counter() - started
    compared = reconcile(engine, load_reconciliations(), where, world.months, facts, indicators)
    tells = [
        *_of_anomalies(anomalies, indicators),
        *_of_reconciliations(compared, indicators),
        *_of_rules(frames, contracts, paddings),
    ]
    return tells, truths, seconds


_BESIDE = {"form_ratio": "grain_plots", "ghosts": "household_register"}
"""What a detector holds its own dataset against."""
_NOTES = frozenset({"rounding"})
"""Said for information, and no accusation."""


def _read_by(indicator: Indicator) -> set[str]:
    return {d for sql in (indicator.numerator, indicator.denominator or "") for d, _ in relations_in(sql)}


def _of_anomalies(anomalies: pa.Table, indicators: Mapping[str, Indicator]) -> Iterator[Told]:
    for row in anomalies.to_pylist():
        if row["detector"] in _NOTES:
            continue
        indicator = indicators.get(row["indicator"])
        read = _read_by(indicator) if indicator else set()
        datasets = {row["dataset"], _BESIDE.get(row["detector"])} - {None, ""} | (
            read if not row["dataset"] else set()
        )
        yield Told(
            frozenset({row["detector"]}), frozenset(datasets), row["region_code"], row["period"],
            row["period"], True, 1.0, f"{row['subject']} {row['indicator']} {row['message']}",
        )  # fmt: skip


def _of_reconciliations(compared: pa.Table, indicators: Mapping[str, Indicator]) -> Iterator[Told]:
    definitions = load_reconciliations()
    for row in compared.to_pylist():
        name = row["reconciliation"].split("/")[0]
        if row["agrees"] is not False or row["importance"] == "low":
            continue
        definition = definitions[name]
        read = {d for side in (definition.left, definition.right) for d, _ in relations_in(side.sql)}
        said = name
        if name == "claim_vs_observation":
            claimed = indicators[row["reconciliation"].split("/")[1]]
            said = "claims_above_records"
            read = {"self_assessment", *_read_by(claimed)}
        yield Told(
            frozenset({said}), frozenset(read), row["region_code"], row["period"], row["period"],
            row["importance"] == "high", 1.0, f"{row['reconciliation']} {row['instruction']}",
        )  # fmt: skip


def _of_rules(
    frames: Mapping[str, pd.DataFrame], contracts: Mapping[str, Contract], paddings: Sequence[Padding]
) -> Iterator[Told]:
    """What contracts say of the datasets in which a rule must show something, in their last period."""
    rules = {rule for one in paddings if one.kind.rule == "contract" for rule in one.kind.shown_by}
    for dataset in sorted({one.kind.dataset for one in paddings if one.kind.rule == "contract"}):
        frame = frames[dataset]
        frame = frame[frame["period"] == frame["period"].max()].reset_index(drop=True)
        names = [column.name for column in contracts[dataset].columns]
        typed = frame.reindex(columns=[*names, "period", "region_code"]).convert_dtypes()
        for name in names:
            if name.endswith("_on"):
                typed[name] = pd.to_datetime(typed[name])
        asked = [rule for rule in contracts[dataset].rules if rule.name in rules]
        drafts = validate(typed, replace(contracts[dataset], columns=(), rules=tuple(asked)))
        for rule, positions in drafts.groupby("rule")["position"]:
            towns = frame.loc[positions, "region_code"].str[:9].value_counts()
            for town, n in towns.items():
                yield Told(
                    frozenset({str(rule)}), frozenset({dataset}), f"{town}000", frame.at[0, "period"],
                    frame.at[0, "period"], True, 1.0, f"{rule} {n} rows",
                )  # fmt: skip
