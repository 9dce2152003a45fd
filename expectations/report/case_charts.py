"""Two charts of a case: its figure month by month within what its peers are, and where it lies among them.

What is drawn is decided by ``case_series``; colours come from the style sheet, and every mark carries a text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from statistics import median, quantiles

from markupsafe import Markup

from expectations.office_words import month_label, number
from expectations.report.charts import svg

_WIDTH, _LEFT, _RIGHT = 640, 64, 20
_LINE_HEIGHT, _STRIP_HEIGHT, _TOP, _BOTTOM = 210, 92, 14, 30
_TICKS = 4
_MOST_LABELS = 12
_FEWEST_FOR_A_BAND = 4


@dataclass(frozen=True)
class Run:
    """A figure over months.

    Attributes:
        months: In order.
        own: Of the case's region, None where there is none.
        peers: By region, the same of those it is compared with.
        unit: Of the figures.
        since, until: The months of the case.
        claimed: What the region claims of itself in the last of them; None where it claims nothing.
    """

    months: Sequence[str]
    own: Sequence[float | None]
    peers: Mapping[str, Sequence[float | None]]
    unit: str
    since: str
    until: str
    claimed: float | None = None


def line(run: Run, title: str) -> Markup:
    """The figure month by month: a band for the middle half of the peers, their median, and the region's own."""
    bands = [_band(run, at) for at in range(len(run.months))]
    known = [v for v in (*run.own, run.claimed) if v is not None] + [
        v for band in bands if band for v in band
    ]
    if not known:
        return Markup("")
    scale = _scale(min(known), max(known), _LINE_HEIGHT - _BOTTOM, _TOP)
    step = (_WIDTH - _LEFT - _RIGHT) / max(len(run.months) - 1, 1)

    def x(at: int) -> float:
        return _LEFT + at * step

    parts = [
        *_span(run, x, step),
        *_ticks(min(known), max(known), scale, run.unit),
        *_months(run.months, x),
        *_peers(bands, x, scale),
        *_own(run, x, scale),
        *_claim(run, x, scale),
    ]
    return svg(_WIDTH, _LINE_HEIGHT, title, "line", parts)


def strip(own: float, name: str, others: Sequence[tuple[str, float]], unit: str, title: str) -> Markup:
    """Where one value lies among others, each with its name: a dot each, the median, and the one marked."""
    values = [*(value for _, value in others), own]
    low, high = min(values), max(values)
    across = (high - low) or 1.0

    def x(value: float) -> float:
        return _LEFT + (value - low) / across * (_WIDTH - _LEFT - 3 * _RIGHT)

    middle = 40
    parts = [_rule(_LEFT - 10, middle + 16, _WIDTH - _RIGHT, middle + 16, "axis")]
    for at, (other, value) in enumerate(sorted(others)):
        parts.append(
            Markup('<circle class="peer" cx="{:.1f}" cy="{:.1f}" r="4"><title>{} {}</title></circle>').format(
                x(value), middle - 8 + 5 * (at % 4), other, number(value, unit)
            )
        )
    if others:
        typical = median(value for _, value in others)
        parts += [
            _rule(x(typical), middle - 14, x(typical), middle + 16, "median"),
            _text(x(typical), middle + 32, f"中位数 {number(typical, unit)}", "middle", "head"),
        ]
    anchor = "end" if x(own) > _WIDTH * 0.7 else "start"
    parts += [
        Markup('<circle class="self" cx="{:.1f}" cy="{}" r="6"><title>{}</title></circle>').format(
            x(own), middle, name
        ),
        _text(x(own), 18, f"{name} {number(own, unit)}", anchor, "self"),
    ]
    return svg(_WIDTH, _STRIP_HEIGHT, title, "strip", parts)


def _band(run: Run, at: int) -> tuple[float, float, float] | None:
    """Lower quartile, median and upper quartile of the peers in a month; None where there are too few."""
    values = [series[at] for series in run.peers.values()]
    known = [value for value in values if value is not None]
    if len(known) < _FEWEST_FOR_A_BAND:
        return None
    low, middle, high = quantiles(known, n=4, method="inclusive")
    return low, middle, high


