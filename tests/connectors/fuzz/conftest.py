"""One bounded reader for all files of a test process."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.connectors.fuzz.bounded import BoundedReader


@pytest.fixture(scope="session")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BoundedReader]:
    """Reads each file within limits of memory and time that hold whatever a library does."""
    bounded = BoundedReader(tmp_path_factory.mktemp("fuzz"))
    yield bounded
    bounded.close()
