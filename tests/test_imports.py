"""Imports go one way: pipelines → expectations → {connectors, warehouse}."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
ALLOWED = {
    "connectors": {"connectors"},
    "warehouse": {"warehouse"},
    "expectations": {"expectations", "connectors", "warehouse"},
    "pipelines": {"pipelines", "expectations", "connectors", "warehouse"},
}
HEAVY = {"great_expectations", "dagster", "duckdb", "openpyxl", "deltalake", "alembic"}
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
        "    from expectations.contract import Contract\n"
        "    import pipelines.load as load\n"
    )
    assert [name for _, name in imports(path, tmp_path)] == ["warehouse", "expectations", "pipelines"]


def test_this_file_looks_at_every_package_of_the_distribution() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert packages == set(ALLOWED)
