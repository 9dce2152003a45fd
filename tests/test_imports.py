"""Imports go one way: pipelines → expectations → {connectors, warehouse}, and down from room to room inside each."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from docs.draw_rooms import PACKAGES, PICTURE, circles, drawing, rooms

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "connectors": {"connectors"},
    "warehouse": {"warehouse"},
    "expectations": {"expectations", "connectors", "warehouse"},
    "pipelines": {"pipelines", "expectations", "connectors", "warehouse"},
}
HEAVY = {
    "great_expectations",
    "dagster",
    "duckdb",
    "openpyxl",
    "docx",
    "docxtpl",
    "deltalake",
    "alembic",
    "sqlglot",
    "pyspark",
}
"""Imported inside functions only, so that a command that does not need them starts at once."""


def imports(path: Path, root: Path = ROOT) -> Iterator[tuple[int, str]]:
    """Line and top package of every import in a file, those inside functions and type-checking blocks too."""
    package = path.relative_to(root).parts[:-1]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.split(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            name = node.module or ""
            if node.level:
                name = ".".join((*package[: len(package) - node.level + 1], name))
            yield node.lineno, name.split(".")[0]


def files(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


@pytest.mark.parametrize("package", ALLOWED)
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    forbidden = (set(ALLOWED) | {"tests", "bench"}) - ALLOWED[package]
    assert files(package)
    wrong = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in files(package)
        for line, name in imports(path)
        if name in forbidden
    ]
    assert wrong == []


@pytest.mark.parametrize("package", PACKAGES)
def test_no_room_of_a_package_imports_one_that_imports_it(package: str) -> None:
    graph = rooms(package)
    assert graph
    assert circles(graph) == []


def test_a_circle_of_rooms_is_seen_whatever_its_length(tmp_path: Path) -> None:
    for room, line in {
        "house/a.py": "from house.b.deep import x",
        "house/b/deep.py": "def late():\n    import house.c",
        "house/c.py": "from house import a",
        "house/d.py": "from house.a import y",
    }.items():
        (tmp_path / room).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / room).write_text(line)
    found = rooms("house", tmp_path)
    assert found["house/d"] == {"house/a"}
    assert "house/a -> house/b -> house/c -> house/a" in circles(found)


def test_the_picture_of_the_rooms_is_current() -> None:
    assert PICTURE.read_text(encoding="utf-8") == drawing(), "draw it anew: python docs/draw_rooms.py"


LONGEST_FUNCTION, LONGEST_FILE = 45, 350
MIGRATIONS = "migrations"


@pytest.mark.parametrize("package", PACKAGES)
def test_no_function_and_no_file_is_too_long_to_read_at_once(package: str) -> None:
    long = []
    for path in files(package):
        text = path.read_text(encoding="utf-8")
        if MIGRATIONS in path.parts or is_table_of_words(path):
            continue
        long += [str(path)] if text.count("\n") > LONGEST_FILE else []
        long += [
            f"{path}:{node.lineno} {node.name}"
            for node in ast.walk(ast.parse(text))
            if isinstance(node, ast.FunctionDef) and lines_of(node) > LONGEST_FUNCTION
        ]
    assert long == []


def lines_of(node: ast.FunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def is_table_of_words(path: Path) -> bool:
    """A vocabulary or a catalogue may be as long as it has entries."""
    return path.name in ("words.py", "rules.py")


def test_only_one_module_imports_great_expectations() -> None:
    importers = {
        str(path.relative_to(ROOT))
        for package in ALLOWED
        for path in files(package)
        if any(name == "great_expectations" for _, name in imports(path))
    }
    assert len(importers) <= 1, importers


@pytest.mark.parametrize("package", ["connectors", "warehouse", "expectations"])
def test_heavy_libraries_are_not_imported_with_the_module(package: str) -> None:
    early = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in files(package)
        if "migrations" not in path.parts
        for node in ast.parse(path.read_text(encoding="utf-8")).body
        if isinstance(node, ast.Import | ast.ImportFrom) and HEAVY & set(names(node))
    ]
    assert early == []


def names(node: ast.Import | ast.ImportFrom) -> list[str]:
    modules = (
        [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
    )
    return [module.split(".")[0] for module in modules]


def test_the_rule_sees_imports_inside_functions_and_relative_ones(tmp_path: Path) -> None:
    path = tmp_path / "warehouse" / "example.py"
    path.parent.mkdir()
    path.write_text(
        "from . import store\n"
        "def late():\n"
        "    from expectations.contracts.model import Contract\n"
        "    import pipelines.loading.load as load\n"
    )
    assert [name for _, name in imports(path, tmp_path)] == ["warehouse", "expectations", "pipelines"]


def test_this_file_looks_at_every_package_of_the_distribution() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(ALLOWED)
