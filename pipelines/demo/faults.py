"""Faults of cells and rows: what a tired clerk types wrong, each with the finding it must cause.

What a whole region does on purpose is ``padding``; files that are wrong as a whole are ``wrong``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from expectations.contracts.model import Column, Contract
from expectations.rules import Severity
from pipelines.demo.cells import Cell, cell_writer
from pipelines.demo.habits import Habit
from pipelines.demo.layouts import written_columns
from pipelines.demo.slips_of_the_pen import SLIPS

UNKNOWN_VILLAGE = "无名山村"


@dataclass(frozen=True)
class Fault:
    """One fault at a position of a frame.

    Attributes:
        kind: What was done.
        rule: The finding it must cause.
        severity: That finding's.
        position: Row of the frame.
        column: Contract column; empty when the row as a whole is meant.
    """

    kind: str
    rule: str
    severity: Severity
    position: int
    column: str


@dataclass(frozen=True)
class Spoiled:
    """A frame with faults: the rows (a doubled row is added at the end), cells typed otherwise, and the faults."""

    frame: pd.DataFrame
    typed: dict[tuple[int, str], Cell]
    faults: list[Fault]

    @property
    def lost(self) -> frozenset[int]:
        """Positions of rows that must be sent back."""
        return frozenset(fault.position for fault in self.faults if fault.severity == "error")


def unspoiled(frame: pd.DataFrame) -> Spoiled:
    """A frame without faults."""
    return Spoiled(frame, {}, [])


@dataclass(frozen=True)
class _Way:
    """One way to spoil a cell: which columns it fits, and what is typed instead of the value."""

    kind: str
    rule: str
    fits: Callable[[Column, Habit], bool]
    typed: Callable[[Column, Habit, object], Cell]


_NEVER_BLANK = frozenset({"cleared_on"})
"""Columns of which a blank breaks a rule in every row that has a value: a fault there would be two."""


def _lost_digits(column: Column, habit: Habit, value: object) -> Cell:
    text = str(value)
    return f"{text[0]}.{text[1:6]}E+17" if habit.is_csv else int(text[:15] + "000")


def _bad_check(column: Column, habit: Habit, value: object) -> Cell:
    text = str(value)
    return text[:-1] + ("7" if text[-1] != "7" else "2")


def _beyond(column: Column, habit: Habit, value: object) -> Cell:
    write = cell_writer(column, habit)
    if column.maximum is not None and column.maximum <= 10_000:
        return write(int(column.maximum * 3 + 7) if column.type == "integer" else column.maximum * 3 + 7)
    return write(
        int((column.minimum or 0) - 5) if column.type == "integer" else (column.minimum or 0.0) - 5.5
    )


_WAYS = (
    _Way("resident_id_check", "resident_id_check", lambda c, h: c.kind == "resident_id", _bad_check),
    _Way("lost_digits", "number_lost_digits", lambda c, h: c.kind == "resident_id", _lost_digits),
    _Way("credit_code_check", "credit_code_check", lambda c, h: c.kind == "credit_code", _bad_check),
    _Way(
        "unknown_code",
        "unknown_region",
        lambda c, h: c.role == "region_code" and h.regions != "names",
        lambda c, h, value: f"{str(value)[:6]}999{str(value)[9:]}",
    ),
    _Way(
        "unknown_village",
        "unknown_region",
        lambda c, h: c.role == "village_name" and h.regions == "names",
        lambda c, h, value: UNKNOWN_VILLAGE,
    ),
    _Way(
        "misspelt_village",
        "unknown_region",
        lambda c, h: c.role == "village_name" and h.regions == "names",
        lambda c, h, value: f"{str(value)[:1]}圪{str(value)[2:]}",
    ),
    _Way(
        "impossible_date",
        "unparsed_date",
        lambda c, h: c.type == "date" and c.name not in _NEVER_BLANK,
        lambda c, h, value: "2025-02-30",
    ),
    _Way(
        "no_number",
        "unparsed_number",
        lambda c, h: c.type in ("number", "integer") and not c.key and not c.value_aliases,
        lambda c, h, value: "12..5",
    ),
    _Way(
        "out_of_range",
        "out_of_range",
        lambda c, h: c.type in ("number", "integer") and not c.key and c.minimum is not None,
        _beyond,
    ),
    _Way(
        "not_allowed", "not_allowed", lambda c, h: bool(c.enum) and not c.key, lambda c, h, value: "其它情形"
    ),
    _Way("missing", "missing", lambda c, h: c.required and c.type != "boolean", lambda c, h, value: None),
)


_AS_BLANK = frozenset({"unparsed_number", "unparsed_date"})


class Spoiler:
    """Spoils hand-ins in turn, so that every kind of fault a dataset allows comes up before one is repeated."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._rng = rng
        self._turn: dict[str, int] = {}

    def state(self) -> tuple[Mapping[str, Any], Mapping[str, int]]:
        """Where it stands, to go back to."""
        return self._rng.bit_generator.state, dict(self._turn)

    def go_back(self, state: tuple[Mapping[str, Any], Mapping[str, int]]) -> None:
        """Stand where it stood."""
        self._rng.bit_generator.state, self._turn = state[0], dict(state[1])

    def spoil(self, frame: pd.DataFrame, contract: Contract, habit: Habit, count: int) -> Spoiled:
        """The frame with up to ``count`` faults, one a row, in at most a fifth of the rows."""
        columns = [c for c in written_columns(contract, habit, frame) if c.role != "period"]
        spoiled = unspoiled(frame)
        free = self._rng.permutation(len(frame)).tolist()
        for _ in range(min(count, len(frame) // 5)):
            spoiled = self._once(spoiled, contract, columns, habit, free)
        return spoiled

    def _once(
        self, spoiled: Spoiled, contract: Contract, columns: Sequence[Column], habit: Habit, free: list[int]
    ) -> Spoiled:
        options = 1 + len(_WAYS) + len(SLIPS.get(contract.dataset, ()))
        for _ in range(options):
            turn = self._turn.get(contract.dataset, 0)
            self._turn[contract.dataset] = turn + 1
            done = self._try(turn % options, spoiled, contract, columns, habit, free)
            if done is not None:
                return done
        return spoiled

    def _try(
        self,
        option: int,
        spoiled: Spoiled,
        contract: Contract,
        columns: Sequence[Column],
        habit: Habit,
        free: list[int],
    ) -> Spoiled | None:
        if option == 0:
            return _doubled(spoiled, contract, free)
        if option <= len(_WAYS):
            return self._mistyped(_WAYS[option - 1], spoiled, columns, habit, free)
        slip = SLIPS[contract.dataset][option - 1 - len(_WAYS)]
        column = contract.by_name[slip.column]
        if column not in columns:
            return None
        for position in free:
            row = {str(key): value for key, value in spoiled.frame.iloc[position].items()}
            if slip.fits(row):
                cell = cell_writer(column, habit)(slip.value(row))
                fault = Fault(slip.rule, slip.rule, slip.severity, position, column.name)
                return _with(spoiled, fault, cell, free)
        return None

    def _mistyped(
        self, way: _Way, spoiled: Spoiled, columns: Sequence[Column], habit: Habit, free: list[int]
    ) -> Spoiled | None:
        fitting = [column for column in columns if way.fits(column, habit)]
        if not fitting:
            return None
        column = fitting[int(self._rng.integers(0, len(fitting)))]
        values = spoiled.frame[column.name]
        for position in free:
            value = values.iloc[position]
            if not _blank(value):
                if way.kind == "lost_digits" and str(value).endswith("X"):
                    continue
                fault = Fault(way.kind, way.rule, _severity(way, column), position, column.name)
                return _with(spoiled, fault, way.typed(column, habit, value), free)
        return None


def _severity(way: _Way, column: Column) -> Severity:
    """What cannot be read where a blank would pass passes as a blank, with a warning."""
    needed = column.required or column.key or column.role != ""
    return "warning" if way.rule in _AS_BLANK and not needed else "error"


def _blank(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _with(spoiled: Spoiled, fault: Fault, cell: Cell, free: list[int]) -> Spoiled:
    free.remove(fault.position)
    typed = spoiled.typed | {(fault.position, fault.column): cell}
    return Spoiled(spoiled.frame, typed, [*spoiled.faults, fault])


def _doubled(spoiled: Spoiled, contract: Contract, free: list[int]) -> Spoiled | None:
    """One row entered twice, the second time at the end."""
    rule = "duplicate_key"
    if not contract.key:
        unique = [r.name for r in contract.rules if r.expectation == "expect_compound_columns_to_be_unique"]
        if not unique:
            return None
        rule = unique[0]
    if not free:
        return None
    position = free.pop()
    frame = pd.concat([spoiled.frame, spoiled.frame.iloc[[position]]], ignore_index=True)
    # Of rows with one key the first stays, the later one is wrong.
    fault = Fault("duplicate_key", rule, "error", len(frame) - 1, contract.key[0] if contract.key else "")
    return Spoiled(frame, spoiled.typed, [*spoiled.faults, fault])
