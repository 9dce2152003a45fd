"""A month that has not begun is kept out, whether the file or a cell says it."""

from __future__ import annotations

import datetime as dt

import pandas as pd

from expectations.conform.future import without_future
from expectations.conform.model import Conformed
from expectations.contracts.reading import load_contracts
from expectations.findings import no_drafts
from tests.pipelines.town import Town, toilets
from warehouse.clock import shanghai_day
from warehouse.periods import Month


def test_a_file_of_a_month_to_come_is_sent_back_and_gives_no_record(town: Town) -> None:
    present = Month.of(shanghai_day(dt.datetime.now(dt.UTC)))
    town.drop(f"toilet_reform/{present}/榆塘县.csv", toilets("甲村"))
    town.drop(f"toilet_reform/{present + 7}/榆塘县.csv", toilets("乙村", first=2))

    town.load()

    assert town.ask("select period, count(*) from toilet_ledger group by all") == [(str(present), 1)]
    assert sorted(town.statuses().values()) == ["accepted", "refused"]
    [(message, severity)] = town.ask("select message, severity from findings where rule = 'future_period'")
    assert severity == "error"
    assert str(present + 7) in message
    assert town.load().is_idle


def periods_kept_out(dataset: str, present: str, *periods: str) -> list[int]:
    frame = pd.DataFrame({"period": pd.Series(periods, dtype="str")})
    table = Conformed(frame, no_drafts(), None, {})  # type: ignore[arg-type]
    found = without_future(table, load_contracts()[dataset], Month(present)).findings
    return [int(row) for row in found["position"]]


def test_only_rows_of_windows_that_have_not_begun_are_kept_out() -> None:
    assert periods_kept_out("toilet_ledger", "2025-06", "2025-05", "2025-06", "2025-07", "2027-06") == [2, 3]
    assert periods_kept_out("road_segments", "2025-05", "2025-06", "2025-09") == [1]  # a quarter
    assert periods_kept_out("grain_plots", "2025-03", "2025-12", "2026-12") == [1]  # a year
