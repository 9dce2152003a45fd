"""Charts of the bulletin as inline SVG: the same bars, shades and intervals as in Word."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from markupsafe import Markup

from expectations.bulletin.chart import UNSEEN, Chart, Series
from expectations.report.charts import svg

_ROW, _LABELS, _PLOT, _LEGEND = 24, 190, 420, 26


def layered_bars(chart: Chart) -> Markup:
    """Series of bars from left to right, categories from top to bottom, intervals as whiskers."""
    least, most = _ends(chart)
    scale = _PLOT / ((most - least) or 1.0)

    def x(value: float) -> float:
        return _LABELS + (value - least) * scale

    parts = [_name(chart, at) for at in range(len(chart.categories))]
    for at in range(len(chart.categories)):
        start = 0.0
        for series in chart.series:
            value = series.values[at]
            if value is not None:
                parts += _bar(series, at, sorted((x(start), x(start + value))))
                parts += _whiskers(series, at, x)
                start += value
    seen = [series for series in chart.series if series.shade != UNSEEN]
    legend = list(_legend(seen, _ROW * len(chart.categories))) if len(seen) > 1 else []
    height = _ROW * len(chart.categories) + (_LEGEND if legend else 4)
    return svg(_LABELS + _PLOT + 16, height, chart.title, "bars", [*parts, *legend])


def _ends(chart: Chart) -> tuple[float, float]:
    totals = [sum(series.values[at] or 0.0 for series in chart.series) for at in range(len(chart.categories))]
    least = chart.least if chart.least is not None else min([0.0, *totals])
    return least, chart.most if chart.most is not None else max([0.0, *totals])


def _name(chart: Chart, at: int) -> Markup:
    label = chart.labels[at] if chart.labels else ""
    return Markup('<text class="label" text-anchor="end" x="{}" y="{}">{}</text>').format(
        _LABELS - 8, at * _ROW + 16, f"{chart.categories[at]}  {label}".rstrip()
    )


def _bar(series: Series, at: int, ends: list[float]) -> Iterator[Markup]:
    if series.shade != UNSEEN:
        yield Markup('<rect x="{:.1f}" y="{}" width="{:.1f}" height="15" style="fill:#{}"/>').format(
            ends[0], at * _ROW + 4, max(ends[1] - ends[0], 0.5), series.shade
        )


def _whiskers(series: Series, at: int, x: Callable[[float], float]) -> Iterator[Markup]:
    low, high = (side[at] if side else None for side in (series.low, series.high))
    if low is not None and high is not None:
        yield Markup(
            '<path d="M{0:.1f} {2}V{3}M{0:.1f} {4}H{1:.1f}M{1:.1f} {2}V{3}" style="fill:none;stroke:#000"/>'
        ).format(x(low), x(high), at * _ROW + 8, at * _ROW + 15, at * _ROW + 11.5)


def _legend(series: list[Series], y: int) -> Iterator[Markup]:
    for at, one in enumerate(series):
        left = _LABELS + at * 110
        yield Markup('<rect x="{}" y="{}" width="12" height="12" style="fill:#{}"/>').format(
            left, y + 8, one.shade
        )
        yield Markup('<text x="{}" y="{}">{}</text>').format(left + 18, y + 18, one.name)
