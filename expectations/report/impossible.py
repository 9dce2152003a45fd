"""Values that cannot be: a share above 100 per cent; and which side of it is under suspicion."""

from __future__ import annotations

from expectations.report.source import Source
from warehouse.codes import DIGITS, covering
from warehouse.indicators.model import Indicator
from warehouse.relations import relations_in


def cannot_be(indicator: Indicator, value: float | None) -> bool:
    """Whether a value lies outside of what there can be."""
    low, high = indicator.valid_range
    return value is not None and ((low is not None and value < low) or (high is not None and value > high))


def suspected(source: Source, indicator: Indicator, region_code: str) -> str:
    """Which side is under suspicion, in Chinese: the one that a case of the region names, else either."""
    above = sorted({dataset for dataset, _ in relations_in(indicator.numerator)})
    below = sorted({dataset for dataset, _ in relations_in(indicator.denominator)} - set(above))
    around = {covering(region_code, level) for level in DIGITS}
    for case in source.cases:
        is_its = case["region_code"] in around or region_code in {
            covering(case["region_code"], level) for level in DIGITS
        }
        if not is_its or case["status"] == "closed":
            continue
        if case["dataset"] in below:
            return f"疑在分母：{source.dataset_title(case['dataset'])}偏少"
        if case["dataset"] in above:
            return f"疑在分子：{source.dataset_title(case['dataset'])}偏多"
    sides = [
        f"{word}（{'、'.join(source.dataset_title(name) for name in names)}）"
        for word, names in (("分子偏多", above), ("分母偏少", below))
        if names
    ]
    return "、".join(sides[:1]) + (f"，或{sides[1]}" if len(sides) > 1 else "")
