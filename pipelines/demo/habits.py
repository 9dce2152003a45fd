"""A clerk's habits: how one office lays out one ledger, month after month. Laying a table out so is ``layouts``."""

from __future__ import annotations

import zlib
from dataclasses import dataclass
from typing import Literal, TypeVar

import numpy as np

Option = TypeVar("Option")
Suffix = Literal["xlsx", "xls", "ods", "gb18030", "utf8"]
Dates = Literal["cell", "iso", "dots", "chinese", "slash", "compact"]
Regions = Literal["code", "names", "both"]

REGIONS: tuple[Regions, ...] = ("code", "names", "both")
"""By turns, so that even two counties use several."""

BIG = 2_500
"""Rows above which an office exports from its system as CSV: nobody types those."""


@dataclass(frozen=True)
class Habit:
    """How one office lays out one dataset.

    Attributes:
        suffix: File format; ``gb18030`` and ``utf8`` (with BOM) are CSV.
        title: A title row over the table, with the period.
        unit_line: A 填报单位 line under the title.
        groups: A two-row header with merged group heads.
        serial: A 序号 column first.
        lead: Blank rows and blank columns before the table.
        per_township: One sheet per township.
        totals: A 合计 row at the end.
        footer: 填表人 and 审核人 under the table.
        note_sheet: A further sheet that explains how to fill the form.
        unit_style: How units stand in headers, an index into the styles of ``layouts``.
        scaled: Whether amounts are written in another unit than the contract's.
        aliases: Whether columns go by their other names.
        regions: Whether villages are given by code, by names or both.
        order: Seed of the column order; 0 keeps the contract's.
        dates: How dates are written.
        months: How a period is written, an index into the styles of ``layouts``.
        thousands: Amounts as text with thousands separators.
        full_width: Amounts as text in full-width digits.
        blank: What stands for nothing.
        across: Whether a form with indicators down has the towns across.
    """

    suffix: Suffix
    title: bool
    unit_line: bool
    groups: bool
    serial: bool
    lead: tuple[int, int]
    per_township: bool
    totals: bool
    footer: bool
    note_sheet: bool
    unit_style: int
    scaled: bool
    aliases: bool
    regions: Regions
    order: int
    dates: Dates
    months: int
    thousands: bool
    full_width: bool
    blank: str
    across: bool

    @property
    def is_csv(self) -> bool:
        """Whether the file has no sheets, merges or date cells."""
        return self.suffix in ("gb18030", "utf8")


def habit_of(seed: int, dataset: str, office: str, rows: int) -> Habit:
    """The habit of one office for one dataset; the same for the same arguments.

    Args:
        seed: Seed of the whole demo.
        dataset: Which ledger.
        office: County code of the office.
        rows: Rows of a usual file; large ones are CSV or the old .xls.
    """
    rng = np.random.default_rng([seed, zlib.crc32(f"{dataset}/{office}".encode())])
    suffix = _suffix(rng, rows)
    csv = suffix in ("gb18030", "utf8")
    title = bool(rng.random() < (0.3 if csv else 0.75))
    return Habit(
        suffix=suffix,
        title=title,
        unit_line=title and bool(rng.random() < 0.6),
        groups=not csv and bool(rng.random() < 0.4),
        serial=bool(rng.random() < 0.6),
        lead=(0, 0) if csv else _pick(rng, [(0, 0), (0, 0), (0, 0), (1, 0), (0, 1), (1, 1)]),
        per_township=not csv and bool(rng.random() < 0.12),
        totals=bool(rng.random() < 0.5),
        footer=bool(rng.random() < 0.4),
        note_sheet=not csv and bool(rng.random() < 0.2),
        unit_style=int(rng.integers(0, 3)),
        scaled=bool(rng.random() < 0.25),
        aliases=bool(rng.random() < 0.5),
        regions=REGIONS[(zlib.crc32(dataset.encode()) + int(office)) % len(REGIONS)],
        order=int(rng.integers(0, 4)),
        dates=_pick(rng, ["cell", "cell", "iso", "dots", "chinese", "slash", "compact"]),
        months=int(rng.integers(0, 4)),
        thousands=bool(rng.random() < 0.2),
        full_width=bool(rng.random() < 0.12),
        blank=_pick(rng, ["", "", "", "—", "/"]),
        across=bool(rng.random() < 0.5),
    )


def _suffix(rng: np.random.Generator, rows: int) -> Suffix:
    if rows > BIG:
        return _pick(rng, ["gb18030", "gb18030", "utf8"])
    if rows > BIG // 4:
        return _pick(rng, ["gb18030", "utf8", "xls", "xls"])
    return _pick(rng, ["xlsx", "xlsx", "xlsx", "xls", "xls", "xls", "gb18030", "ods"])


def _pick(rng: np.random.Generator, options: list[Option]) -> Option:
    return options[int(rng.integers(0, len(options)))]
