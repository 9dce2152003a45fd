"""What a home that asks for Spark must have, and that it says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from pipelines.home.folders import Home, HomeError, Settings, init_home
from pipelines.home.site import Site
from tests.spark_cluster import missing
from warehouse.engines.duckdb import DuckDB

POSTGRES = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def site(tmp_path: Path, said: str) -> Site:
    home = init_home(tmp_path / "家")
    (home.config / "shiji.yaml").write_text(said, encoding="utf-8")
    return Site(Home(home.root))


def test_duckdb_computes_where_nothing_is_said(tmp_path: Path) -> None:
    assert Settings().engine == "duckdb"
    with site(tmp_path, "").engine() as engine:
        assert isinstance(engine, DuckDB)


def test_spark_needs_the_address_of_a_cluster(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="spark_master, the address of a cluster"):
        _ = site(tmp_path, "engine: spark\n").home.settings


@pytest.mark.parametrize("ledger", ["", "ledger_url: sqlite:////tmp/other.db\n"])
def test_spark_needs_the_ledger_in_postgresql(tmp_path: Path, ledger: str) -> None:
    own = site(tmp_path, f"engine: spark\nspark_master: spark://127.0.0.1:7077\n{ledger}")
    with pytest.raises(HomeError, match=r"ledger in PostgreSQL.*ledger_url"):
        _ = own.ledger
    there = site(tmp_path, f"engine: spark\nspark_master: spark://127.0.0.1:7077\nledger_url: {POSTGRES}\n")
    assert there.home.ledger_url == POSTGRES


@pytest.mark.skipif(missing() is None, reason="pyspark and Java are here")
def test_spark_that_is_not_installed_is_named_with_the_remedy(tmp_path: Path) -> None:
    said = f"engine: spark\nspark_master: spark://127.0.0.1:7077\nledger_url: {POSTGRES}\n"
    with pytest.raises(HomeError, match=r"pyspark|Java"), site(tmp_path, said).engine():
        pass
