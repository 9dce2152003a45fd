"""Fingerprints of code: which modules a step reaches, and what changes when one of them does."""

from __future__ import annotations

import ast
import shutil
import time
from collections.abc import Callable, Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

import pytest

from pipelines.home import codeprint
from pipelines.home.codeprint import DOORS, PACKAGES, ROOT, Step, code_digest, libraries_of, modules_of

STEPS: tuple[Step, ...] = tuple(DOORS)
Edit = Callable[[str, str], None]


def forget() -> None:
    """As in a process that has just begun."""
    for remembered in (code_digest, codeprint._files, codeprint._imports, codeprint._versions):
        remembered.cache_clear()


def digests() -> dict[Step, str]:
    forget()
    return {step: code_digest(step) for step in STEPS}


def modules(step: Step) -> list[str]:
    return modules_of(door for door in DOORS[step] if "/" not in door)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the four packages, to change."""
    root = tmp_path_factory.mktemp("sources")
    for package in PACKAGES:
        shutil.copytree(ROOT / package, root / package, ignore=shutil.ignore_patterns("__pycache__"))
    return root


@pytest.fixture
def edit(sources: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Appends a line to a file of the copy, without running it."""
    monkeypatch.setattr(codeprint, "ROOT", sources)

    def appended(file: str, line: str) -> None:
        with (sources / file).open("a", encoding="utf-8") as source:
            source.write(f"\n{line}\n")

    forget()
    yield appended
    forget()


@pytest.mark.parametrize(
    ("file", "touched"),
    [
        ("warehouse/indicators/rollup.py", {"figures"}),
        ("expectations/anomalies/detectors/falling.py", {"figures", "report"}),
        ("expectations/reconciliations/engine.py", {"figures"}),
        ("expectations/conform/dates.py", {"staging"}),
        ("expectations/validate.py", {"staging"}),
        ("expectations/dating/weighing.py", {"staging"}),
        ("connectors/tables/header.py", {"staging"}),
        ("pipelines/loading/records.py", {"records"}),
        ("pipelines/loading/notes.py", {"notes"}),
        ("warehouse/publish.py", {"published"}),
        ("expectations/report/charts.py", {"report"}),
        ("expectations/report/templates/style.css", {"report"}),
        ("expectations/slips/text.py", set()),
        ("pipelines/cli/looking.py", set()),
        ("pipelines/loading/load.py", set()),
        ("pipelines/dagster/assets.py", set()),
        ("expectations/inspection/inspect.py", set()),
    ],
)
def test_touching_a_module_changes_only_the_steps_that_reach_it(
    edit: Edit, file: str, touched: set[str]
) -> None:
    before = digests()

    edit(file, "# touched")

    after = digests()
    changed = {step for step in STEPS if after[step] != before[step]}
    # What is staged anew is recorded and computed anew whatever their own code says.
    assert changed - ({"records", "figures"} if "staging" in changed else set()) == touched


def test_a_new_module_imported_by_the_roll_up_counts_from_then_on(edit: Edit) -> None:
    edit("warehouse/indicators/shares.py", "SHARE = 1")
    before = digests()
    edit("warehouse/indicators/rollup.py", "def late():\n    from warehouse.indicators.shares import SHARE")
    imported = digests()
    edit("warehouse/indicators/shares.py", "SHARE = 2")

    changed = digests()

    assert before["figures"] != imported["figures"] != changed["figures"]
    assert before["staging"] == changed["staging"]


def test_another_version_of_a_library_that_is_called_changes_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = digests()
    versions = codeprint._versions() | {"scipy": "0.0.1"}
    code_digest.cache_clear()
    monkeypatch.setattr(codeprint, "_versions", lambda: versions)

    assert {step for step in STEPS if code_digest(step) != before[step]} == {"figures", "report"}
    code_digest.cache_clear()


@pytest.mark.parametrize("step", STEPS)
def test_imports_are_found_as_python_finds_them(step: Step) -> None:
    for module in modules(step):
        tree = ast.parse(codeprint._path(module).read_text(encoding="utf-8"))
        named = {
            (node.module, alias.name)
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
        }
        whole = {
            (alias.name, "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Import)
            for alias in node.names
        }
        assert {(source, name) for source, name, _ in codeprint._imports(module)} == named | whole, module


@pytest.mark.parametrize("step", STEPS)
def test_every_library_that_a_step_calls_has_a_version(step: Step) -> None:
    versions = codeprint._versions()
    known = packages_distributions()
    for library in set(libraries_of(modules(step))) - {"pyspark", "py4j"}:  # of an extra
        assert library in known
        assert versions[codeprint._DISTRIBUTIONS.get(library, library)]


def test_a_package_that_hands_names_on_brings_in_only_the_module_that_makes_the_name() -> None:
    assert "warehouse.ledger.values" in modules("staging")
    assert "warehouse.ledger.book" not in modules("staging")


def test_a_module_that_is_missing_is_told_with_what_to_do() -> None:
    with pytest.raises(ModuleNotFoundError, match="install Shiji again"):
        modules_of(["warehouse.nowhere"])


def test_it_is_cheap_and_found_once() -> None:
    forget()
    begun = time.process_time()
    code_digest("staging")
    first = time.process_time() - begun
    begun = time.process_time()
    code_digest("staging")

    assert first < 0.2  # 0.02 s on a machine with nothing else to do
    assert time.process_time() - begun < first / 20
