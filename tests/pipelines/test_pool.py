"""How many processes a load starts, and for what."""

from __future__ import annotations

import os

import pytest

from pipelines.home.folders import Settings
from pipelines.loading.pool import WORTH_WORKERS, Processes, processes


@pytest.fixture
def four_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "cpu_count", lambda: 4)


def running(working: Processes) -> int:
    return sum(worker.is_running for worker in working.workers)


@pytest.mark.usefixtures("four_cores")
def test_as_many_workers_start_as_there_are_bundles_and_cores() -> None:
    own = Settings(file_seconds=4321)  # the process apart of other settings may wait from an earlier load
    for bundles, started in ((2, 2), (9, 4)):
        with processes(own) as working:
            working.start([range(WORTH_WORKERS)] * bundles)
            assert (running(working), working.apart.is_running) == (started, False)


@pytest.mark.usefixtures("four_cores")
@pytest.mark.parametrize("bundles", [[range(3)] * 3, [range(90)]])
def test_few_files_or_one_bundle_need_no_workers(bundles: list[range]) -> None:
    with processes(Settings()) as working:
        working.start(bundles)
        assert (running(working), working.apart.is_running) == (0, True)
        assert not working.are_worth(bundles)


@pytest.mark.usefixtures("four_cores")
def test_workers_that_run_take_what_would_not_be_worth_starting_them() -> None:
    with processes(Settings()) as working:
        assert not working.are_worth([[1]])
        working.start([range(WORTH_WORKERS)] * 2)
        assert working.are_worth([[1]])
        assert not working.are_worth([])
        for bundles in ([[1, 2]], [[3], [4]]):
            assert sorted(working.over(sum, bundles, lambda call, one: call(one))) == [*map(sum, bundles)]
            assert running(working) == 2


def test_nothing_to_do_starts_nothing() -> None:
    with processes(Settings()) as working:
        working.start([])
        assert not working.have_workers
