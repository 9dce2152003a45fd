"""Tests that share a home run in one worker: without groups each worker would load it, and nothing would tell."""

from __future__ import annotations

import pytest


@pytest.mark.xdist_group("together")
def test_a_group_reaches_the_scheduler(request: pytest.FixtureRequest, worker_id: str) -> None:
    if worker_id == "master":
        pytest.skip("one process has no groups")
    assert request.node.nodeid.endswith("@together")
