"""Running a form's own rules and totals over its long table. Where the rules come from, and what is a form, is found elsewhere.

A blank counts as nothing beside filled cells, as clerks leave zeros out; a side without any filled cell makes the answer null.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import fsum
from typing import Any

import pyarrow as pa

from expectations.forms.expression import Expression
from expectations.forms.rules import Relation
from expectations.forms.words import LAST_YEAR, SUBTOTAL, THIS_YEAR, TOTAL, code_key, is_additive
from warehouse.schemas import RECONCILIATIONS

CHECKS = pa.schema([*RECONCILIATIONS, *((name, pa.string()) for name in ("sheet", "cell", "handed_in_as"))])
"""Reconciliations, where the left side (of a total the total) stands (the sheet, and the cell as ``D17``), and the region
that their form speaks for."""

_CHECKED = (THIS_YEAR, LAST_YEAR)
"""Changes and their rates follow no rule of sizes, and rates of no sum."""
_SHOWN = 12
"""How many cells an instruction lists."""
Cell = Mapping[str, Any]


@dataclass
class _Line:
    """One region and year of a form: its cells by code."""

    cells: dict[str, list[Cell]] = field(default_factory=dict)

    def value(self, key: str) -> float | None:
        found = self.cells.get(key, ())
        return found[0]["value"] if len(found) == 1 else None

    def values(self, expressions: Iterable[Expression]) -> dict[str, float]:
        keys = {code_key(code) for expression in expressions for code in expression.codes}
        return {key: value for key in keys if (value := self.value(key)) is not None}


def check_relations(long: pa.Table, relations: Sequence[Relation], period: str | None = None) -> pa.Table:
    """Each relation on each region and year of the sheet that prints it.

    Args:
        long: Rows of ``expectations.forms.LONG``.
        relations: As ``printed_rules`` finds them; one without a sheet holds for all.
        period: What the rows get as their period.

    Returns:
        Rows of ``CHECKS``; ``region_code`` is the region as printed, ``instruction`` names form, codes and cells.
        ``agrees`` is null where a side is missing or a code is printed twice.
    """
    found = [
        _compared(relation, key, line, period)
        for key, line in _lines(long).items()
        for relation in relations
        if relation.sheet in ("", key[0]) and _holds_for(relation, key[3])
    ]
    return pa.Table.from_pylist(found, schema=CHECKS)


_Key = tuple[str, str, str, str, str]


def _lines(long: pa.Table) -> dict[_Key, _Line]:
    """Cells by sheet, region, basis, value column and row."""
    lines: dict[_Key, _Line] = {}
    for cell in long.to_pylist():
        if cell["basis"] in _CHECKED and cell["code"]:
            key = (cell["sheet"], cell["region"], cell["basis"], cell["item"] or "", cell["line"] or "")
            lines.setdefault(key, _Line()).cells.setdefault(code_key(cell["code"]), []).append(cell)
    return lines


def _holds_for(relation: Relation, item: str) -> bool:
    return not relation.items or any(name in item for name in relation.items)


def _compared(relation: Relation, key: _Key, line: _Line, period: str | None) -> dict[str, Any]:
    values = line.values((relation.left, relation.right))
    twice = [
        code for code in dict.fromkeys((*relation.left.codes, *relation.right.codes))
        if len(line.cells.get(code_key(code), ())) > 1
    ]  # fmt: skip
    left = None if twice else relation.left.value(values)
    right = None if twice else relation.right.value(values)
    tolerance = _tolerance(_decimals_of(relation.left, values), _decimals_of(relation.right, values))
    sheet, region, basis, item, _ = key
    agrees = _agrees(left, relation.operator, right, tolerance)
    cells = [
        line.cells.get(code_key(code), [None])[0] for code in (*relation.left.codes, *relation.right.codes)
    ]
    where = _where(next(filter(None, cells), None), sheet, region, basis, item)
    return {
        "reconciliation": f"form_rule:{sheet}:{relation}", "region_code": region, "period": period,
        "left_value": _kept(left), "operator": relation.operator, "right_value": _kept(right), "gap": _gap(left, right), "agrees": agrees,
        "instruction": f"{where}：{_said(relation, left, right, agrees, twice)}{_listed(cells)}",
        "importance": "high" if relation.operator == "=" else "medium", **_place(next(filter(None, cells), None), sheet),
    }  # fmt: skip


def _place(cell: Cell | None, sheet: str) -> dict[str, str | None]:
    return {"sheet": sheet, "cell": _place_of(cell) if cell else None}


def _place_of(cell: Cell) -> str:
    return f"{cell['column']}{cell['row']}"


def _where(cell: Cell | None, sheet: str, region: str, basis: str, item: str) -> str:
    form = cell["form"] if cell else sheet
    return f"《{form}》{region}{'' if basis == THIS_YEAR else basis}{f'（{item}）' if item else ''}"


def _said(
    relation: Relation, left: float | None, right: float | None, agrees: bool | None, twice: Sequence[str]
) -> str:
    rule = f"印在表上的关系“{relation}”"
    if twice:
        return f"{rule}没有核对，代码{'、'.join(twice)}在表上印了不止一次，请先改正代码。"
    if left is None or right is None:
        return f"{rule}没有核对，{'左边' if left is None else '右边'}没有填数。"
    if agrees:
        return f"{rule}成立。"
    return f"{rule}不成立：左边{_text(left)}，右边{_text(right)}，相差{_text(left - right)}。请核对并改正。"


def _listed(cells: Sequence[Cell | None]) -> str:
    """Code, name, value and place on the sheet of the cells, the first dozen."""
    known = list({cell["cell"]: cell for cell in cells if cell}.values())
    named = [f"{cell['code']} {cell['path']}={cell['text']}（{_place_of(cell)}）" for cell in known]
    more = f"；等{len(named)}个单元格" if len(named) > _SHOWN else ""
    return "；".join(named[:_SHOWN]) + more


def check_totals(long: pa.Table, period: str | None = None) -> pa.Table:
    """The regions' sum against each printed total, for indicators that add up (no yield, rate, price or average).

    Forms with subtotals between their regions are left out: which rows a subtotal covers is not printed.

    Args:
        long: Rows of ``expectations.forms.LONG``.
        period: What the rows get as their period.

    Returns:
        Rows of ``CHECKS``: the printed total on the left, the sum on the right. Compared exactly, then by
        the decimals that the total shows, where its parts show more.
    """
    found = [
        _total(total, parts, period)
        for total, parts in _totals(long)
        if is_additive(total["path"], total["unit"])
    ]
    return pa.Table.from_pylist(found, schema=CHECKS)


def _totals(long: pa.Table) -> Iterator[tuple[Cell, list[Cell]]]:
    """Every total with the cells it should be the sum of: those of one indicator and year over the regions."""
    along: dict[tuple[str, str, str], list[Cell]] = {}
    nested = set()
    for cell in long.to_pylist():
        if cell["line"] and cell["basis"] in _CHECKED:
            indicator = cell["column"] if cell["line"].isdigit() else str(cell["row"])
            along.setdefault((cell["sheet"], cell["basis"], indicator), []).append(cell)
            nested |= {cell["sheet"]} if SUBTOTAL.search(cell["region"]) else set()
    for (sheet, basis, _), cells in along.items():
        parts = [cell for cell in cells if not cell["is_total"]]
        for total in cells:
            if (
                total["is_total"]
                and sheet not in nested
                and TOTAL.fullmatch(total["region"])
                and (parts or basis == THIS_YEAR)
            ):
                yield total, parts


def _total(total: Cell, parts: Sequence[Cell], period: str | None) -> dict[str, Any]:
    values = [cell["value"] for cell in parts if cell["value"] is not None]
    right = fsum(values) if values else None
    left = total["value"]
    tolerance = _tolerance(
        [_decimals(left)] if left is not None else [], [_decimals(value) for value in values]
    )
    agrees = _agrees(left, "=", right, tolerance)
    where = _where(total, total["sheet"], total["region"], total["basis"], total["item"])
    name = f"{total['code'] or ''} {total['path']}".strip()
    said = _said_of_total(left, right, agrees, len(values))
    return {
        "reconciliation": f"form_total:{total['sheet']}:{total['code'] or total['cell']}",
        "region_code": total["region"], "period": period, "left_value": _kept(left), "operator": "=", "right_value": _kept(right),
        "gap": _gap(left, right), "agrees": agrees,
        "instruction": f"{where}：{name}（{_place_of(total)}）{said}", "importance": "high", **_place(total, total["sheet"]),
    }  # fmt: skip


def _said_of_total(left: float | None, right: float | None, agrees: bool | None, count: int) -> str:
    if left is None or right is None:
        return "没有核对，合计不是数字。" if left is None else "没有核对，各单位都没有填数。"
    if agrees:
        return f"与{count}个单位之和相符。"
    return f"为{_text(left)}，{count}个单位之和为{_text(right)}，相差{_text(left - right)}。请核对合计和各单位的数。"


def _agrees(left: float | None, operator: str, right: float | None, tolerance: float) -> bool | None:
    if left is None or right is None:
        return None
    gap = left - right
    near = max(tolerance, 1e-9 * max(abs(left), abs(right), 1.0))
    answers = {
        "=": abs(gap) <= near, "≥": gap >= -near, "≤": gap <= near, ">": gap > 1e-9, "<": gap < -1e-9,
    }  # fmt: skip
    return answers[operator]


def _tolerance(left: Sequence[int], right: Sequence[int]) -> float:
    """Half of the last decimal that a side of one value shows, where the other side shows more decimals.

    Args:
        left: Decimals shown by each value of the left side.
        right: The same of the right side.
    """
    for one, other in ((left, right), (right, left)):
        if len(one) == 1 and other and one[0] < max(other):
            return 0.5 * 10.0 ** -one[0] + 1e-9
    return 0.0


def _decimals_of(expression: Expression, values: Mapping[str, float]) -> list[int]:
    return [_decimals(values[key]) for code in expression.codes if (key := code_key(code)) in values]


def _decimals(value: float) -> int:
    """Decimals of a number as it is shown; the noise of binary fractions is none."""
    return len(f"{value:.6f}".rstrip("0").partition(".")[2])


def _gap(left: float | None, right: float | None) -> float | None:
    return None if left is None or right is None else _kept(left - right)


def _kept(value: float | None) -> float | None:
    """A number without the noise of binary fractions, and without the sign of nothing."""
    return None if value is None else round(value, 9) + 0.0


def _text(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")
