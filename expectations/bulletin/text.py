"""How the bulletin writes figures and lists: the same in a sentence, a table and a chart."""

from __future__ import annotations

from collections.abc import Sequence


def points(value: float | None) -> str:
    """Points with two decimals; a dash for none."""
    return "—" if value is None else f"{value:.2f}"


def moved(value: float | None, digits: int = 2) -> str:
    """A change with its sign; a dash for none."""
    return "—" if value is None else f"{round(value, digits) + 0.0:+.{digits}f}"


def percent(part: float | None, whole: float = 1.0) -> str:
    """A share as per cent with one decimal; a dash where there is nothing to share."""
    return "—" if part is None or not whole else f"{100 * part / whole:.1f}%"


def listed(names: Sequence[str], most: int = 12) -> str:
    """Names one after the other, and how many there are where not all are named."""
    shown = "、".join(names[:most])
    return shown if len(names) <= most else f"{shown}等 {len(names)} 个"


def interval(low: float | None, high: float | None, digits: int = 1) -> str:
    """Both ends of an interval, one where they are the same; blank for none."""
    if low is None or high is None:
        return ""
    ends = f"{low:.{digits}f}", f"{high:.{digits}f}"
    return ends[0] if ends[0] == ends[1] else "–".join(ends)


def with_unit(title: str, unit: str) -> str:
    """An indicator's title with its unit; figures in per cent carry theirs themselves."""
    return title if unit == "%" else f"{title}（{unit}）"
