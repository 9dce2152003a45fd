"""The benchmark compares like with like: its bare script and the load find the same failing rows by every rule."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from bench import bare, household
from expectations.contracts.reading import read_contract
from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.pool import processes
from pipelines.loading.progress import Progress
from pipelines.loading.receive import receive
from pipelines.loading.stage import stage_pending

_UNIQUE = ("duplicate_key household_code", "one_household_each resident_id")


pytestmark = [
    pytest.mark.xdist_group("bench ledger"),
    # The bare script hands Great Expectations conditions as its users write them today.
    pytest.mark.filterwarnings(
        "ignore:.*(row_condition|condition_parser) parameter is deprecated:DeprecationWarning"
    ),
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("ledger")
    household.write(path, 2_000)
    return path


@pytest.fixture(scope="module")
def site(folder: Path) -> Site:
    household.make_home(folder / "home", folder)
    site = Site(Home(folder / "home"))
    receive(site, Progress())
    with processes(site.home.settings) as working:
        stage_pending(site, Progress(), "bench", working)
    return site


def test_the_ledger_is_the_same_every_time(folder: Path, tmp_path: Path) -> None:
    household.write(tmp_path, 2_000)
    assert (tmp_path / household.LEDGER).read_bytes() == (folder / household.LEDGER).read_bytes()


def test_the_bare_script_judges_by_the_contracts_33_expectations() -> None:
    contract = read_contract(household.CONTRACT)
    named = Counter(rule for rule, _, _, _ in bare.EXPECTATIONS)
    bounded = [column for column in contract.columns if column.minimum is not None]
    assert len(bare.EXPECTATIONS) == 33
    assert list(bare.COLUMNS.values()) == [column.name for column in contract.columns]
    assert named["missing"] == sum(column.required for column in contract.columns)
    assert named["not_allowed"] == sum(bool(column.enum) for column in contract.columns)
    assert named["out_of_range"] == len(bounded)
    assert named["pattern"] == sum(column.pattern is not None for column in contract.columns)
    assert {rule.name for rule in contract.rules} <= named.keys()


def test_both_find_the_same_failing_rows_by_every_rule(site: Site, folder: Path) -> None:
    theirs = bare.run(str(folder / household.LEDGER), str(folder / "bare.parquet"))
    ours = _failing_rows(site)
    for rule in _UNIQUE:  # the bare script counts the row that came first as well
        theirs[rule] -= _values_that_repeat(folder, rule)
    assert min(theirs.values()) > 0
    assert {rule: ours[rule] for rule in theirs} == theirs


def _failing_rows(site: Site) -> Counter[str]:
    import pyarrow.parquet as pq

    path = next((site.home.warehouse / "staged" / "household_ledger").glob("*.findings.parquet"))
    rows = pq.read_table(path, columns=["rule", "column"]).to_pylist()
    return Counter(f"{row['rule']} {row['column']}" for row in rows)


def _values_that_repeat(folder: Path, rule: str) -> int:
    import pandas as pd

    title = {column: title for title, column in bare.COLUMNS.items()}[rule.split()[1]]
    values = pd.read_csv(folder / household.LEDGER, encoding="gb18030", dtype="str")[title].dropna()
    return int((values.value_counts() > 1).sum())
