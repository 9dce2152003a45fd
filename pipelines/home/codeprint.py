"""Fingerprints of the code that computes: the source of the modules a step reaches, and the libraries they call.

Which of them matter follows from the imports, so nobody keeps a list. The source counts as it is written: a comment
changed costs one load that works anew, which is cheaper than telling comments from code at every start. What a step
is made anew for besides its code (definitions, regions) stands elsewhere.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path
from typing import Literal

ROOT = Path(__file__).resolve().parents[2]
"""Where our packages lie side by side, in a working copy as in an installation."""

PACKAGES = frozenset({"connectors", "expectations", "pipelines", "warehouse"})

Step = Literal["staging", "records", "notes", "figures", "scores", "cases", "published", "report"]

DOORS: Mapping[Step, Sequence[str]] = {
    "staging": (
        "expectations.contracts.reading",
        "expectations.submissions.understand",
        "expectations.submissions.judge",
        "expectations.submissions.outcome",
        "expectations.submissions.whole",
    ),
    "records": ("pipelines.loading.records",),
    "notes": ("pipelines.loading.notes",),
    "figures": (
        "pipelines.loading.figures",
        "pipelines.loading.handed_in",
        "expectations.contracts.reading",
        "warehouse.engines.duckdb",
        "warehouse.engines.spark",
    ),
    "scores": ("pipelines.loading.scores",),
    "cases": (
        "pipelines.loading.cases",
        "expectations/cases/catalogue.yaml",
        "expectations/cases/certainty.yaml",
    ),
    "published": ("warehouse.publish",),
    "report": ("expectations.report.write", "expectations/report/templates"),
}
"""By step, the modules it is entered by, and files, or folders of files, that are no modules but come to be read."""

_GLUE = "pipelines."
"""Modules that hand things around: those named as doors count, those they import are other steps."""

_IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^)]*)\)|([^\n]+))|import[ \t]+([\w.]+))",
    re.MULTILINE,
)
_NAME = re.compile(r"(\w+)(?:[ \t]+as[ \t]+(\w+))?")
_COMMENT = re.compile(r"#[^\n]*")
_DISTRIBUTIONS = {"yaml": "pyyaml", "stdnum": "python_stdnum"}
"""Libraries that are called otherwise where they are installed."""


@cache
def code_digest(step: Step) -> str:
    """A fingerprint of the code of a step; found once in a process."""
    digest = sha256(f"Python {sys.version_info.major}.{sys.version_info.minor}".encode())
    modules = modules_of(door for door in DOORS[step] if "/" not in door)
    files = [_path(module) for module in modules]
    for door in (ROOT / door for door in DOORS[step] if "/" in door):
        files += [door] if door.is_file() else sorted(door.iterdir())
    for file in files:
        digest.update(f"\n{file.relative_to(ROOT).as_posix()}\n".encode() + file.read_bytes())
    for library in libraries_of(modules):
        version = _versions().get(_DISTRIBUTIONS.get(library, library), "not installed")
        digest.update(f"\n{library} {version}".encode())
    return digest.hexdigest()


def modules_of(doors: Iterable[str]) -> list[str]:
    """The doors and every module of ours that they reach by imports, whether at the top or inside a function; sorted.

    A name that a package only hands on is followed to where it is made, so the package's other names do not count.
    """
    reached: set[str] = set()
    waiting = list(doors)
    while waiting:
        module = waiting.pop()
        if module in reached:
            continue
        reached.add(module)
        ours = ((source, name) for source, name, _ in _imports(module) if _top(source) in PACKAGES)
        found = {_defining(source, name) for source, name in ours}
        waiting += (name for name in found if not name.startswith(_GLUE))
    return sorted(reached)


def libraries_of(modules: Iterable[str]) -> list[str]:
    """Top names of the libraries that modules import, sorted; the standard library is Python's own version."""
    called = {_top(source) for module in modules for source, _, _ in _imports(module)}
    return sorted(called - PACKAGES - sys.stdlib_module_names)


def _defining(module: str, name: str) -> str:
    """The module that makes what is imported by a name from a module."""
    if name and f"{module}.{name}" in _files():
        return f"{module}.{name}"
    if name and _path(module).name == "__init__.py":
        for source, original, known_as in _imports(module):
            if known_as == name and _top(source) in PACKAGES:
                return _defining(source, original)
    return module


@cache
def _imports(module: str) -> tuple[tuple[str, str, str], ...]:
    """What a module imports: from where, by which name, and what it calls it."""
    return tuple(_imported(_path(module).read_text(encoding="utf-8")))


def _imported(source: str) -> Iterator[tuple[str, str, str]]:
    # Not by ``ast``: parsing a hundred files takes a second, and a load with nothing to do takes less.
    for where, many, one, whole in _IMPORT.findall(source):
        if whole:
            yield whole, "", ""
        for name, alias in _NAME.findall(_COMMENT.sub("", many or one)):
            yield where, name, alias or name


def _top(module: str) -> str:
    return module.partition(".")[0]


def _path(module: str) -> Path:
    """A module's file.

    Raises:
        ModuleNotFoundError: There is no such module of ours.
    """
    if module not in _files():
        raise ModuleNotFoundError(
            f"no module {module} below {ROOT}: install Shiji again, a part of it is missing"
        )
    return _files()[module]


@cache
def _files() -> dict[str, Path]:
    """By module, its file; one walk, for asking file by file takes longer than all else here."""
    found: dict[str, Path] = {}
    for package in PACKAGES:
        for folder, _, names in os.walk(ROOT / package):
            parts = Path(folder).relative_to(ROOT).parts
            for name in names:
                if name.endswith(".py"):
                    own = () if name == "__init__.py" else (name.removesuffix(".py"),)
                    found[".".join((*parts, *own))] = Path(folder, name)
    return found


@cache
def _versions() -> dict[str, str]:
    """By name, lower case with ``_``, the version of what is installed.

    Told by the names of folders, as the packaging specification "Recording installed projects" has them: reading
    what stands in a dozen of them takes as long as all else here.
    """
    found: dict[str, str] = {}
    for folder in filter(os.path.isdir, reversed(sys.path)):
        for name in os.listdir(folder):
            if name.endswith(".dist-info"):
                project, _, version = name.removesuffix(".dist-info").partition("-")
                found[re.sub(r"[-.]+", "_", project).lower()] = version
    return found
