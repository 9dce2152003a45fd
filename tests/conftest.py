"""Fixtures that tests of all rooms share."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from hypothesis import settings

# The gate tries the same examples every time; search wider with --hypothesis-seed=random and this profile off.
settings.register_profile("gate", derandomize=True)
settings.load_profile("gate")

# A worker holds a million objects of libraries and tests, and hardly any garbage to look for among them.
gc.set_threshold(20_000)


@pytest.fixture(scope="session")
def shared() -> Path:
    """The real spreadsheets that lie beside the repository; the test is skipped where they do not."""
    folder = Path(__file__).resolve().parents[1] / ".." / "shared"
    if not folder.is_dir():
        pytest.skip("no shared folder beside the repository")
    return folder
