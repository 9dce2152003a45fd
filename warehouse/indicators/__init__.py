"""Indicators: what they are (YAML), how they are computed from records, how their files are linted."""

from warehouse.indicators.engine import observe, observe_year
from warehouse.indicators.lint import lint_indicators
from warehouse.indicators.measure import IndicatorError
from warehouse.indicators.model import Indicator, inputs_of, load_indicators

__all__ = [
    "Indicator",
    "IndicatorError",
    "inputs_of",
    "lint_indicators",
    "load_indicators",
    "observe",
    "observe_year",
]
