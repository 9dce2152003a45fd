"""Indicators: what they are (YAML), how they are computed from records, how their files are linted."""

from warehouse.indicators.engine import observe
from warehouse.indicators.evidence import move_evidence
from warehouse.indicators.lint import lint_indicators
from warehouse.indicators.measure import IndicatorError
from warehouse.indicators.model import Indicator, load_indicators

__all__ = [
    "Indicator",
    "IndicatorError",
    "lint_indicators",
    "load_indicators",
    "move_evidence",
    "observe",
]