def _scale(low: float, high: float, bottom: float, top: float) -> Callable[[float], float]:
    across = (high - low) or abs(high) or 1.0
    return lambda value: bottom - (value - low) / across * (bottom - top - 10)


def _span(run: Run, x: Callable[[int], float], step: float) -> Iterator[Markup]:
    inside = [at for at, month in enumerate(run.months) if run.since <= month <= run.until]
    if inside:
        half = step / 2 if len(run.months) > 1 else 20
        start, end = max(x(inside[0]) - half, _LEFT - 8), min(x(inside[-1]) + half, _WIDTH - 4)
        yield Markup(
            '<rect class="span" x="{:.1f}" y="{}" width="{:.1f}" height="{}"><title>案件所涉月份</title></rect>'
        ).format(start, _TOP - 6, end - start, _LINE_HEIGHT - _BOTTOM - _TOP + 6)


def _ticks(low: float, high: float, y: Callable[[float], float], unit: str) -> Iterator[Markup]:
    steps = _TICKS if high > low else 0
    for at in range(steps + 1):
        value = low + (high - low) * at / max(steps, 1)
        yield _rule(_LEFT - 6, y(value), _WIDTH - 4, y(value), "axis")
        yield _text(_LEFT - 10, y(value) + 4, number(float(f"{value:.4g}"), unit), "end", "head")


def _months(months: Sequence[str], x: Callable[[int], float]) -> Iterator[Markup]:
    every = -(-len(months) // _MOST_LABELS)
    for at, month in enumerate(months):
        if at % every == 0:
            yield _text(x(at), _LINE_HEIGHT - 8, month_label(month, first=at == 0), "middle", "head")


def _peers(
    bands: Sequence[tuple[float, float, float] | None], x: Callable[[int], float], y: Callable[[float], float]
) -> Iterator[Markup]:
    known = [(at, band) for at, band in enumerate(bands) if band]
    if len(known) < 2:
        return
    over = [f"{x(at):.1f},{y(band[2]):.1f}" for at, band in known]
    under = [f"{x(at):.1f},{y(band[0]):.1f}" for at, band in reversed(known)]
    yield Markup('<polygon class="band" points="{}"><title>同级地区居中的一半</title></polygon>').format(
        " ".join([*over, *under])
    )
    points = " ".join(f"{x(at):.1f},{y(band[1]):.1f}" for at, band in known)
    yield Markup('<polyline class="median" points="{}"/>').format(points)


def _own(run: Run, x: Callable[[int], float], y: Callable[[float], float]) -> Iterator[Markup]:
    points = [(at, value) for at, value in enumerate(run.own) if value is not None]
    if len(points) > 1:
        path = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in points)
        yield Markup('<polyline class="self" points="{}"/>').format(path)
    for at, value in points:
        yield Markup(
            '<circle class="self" cx="{:.1f}" cy="{:.1f}" r="3.4"><title>{} {}</title></circle>'
        ).format(x(at), y(value), run.months[at], number(value, run.unit))


def _claim(run: Run, x: Callable[[int], float], y: Callable[[float], float]) -> Iterator[Markup]:
    if run.claimed is not None and run.until in run.months:
        at = x(run.months.index(run.until))
        yield Markup('<circle class="claim" cx="{:.1f}" cy="{:.1f}" r="5"/>').format(at, y(run.claimed))
        yield _text(at - 10, y(run.claimed) + 4, f"自评 {number(run.claimed, run.unit)}", "end", "self")


def _rule(x1: float, y1: float, x2: float, y2: float, tone: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        tone, x1, y1, x2, y2
    )


def _text(x: float, y: float, text: str, anchor: str, tone: str) -> Markup:
    return Markup('<text class="{}" text-anchor="{}" x="{:.1f}" y="{:.1f}">{}</text>').format(
        tone, anchor, x, y, text
    )
