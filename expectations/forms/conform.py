"""A form's records in the types and units of its contract, and what its indicators lack.

What a ledger's contract asks of columns, a form's asks of indicators: that they are there, and in which unit.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import pandas as pd

from expectations.conform import HEADER, Conformed, RegionIndex, conform
from expectations.contracts.model import Contract, FormIndicator
from expectations.findings import drafts
from expectations.forms.words import CHANGE_RATE, code_key
from expectations.rules import Told, told
from expectations.units import conversion

if TYPE_CHECKING:
    from connectors.extract import Extract
    from expectations.routing import Route

_SHOWN = 12
"""How many indicators a finding lists."""


def conform_form(
    extract: Extract, route: Route, period: str | None, index: RegionIndex, scope: Sequence[str] = ()
) -> Conformed:
    """The records of one sheet, typed, placed, and in the units that the contract keeps.

    Args:
        extract: From ``form_extract``.
        route: From ``form_route``.
        period: The submission's month.
        index: The region tree.
        scope: As ``expectations.conform.conform``.
    """
    contract = route.contract
    conformed = conform(extract, route, period, index, scope)
    frame, found, notes = _in_units(conformed.frame, contract)
    parts = [part for part in (conformed.findings, *found, *_about_codes(frame, contract)) if len(part)]
    return replace(
        conformed,
        frame=frame,
        findings=pd.concat(parts, ignore_index=True) if parts else conformed.findings,
        notes=(*conformed.notes, *notes),
    )


def _in_units(
    frame: pd.DataFrame, contract: Contract
) -> tuple[pd.DataFrame, list[pd.DataFrame], tuple[str, ...]]:
    """Values in the units asked for; where that cannot be told, or none is printed, a finding."""
    frame = frame.copy()
    found: list[pd.DataFrame] = []
    notes: dict[str, None] = {}
    of_level = frame["basis"] != CHANGE_RATE
    for (form, code, printed), rows in frame.loc[of_level].groupby(
        ["form", "indicator_code", "unit"], dropna=False, sort=False
    ):
        asked = _asked(contract, form, code)
        unit = printed if isinstance(printed, str) else ""
        if asked is None or not asked.unit:
            found += [] if unit else [_unprinted(rows)]
            continue
        factor = conversion(unit, asked.unit) if unit else Fraction(1)
        if factor is None:
            found.append(_inconvertible(rows, unit, asked))
            continue
        frame.loc[rows.index, "value"] = rows["value"] * float(factor)
        frame.loc[rows.index, "unit"] = asked.unit
        if factor != 1:
            notes[f"「{asked.title}」由{unit}换算为{asked.unit}（×{float(factor):.10g}）。"] = None
    return frame, found, tuple(notes)


def _asked(contract: Contract, form: object, code: object) -> FormIndicator | None:
    """The indicator that the contract asks for under a code of a form."""
    if contract.form is None or not isinstance(code, str):
        return None
    fitting = (
        one
        for one in contract.form.indicators
        if one.form in str(form) and code_key(one.code) == code_key(code)
    )
    return next(fitting, None)


def _unprinted(rows: pd.DataFrame) -> pd.DataFrame:
    """One finding for all cells of an indicator: its unit is printed nowhere."""
    return _first(rows, "unit", told("unprinted_unit", title=_name(rows)))


def _inconvertible(rows: pd.DataFrame, unit: str, asked: FormIndicator) -> pd.DataFrame:
    said = told("unknown_unit", "form", title=asked.title, wanted=asked.unit, printed=unit)
    return drafts(pd.Index(rows.index), said, column="value")


def _about_codes(frame: pd.DataFrame, contract: Contract) -> Iterator[pd.DataFrame]:
    """Codes printed that nobody asks for, and indicators asked for that are not there."""
    if contract.form is None or not contract.form.indicators or not len(frame):
        return
    for (form, code), rows in frame.groupby(["form", "indicator_code"], dropna=False, sort=False):
        if _asked(contract, form, code) is None:
            named = code if isinstance(code, str) else "没有印"
            yield _first(rows, "indicator_code", told("unknown_indicator", title=_name(rows), code=named))
    given = {
        (form, code_key(code))
        for form, code in zip(frame["form"], frame["indicator_code"], strict=True)
        if isinstance(code, str)
    }
    for form in frame["form"].unique():
        lacking = [
            one
            for one in contract.form.indicators
            if one.form in form and (form, code_key(one.code)) not in given
        ]
        if lacking:
            yield _lacking(str(form), lacking)


def _lacking(form: str, lacking: Sequence[FormIndicator]) -> pd.DataFrame:
    more = f"等 {len(lacking)} 项" if len(lacking) > _SHOWN else ""
    names = "、".join(f"{one.code} {one.title}" for one in lacking[:_SHOWN])
    return drafts([HEADER], told("missing_indicator", form=form, names=names, more=more), column="form")


def _first(rows: pd.DataFrame, column: str, said: Told) -> pd.DataFrame:
    """One finding at the first cell of an indicator."""
    return drafts([int(rows.index[0])], said, column=column)


def _name(rows: pd.DataFrame) -> str:
    return str(rows["indicator"].iloc[0])
