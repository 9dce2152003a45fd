"""A home is its account's alone, whatever the umask; what the settings give to a group, that group and no other sees."""

from __future__ import annotations

import grp
import os
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from pipelines.cli.app import app
from pipelines.home.access import NoSuchGroup, share, too_open
from pipelines.home.folders import HomeError, Settings, init_home
from tests.pipelines.town import Town, new_town, toilets

pytestmark = pytest.mark.skipif(os.name == "nt", reason="modes say nothing on Windows")


@pytest.fixture(autouse=True)
def lax_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def seen_by_others(root: Path) -> list[str]:
    """Paths of a home that any other account could open, were it let in at the door."""
    return [str(path.relative_to(root)) for path in [root, *root.rglob("*")] if mode(path) & 0o077]


@pytest.fixture
def group() -> str:
    if os.getuid() != 0:
        pytest.skip("only root may give files to any group")
    return next(one.gr_name for one in grp.getgrall() if one.gr_gid != os.getgid())


def test_a_home_made_under_any_umask_is_private_to_the_last_file(tmp_path: Path) -> None:
    init_home(tmp_path / "home")
    assert seen_by_others(tmp_path / "home") == []


def test_a_load_from_the_command_line_leaves_nothing_that_others_may_read(tmp_path: Path) -> None:
    town = new_town(tmp_path / "home")
    town.drop("agriculture/2025年6月改厕台账.csv", toilets("甲村", "无名村"))
    os.umask(0)
    done = CliRunner().invoke(app, ["--home", str(town.root), "load"])
    assert done.exit_code == 0, done.output
    assert {"ledger.db", "audit.jsonl"} <= {path.name for path in town.root.iterdir()}
    made = [path for path in seen_by_others(town.root) if not path.startswith("inbox/")]
    assert [
        path for path in made if path.split("/")[0] in ("outbox", "published", "reports", "archive")
    ] == []


def test_a_home_that_was_open_is_named_by_status_and_closed_by_init(town: Town) -> None:
    town.load()
    (town.root / "outbox").chmod(0o755)
    (town.root / "ledger.db").chmod(0o644)
    told = CliRunner().invoke(app, ["--home", str(town.root), "status"]).output
    assert "open to other accounts" in told
    assert "ledger.db" in told
    assert town.root / "outbox" in too_open(town.site.home.sharing)
    CliRunner().invoke(app, ["--home", str(town.root), "init"])
    assert too_open(town.site.home.sharing) == []
    assert (mode(town.root / "outbox"), mode(town.root / "ledger.db")) == (0o700, 0o600)


def test_a_department_s_group_reads_its_slips_and_no_other_s(tmp_path: Path, group: str) -> None:
    town = new_town(
        tmp_path / "home", settings=Settings(settle_seconds=0, department_groups={"agriculture": group})
    )
    town.drop("agriculture/2025年6月/改厕台账.csv", toilets("甲村", "无名村"))
    town.load()
    slips = [path for path in (town.root / "outbox/agriculture").rglob("*") if path.is_file()]
    assert slips
    for path in (*slips, *(slip.parent for slip in slips)):
        assert (path.group(), mode(path) & 0o077) == (group, 0o040 if path.is_file() else 0o050)
    assert mode(town.root / "inbox/agriculture") & 0o777 == 0o770
    assert [mode(town.root / name) for name in (".", "inbox", "outbox")] == [0o711] * 3
    assert [mode(town.root / name) for name in ("archive", "config", "reports", "inbox/education")] == [
        0o700
    ] * 4


def test_the_office_reads_published_files_and_reports_when_its_group_is_set(
    tmp_path: Path, group: str
) -> None:
    town = new_town(tmp_path / "home", settings=Settings(settle_seconds=0, readers_group=group))
    town.drop("agriculture/2025年6月改厕台账.csv", toilets("甲村"))
    town.load()
    files = [
        path for name in ("published", "reports") for path in (town.root / name).rglob("*") if path.is_file()
    ]
    assert files
    assert {(path.group(), mode(path)) for path in files} == {(group, 0o640)}
    assert mode(town.root / "outbox") == 0o700


def test_a_group_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="no-such-group"):
        init_home(tmp_path / "home", Settings(readers_group="no-such-group"))
    home = init_home(tmp_path / "other")
    with pytest.raises(NoSuchGroup, match="member"):
        share(type(home.sharing)(home.root, {}, "no-such-group"), home.reports)
