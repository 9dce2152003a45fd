"""A chart as facts: horizontal bars, one category below the other. How it is drawn, in Word or on a page, is theirs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

DARK, MIDDLE, LIGHT, UNSEEN = "404040", "8C8C8C", "D0D0D0", ""
"""Shades that stay apart when printed in grey, by their code; the last is not drawn: it only holds the place of a gap."""


@dataclass(frozen=True)
class Series:
    """Bars of one shade.

    Attributes:
        name: What they are, in Chinese; blank where it needs no saying.
        values: By category; None where there is none.
        shade: One of ``DARK``, ``MIDDLE``, ``LIGHT``, ``UNSEEN``.
        low, high: Intervals of the values, where they have some.
    """

    name: str
    values: Sequence[float | None]
    shade: str = DARK
    low: Sequence[float | None] = ()
    high: Sequence[float | None] = ()


@dataclass(frozen=True)
class Chart:
    """Series of bars over the same categories, stacked where there are several.

    Attributes:
        name: What a template calls it.
        title: In Chinese, with the unit.
        categories: Names from top to bottom.
        series: From left to right.
        least, most: Ends of the axis; None to fit.
        is_scaled: Whether the axis is numbered; not where labels say it all.
        labels: What is written beside each category's bars.
    """

    name: str
    title: str
    categories: Sequence[str]
    series: Sequence[Series]
    least: float | None = None
    most: float | None = None
    is_scaled: bool = True
    labels: Sequence[str] = field(default=())
