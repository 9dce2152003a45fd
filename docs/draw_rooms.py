"""Draws ``docs/images/rooms.svg``: the packages, their rooms, and which imports which. Run it from the top: ``python docs/draw_rooms.py``.

A room is a folder of a package, or a file that lies directly in it. A room stands on the floor above the highest room of
its package that it imports; an arrow is an import between rooms of one package, and points down. The tests read the same
graph from here, so the picture cannot show what the code is not.
"""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PICTURE = ROOT / "docs" / "images" / "rooms.svg"
PACKAGES = ("pipelines", "expectations", "connectors", "warehouse")

Graph = Mapping[str, frozenset[str]]
"""By room, the rooms of the same package that it imports."""

_HUES = {"pipelines": "#e8f0fb", "expectations": "#eaf6ec", "connectors": "#fdf3e3", "warehouse": "#f4ecfa"}
_STOREYS = (("pipelines",), ("expectations",), ("connectors", "warehouse"))
_MOST_IN_A_ROW = 7
_WIDTH, _HEIGHT, _GAP, _RISE, _PAD = 112, 30, 14, 66, 24


def room_of(path: Path, root: Path = ROOT) -> str:
    """``expectations/slips`` for a file of that folder, ``expectations/routing`` for a file directly in the package."""
    parts = path.relative_to(root).with_suffix("").parts
    return "/".join(parts[:2])


def rooms(package: str, root: Path = ROOT) -> Graph:
    """The rooms of a package and what they import, imports inside functions and for types included."""
    found: dict[str, set[str]] = defaultdict(set)
    for path in sorted((root / package).rglob("*.py")):
        if path.name == "__init__.py" and path.parent == root / package:
            continue
        own = room_of(path, root)
        found[own] |= {
            room for room in _imported(path, root) if room != own and room.startswith(f"{package}/")
        }
    return {room: frozenset(below) for room, below in sorted(found.items())}


def circles(graph: Graph) -> list[str]:
    """Rooms that import themselves by way of others, as ``a -> b -> a``; none in a house with floors."""
    found = []
    for start in graph:
        for below in graph[start]:
            if (way := _way(graph, below, start)) is not None:
                found.append(" -> ".join([start, *way]))
    return found


def floors(graph: Graph) -> dict[str, int]:
    """By room its floor: 0 where it imports none, else one above the highest that it imports."""
    known: dict[str, int] = {}

    def floor(room: str) -> int:
        if room not in known:
            known[room] = 1 + max((floor(below) for below in graph[room]), default=-1)
        return known[room]

    return {room: floor(room) for room in graph}


def drawing() -> str:
    """The picture as SVG: what imports stands above what is imported, packages too."""
    graphs = {package: rooms(package) for package in PACKAGES}
    widths = {
        package: _columns(graph) * (_WIDTH + _GAP) - _GAP + 2 * _PAD for package, graph in graphs.items()
    }
    whole = sum(widths[package] for package in _STOREYS[-1]) + _PAD * (len(_STOREYS[-1]) + 1)
    parts: list[str] = []
    top = _PAD
    for storey in _STOREYS:
        left = (whole - sum(widths[package] for package in storey) - _PAD * (len(storey) - 1)) // 2
        tallest = 0
        for package in storey:
            drawn, tall = _house(package, graphs[package], left, top)
            parts += drawn
            tallest = max(tallest, tall)
            left += widths[package] + _PAD
        top += tallest + _PAD
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {top}" font-family="sans-serif">'
    arrow = (
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="6" markerHeight="6" orient="auto">'
        '<path d="M0 0L8 4L0 8z" fill="#8a94a3"/></marker></defs><rect width="100%" height="100%" fill="white"/>'
    )
    return "\n".join([head, arrow, *parts, "</svg>\n"])


def _columns(graph: Graph) -> int:
    level = list(floors(graph).values())
    return min(max(map(level.count, level)), _MOST_IN_A_ROW)


def _house(package: str, graph: Graph, left: int, top: int) -> tuple[list[str], int]:
    """A package with its top left corner, and how tall it is."""
    rows = _rows(graph)
    width = _columns(graph) * (_WIDTH + _GAP) - _GAP + 2 * _PAD
    tall = 2 * _PAD + len(rows) * _RISE
    places = {
        room: (
            left + (width - len(line) * (_WIDTH + _GAP) + _GAP) // 2 + n * (_WIDTH + _GAP),
            top + 2 * _PAD + row * _RISE,
        )
        for row, line in enumerate(rows)
        for n, room in enumerate(line)
    }
    drawn = [
        f'<rect x="{left}" y="{top}" width="{width}" height="{tall}" rx="10" fill="{_HUES[package]}"/>',
        f'<text x="{left + 14}" y="{top + 26}" font-size="17" font-weight="bold" fill="#27313f">{package}</text>',
    ]
    drawn += [_arrow(places[room], places[below]) for room, into in graph.items() for below in sorted(into)]
    return [*drawn, *(_box(room, *places[room]) for room in graph)], tall


def _rows(graph: Graph) -> list[list[str]]:
    """Rooms by floor, the highest first; each below those that import it, where there is room."""
    level = floors(graph)
    at: dict[str, float] = {}
    rows: list[list[str]] = []
    for floor in range(max(level.values()), -1, -1):
        own = sorted(room for room in graph if level[room] == floor)
        own.sort(key=lambda room: _mean([at[other] for other in at if room in graph[other]]))
        at |= {room: (n + 0.5) / len(own) for n, room in enumerate(own)}
        rows += [own[start : start + _MOST_IN_A_ROW] for start in range(0, len(own), _MOST_IN_A_ROW)]
    return rows


def _mean(places: list[float]) -> float:
    return sum(places) / len(places) if places else 0.5


def _arrow(start: tuple[int, int], end: tuple[int, int]) -> str:
    x, y = start[0] + _WIDTH // 2, start[1] + _HEIGHT
    to, down = end[0] + _WIDTH // 2, end[1] - 2
    bend = (y + down) // 2
    return (
        f'<path d="M{x} {y}C{x} {bend} {to} {bend} {to} {down}" '
        'fill="none" stroke="#8a94a3" stroke-width="1" marker-end="url(#a)" opacity="0.75"/>'
    )


def _box(room: str, x: int, y: int) -> str:
    name = room.split("/")[1]
    is_folder = (ROOT / room).is_dir()
    weight = "bold" if is_folder else "normal"
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="5" fill="white" stroke="#5b6878"/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + 20}" font-size="12" text-anchor="middle" font-weight="{weight}" '
        f'fill="#27313f">{escape(name)}</text>'
    )


def _imported(path: Path, root: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            for alias in node.names:
                yield _room_named(f"{node.module}.{alias.name}", root) or _room_named(node.module, root) or ""
        elif isinstance(node, ast.Import):
            yield from (_room_named(alias.name, root) or "" for alias in node.names)


def _room_named(module: str, root: Path) -> str | None:
    path = root.joinpath(*module.split("."))
    if path.with_suffix(".py").exists():
        return room_of(path.with_suffix(".py"), root)
    return room_of(path / "__init__.py", root) if (path / "__init__.py").exists() else None


def _way(graph: Graph, start: str, end: str) -> list[str] | None:
    """A way from one room to another along imports."""
    ways = [[start]]
    seen = {start}
    for way in ways:
        if way[-1] == end:
            return way
        for below in sorted(graph[way[-1]] - seen):
            seen.add(below)
            ways.append([*way, below])
    return None


if __name__ == "__main__":
    PICTURE.write_text(drawing(), encoding="utf-8")
