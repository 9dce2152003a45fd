"""Factors by which a figure is off when it was written in another unit, or with its point in the wrong place.

Source: Di Zio, Guarnera and Luzi (2005), Editing Systematic Unity Measure Errors through Mixture Modelling, Survey
Methodology 31, 53-63, for telling such slips from opinions; the pairs of units are those of Chinese ledgers.
"""

from __future__ import annotations

from collections.abc import Mapping

FACTORS: Mapping[float, str] = {
    10: "小数点错一位",
    15: "亩与公顷",
    100: "百分数与小数",
    666.67: "平方米与亩",
    1000: "公斤与吨",
    10_000: "元与万元",
}
"""By factor, what is mixed up there, in Chinese."""

NEAR = 0.03
"""How far a single quotient's logarithm (base 10) may lie from a factor's to be that factor: 7 per cent."""
