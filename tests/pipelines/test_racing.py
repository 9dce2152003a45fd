"""Whatever writers do to their files while these are taken in, nothing they wrote is lost and nothing is doubled."""

from __future__ import annotations

from pathlib import Path

from bench.racing import race


def test_writers_that_race_the_intake_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    found = race(tmp_path / "home", writers=20, files=60, seconds=3.0, kill=False)

    assert found.must > 20, found
    assert (found.missing, found.doubled, found.remaining) == (0, 0, 0), found
