"""Small charts as inline SVG: bars, a sparkline, a calendar. What they show is decided by the page.

Colours come from the page's style sheet by class; every mark also carries a text, so that a chart printed in grey
or read aloud says the same. Texts come from outsiders and are escaped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

_ROW = 24
_LABELS, _PLOT, _TEXTS = 110, 250, 100
_CELL_WIDTH, _CELL_HEIGHT = 52, 26


@dataclass(frozen=True)
class Bar:
    """One horizontal bar: its label, value, the value as text, its tone (a style class), link and target."""

    label: str
    value: float | None
    text: str
    tone: str
    href: str = ""
    target: float | None = None


@dataclass(frozen=True)
class CalendarCell:
    """One cell of a calendar: a tone (a style class), a short text and a longer one to hover."""

    tone: str
    text: str = ""
    tip: str = ""


@dataclass(frozen=True)
class CalendarRow:
    """One row of a calendar."""

    label: str
    cells: Sequence[CalendarCell]
    href: str = ""


def sparkline(values: Sequence[float | None], title: str, target: float | None = None) -> Markup:
    """Values over time as a thin line; a missing one is a gap, the last one a dot, a target a dashed line."""
    known = [value for value in values if value is not None]
    if not known:
        return Markup("")
    width, height, pad = 120, 28, 4
    low, high = min(known), max(known)
    if target is not None and low - 2 * (high - low) <= target <= high + 2 * (high - low):
        low, high = min(low, target), max(high, target)
    span = (high - low) or 1.0

    def y(value: float) -> float:
        return height - pad - (value - low) / span * (height - 2 * pad) if high > low else height / 2

    step = (width - 2 * pad) / max(len(values) - 1, 1)
    points = [None if value is None else (pad + i * step, y(value)) for i, value in enumerate(values)]
    parts = [_polyline(run) for run in _runs(points)]
    if target is not None and low <= target <= high:
        parts.append(_line(0, y(target), width, y(target), "target"))
    last = [point for point in points if point is not None][-1]
    parts.append(Markup('<circle cx="{:.1f}" cy="{:.1f}" r="2.6"/>').format(*last))
    return svg(width, height, title, "spark", parts)


def _runs(points: Sequence[tuple[float, float] | None]) -> list[list[tuple[float, float]]]:
    runs: list[list[tuple[float, float]]] = [[]]
    for point in points:
        if point is None:
            runs.append([])
        else:
            runs[-1].append(point)
    return [run for run in runs if run]


def _polyline(run: Sequence[tuple[float, float]]) -> Markup:
    if len(run) == 1:
        return Markup('<circle cx="{:.1f}" cy="{:.1f}" r="1.6"/>').format(*run[0])
    return Markup('<polyline points="{}"/>').format(" ".join(f"{x:.1f},{y:.1f}" for x, y in run))


def bars(groups: Mapping[str, Sequence[Bar]], title: str) -> Markup:
    """Horizontal bars from zero, by group; a line across a bar's row is its target."""
    every = [bar for group in groups.values() for bar in group]
    numbers = [number for bar in every for number in (bar.value, bar.target) if number is not None]
    low, high = min([0.0, *numbers]), max([0.0, *numbers])
    span = (high - low) or 1.0

    def x(value: float) -> float:
        return _LABELS + (value - low) / span * _PLOT

    parts: list[Markup] = []
    y = 0
    for name, group in groups.items():
        if name:
            parts.append(Markup('<text class="head" x="2" y="{}">{}</text>').format(y + 16, name))
            y += _ROW
        for bar in group:
            parts += _bar(bar, x, y)
            y += _ROW
    return svg(_LABELS + _PLOT + _TEXTS, y + 2, title, "bars", parts)


def _bar(bar: Bar, x: Callable[[float], float], y: int) -> Iterator[Markup]:
    yield _label(bar.label, bar.href, _LABELS - 8, y + 15)
    if bar.value is not None:
        start, end = sorted((x(0), x(bar.value)))
        yield Markup(
            '<rect class="bar {}" x="{:.1f}" y="{}" width="{:.1f}" height="14" rx="2"><title>{} {}</title></rect>'
        ).format(bar.tone, start, y + 4, max(end - start, 1), bar.label, bar.text)
    if bar.target is not None:
        yield _line(x(bar.target), y, x(bar.target), y + _ROW, "goal")
    yield Markup('<text class="value" x="{:.1f}" y="{}">{}</text>').format(
        x(max(bar.value or 0, 0)) + 6, y + 15, bar.text
    )


def calendar(rows: Sequence[CalendarRow], columns: Sequence[str], title: str) -> Markup:
    """A grid of cells, a row per thing and a column per month, each coloured and with a text."""
    label_width = 24 + 14 * max((len(row.label) for row in rows), default=4)
    parts = [
        Markup('<text class="head" text-anchor="middle" x="{}" y="16">{}</text>').format(
            label_width + i * _CELL_WIDTH + _CELL_WIDTH // 2, column
        )
        for i, column in enumerate(columns)
    ]
    for number, row in enumerate(rows):
        y = 24 + number * (_CELL_HEIGHT + 3)
        parts.append(_label(row.label, row.href, label_width - 10, y + 18))
        parts += [_cell(cell, label_width + i * _CELL_WIDTH, y) for i, cell in enumerate(row.cells)]
    height = 24 + len(rows) * (_CELL_HEIGHT + 3)
    return svg(label_width + len(columns) * _CELL_WIDTH, height, title, "calendar", parts)


def _cell(cell: CalendarCell, x: int, y: int) -> Markup:
    return Markup(
        '<g class="cell {}"><title>{}</title><rect x="{}" y="{}" width="{}" height="{}" rx="3"/>'
        '<text text-anchor="middle" x="{}" y="{}">{}</text></g>'
    ).format(
        cell.tone, cell.tip, x + 1, y, _CELL_WIDTH - 3, _CELL_HEIGHT, x + _CELL_WIDTH // 2, y + 18, cell.text
    )


def _label(text: str, href: str, x: int, y: int) -> Markup:
    label = Markup('<text class="label" text-anchor="end" x="{}" y="{}">{}</text>').format(x, y, text)
    return Markup('<a href="{}">{}</a>').format(href, label) if href else label


def _line(x1: float, y1: float, x2: float, y2: float, tone: str) -> Markup:
    return Markup('<line class="{}" x1="{:.1f}" y1="{:.1f}" x2="{:.1f}" y2="{:.1f}"/>').format(
        tone, x1, y1, x2, y2
    )


def svg(width: int, height: int, title: str, kind: str, parts: Sequence[Markup]) -> Markup:
    """A drawing of parts; its style follows from its kind. One with links in it is no picture: what is inside one cannot be reached."""
    body = Markup("").join(parts)
    role = "group" if "<a href" in body else "img"
    return Markup(
        '<svg class="{kind}" role="{role}" aria-label="{title}" viewBox="0 0 {width} {height}" width="{width}" '
        'height="{height}" xmlns="http://www.w3.org/2000/svg"><title>{title}</title>{body}</svg>'
    ).format(kind=kind, role=role, title=title, width=width, height=height, body=body)
