"""Fixtures for tests that load: an empty town each, and the demo village loaded once for all of them.

A file that loads once for several of its tests names an ``xdist_group`` of its own: else each worker would load. Tests
that change what was loaded take a copy of it, which costs a hundredth of a load.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock

from tests.pipelines.town import Town, new_town, run_apart


@pytest.fixture
def town(tmp_path: Path) -> Town:
    """A home of its own, in a path as offices have them."""
    return new_town(tmp_path / "实绩 home")


@pytest.fixture(scope="session")
def village(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Town:
    """The demo village after ``shiji demo``: only for reading; copy it to change it.

    What the command printed lies beside it in ``demo.out`` and ``demo.err``. Workers of one run share it.
    """
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "示例 village"
    home = folder / "shiji-home"
    with FileLock(f"{folder}.lock"):
        if not (folder / "demo.out").exists():
            folder.mkdir(exist_ok=True)
            ended = run_apart("--verbose", "demo", "--scale", "village", home=home)
            assert ended.returncode == 0, ended.stdout + ended.stderr
            (folder / "demo.err").write_text(ended.stderr, encoding="utf-8")
            (folder / "demo.out").write_text(ended.stdout, encoding="utf-8")
    return Town(home)


@pytest.fixture(scope="session")
def truth(village: Town) -> dict[str, Any]:
    """What the demo village's files hold: every file, fault and padding."""
    told: dict[str, Any] = json.loads((village.root / "config/demo_truth.json").read_text(encoding="utf-8"))
    return told
