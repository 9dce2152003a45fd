"""Definitions a city writes as YAML, one per file: read, checked against their model, problems with file and line.

What a definition means (an indicator, a reconciliation) stands in its own model; nothing of that is known here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ValidationError


class Definition(BaseModel):
    """What every definition has.

    Attributes:
        id: Its name; no two of one sort share it.
    """

    id: str


Model = TypeVar("Model", bound=Definition)


# The parser in C takes a tenth of the time; not every platform has it.
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(text: str | bytes) -> Any:
    """A YAML text as plain values.

    Raises:
        yaml.YAMLError: Not YAML.
    """
    return yaml.load(text, Loader=_LOADER)  # noqa: S506 - a safe loader either way


@dataclass(frozen=True, order=True)
class Problem:
    """One thing wrong with a definition file, where it stands."""

    path: Path
    line: int
    message: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message}"


class DefinitionError(ValueError):
    """Definition files that cannot be used; names every offender with file, line and remedy."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems))
        super().__init__("\n".join(str(problem) for problem in self.problems))


@dataclass(frozen=True)
class Document:
    """One YAML file with the line of every key.

    Attributes:
        path: The file.
        data: What it holds.
        lines: 1-based line of each key, by its path (``("left", "sql")``).
    """

    path: Path
    data: Any
    lines: dict[tuple[str, ...], int]

    def problem(self, where: tuple[str, ...], message: str) -> Problem:
        """A problem at a key, or at the nearest key above it that is in the file."""
        while where and where not in self.lines:
            where = where[:-1]
        return Problem(self.path, self.lines.get(where, 1), message)


def yaml_files(paths: Iterable[Path]) -> list[Path]:
    """The YAML files among paths and, for folders, below them, in a stable order."""
    files: set[Path] = set()
    for path in paths:
        files.update(path.rglob("*.yaml") if path.is_dir() else [path])
    return sorted(files)


def read_document(path: Path) -> Document:
    """Read one YAML file.

    Raises:
        DefinitionError: The file is not YAML, or a key stands in it twice.
    """
    text = path.read_text(encoding="utf-8")
    lines: dict[tuple[str, ...], int] = {}
    try:
        node = yaml.compose(text, Loader=_LOADER)
        twice = list(_note_lines(node, (), lines)) if node else []
        data = read_yaml(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DefinitionError([Problem(path, mark.line + 1 if mark else 1, f"not YAML: {error}")]) from error
    if twice:
        raise DefinitionError(
            Problem(path, line, f"{key} is given twice; keep one of them") for key, line in twice
        )
    return Document(path, data, lines)


def _note_lines(
    node: yaml.Node, at: tuple[str, ...], lines: dict[tuple[str, ...], int]
) -> Iterable[tuple[str, int]]:
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            where, line = (*at, str(key.value)), key.start_mark.line + 1
            if where in lines:
                yield str(key.value), line
            lines[where] = line
            yield from _note_lines(value, where, lines)
    elif isinstance(node, yaml.SequenceNode):
        for position, item in enumerate(node.value):
            where = (*at, str(position))
            lines[where] = item.start_mark.line + 1
            yield from _note_lines(item, where, lines)


def parse(document: Document, model: type[Model]) -> Model:
    """The document as its model.

    Raises:
        DefinitionError: With one problem per field that does not fit.
    """
    try:
        return model.model_validate(document.data, context={"folder": document.path.parent})
    except ValidationError as error:
        raise DefinitionError(
            document.problem(tuple(str(part) for part in item["loc"]), _told(item))
            for item in error.errors(include_url=False, include_context=False)
        ) from error


def _told(item: Any) -> str:
    where = ".".join(str(part) for part in item["loc"])
    return f"{where}: {item['msg']}" if where else str(item["msg"])


def lint_definitions(
    paths: Iterable[Path], model: type[Model], judge: Callable[[Model, Document], Iterable[Problem]]
) -> list[Problem]:
    """Everything wrong with the definitions of one sort, sorted by file and line.

    Args:
        paths: Files, or folders searched for ``*.yaml``.
        model: Their model, with an ``id`` that no two files may share.
        judge: What else is wrong with one that fits its model.
    """
    problems: list[Problem] = []
    seen: dict[str, Path] = {}
    for path in yaml_files(paths):
        try:
            document = read_document(path)
            one = parse(document, model)
        except DefinitionError as error:
            problems += error.problems
            continue
        name = one.id
        if name in seen:
            problems.append(document.problem(("id",), f"{name} is also in {seen[name]}"))
        seen[name] = path
        problems += judge(one, document)
    return sorted(problems)


def load_definitions(folders: Iterable[Path], model: type[Model]) -> dict[str, tuple[Model, Document]]:
    """Definitions by name from ``<folder>/**/*.yaml``; a later folder's replaces an earlier one's of that name.

    Raises:
        DefinitionError: With the problems of all files, or two files of one folder that share a name.
    """
    loaded: dict[str, tuple[Model, Document]] = {}
    problems: list[Problem] = []
    for folder in folders:
        found: dict[str, tuple[Model, Document]] = {}
        for path in yaml_files([folder]):
            try:
                document = read_document(path)
                definition = parse(document, model)
            except DefinitionError as error:
                problems += error.problems
                continue
            key = definition.id
            if key in found:
                other = found[key][1].path
                problems.append(document.problem(("id",), f"{key} is also in {other}; rename one of them"))
            found[key] = (definition, document)
        loaded.update(found)
    if problems:
        raise DefinitionError(problems)
    return dict(sorted(loaded.items()))
