"""The PostgreSQL server that tests are given, emptied for one test at a time, whichever worker it runs in."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock
from sqlalchemy import create_engine, text

ADDRESS = os.environ.get("SHIJI_TEST_POSTGRES")


@contextmanager
def empty_database() -> Iterator[str]:
    """The server's address, with nothing in its schema, for this test alone."""
    assert ADDRESS is not None
    with FileLock(Path(tempfile.gettempdir()) / "shiji-test-postgres.lock"):
        engine = create_engine(ADDRESS)
        with engine.begin() as connection:
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
        engine.dispose()
        yield ADDRESS
