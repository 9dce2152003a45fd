"""A new key makes every token of the present anew, tells no sender, and comes out the same however often it is killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipelines.home import keys
from pipelines.home.folders import Home
from pipelines.loading.rotation import rotate
from tests.pipelines.apart import run_script
from tests.pipelines.town import Town, new_town, toilets
from warehouse.audit import Audit
from warehouse.current import shown

KEY = bytes(range(32))
TOKENS = "select householder, resident_id, phone from toilet_ledger"
JOINED = "select count(*) from toilet_ledger a join toilet_ledger b using (resident_id)"


pytestmark = pytest.mark.xdist_group("rotation")


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Town:
    """A town with two months, one of them with a row in quarantine, and a file that is refused; only for copying."""
    town = new_town(tmp_path_factory.mktemp("rotation") / "home")
    town.drop("toilet_reform/2025年6月改厕台账.csv", toilets("甲村", "乙村", "无名村"))
    town.drop("toilet_reform/2025年7月改厕台账.csv", toilets("甲村", "丁村", completed="2025-07-10"))
    town.drop("toilet_reform/说明.csv", "没有表格".encode())
    town.load()
    return town


@pytest.fixture
def town(loaded: Town, tmp_path: Path) -> Town:
    shutil.copytree(loaded.root, tmp_path / "home", symlinks=True)
    return Town(tmp_path / "home")


def tokens_of(town: Town) -> set[str]:
    return {token for row in town.ask(TOKENS) for token in row if token}


def slips(town: Town) -> dict[str, tuple[bytes, int]]:
    files = (path for path in (town.root / "outbox").rglob("*") if path.is_file())
    return {str(path): (path.read_bytes(), path.stat().st_mtime_ns) for path in files}


def tables(town: Town) -> dict[str, list[str]]:
    names = ("toilet_ledger", "findings", "quarantine", "observations")
    return {name: sorted(map(str, town.table(name).to_pylist())) for name in names}


def staged_texts(town: Town) -> str:
    files = sorted((town.root / "warehouse/staged").rglob("*.parquet"))
    return "".join(str(pq.read_table(path, partitioning=None).to_pylist()) for path in files)


def test_every_token_is_new_and_still_joins_the_same_people(town: Town) -> None:
    before, joined, told = tokens_of(town), town.ask(JOINED), slips(town)
    assert rotate(Home(town.root), "the yearly change").finished
    after = tokens_of(town)
    assert len(after) == len(before)
    assert not after & before
    assert town.ask(JOINED) == joined
    assert slips(town) == told
    kept = staged_texts(town) + str(tables(town))
    assert not [token for token in before if token in kept]
    current = shown(town.root / "published")
    assert current is not None
    published = "".join(str(pq.read_table(path).to_pylist()) for path in current.rglob("*.parquet"))
    assert not [token for token in before if token in published]


def test_the_audit_log_says_why_and_that_it_was_done(town: Town) -> None:
    rotate(Home(town.root), "the yearly change")
    begun, done = [one for one in Audit(town.root / "audit.jsonl").entries() if one.what.startswith("key")]
    assert (begun.what, begun.reason) == ("key rotation", "the yearly change")
    assert begun.subject.endswith(done.subject)
    assert sorted(path.name for path in (town.root / "config").glob("private.*")) == ["private.key"]


KILLED = {
    "before the new key counts": "import os; os.replace = lambda *a: os._exit(9)",
    "in the middle of staging": (
        "import os; from warehouse.staged import StagedStore; write, n = StagedStore.write, iter(range(4))\n"
        "def dying(*a, **k):\n    next(n, None) is None and os._exit(9); return write(*a, **k)\n"
        "StagedStore.write = dying"
    ),
    "before the tables": "import os; from warehouse.store import Store; Store.write = lambda *a, **k: os._exit(9)",
}


@pytest.mark.parametrize("place", KILLED)
def test_killed_and_run_again_it_equals_an_undisturbed_one(town: Town, tmp_path: Path, place: str) -> None:
    shutil.copytree(town.root, tmp_path / "undisturbed", symlinks=True)
    undisturbed = Town(tmp_path / "undisturbed")
    told = slips(town)
    ended = run_script(_ROTATE.format(kill=KILLED[place], root=str(town.root), key=KEY))
    assert ended.returncode == 9
    rotate(Home(town.root), key=KEY)
    rotate(Home(undisturbed.root), key=KEY)
    assert not keys.counts(Home(town.root))
    assert tables(town) == tables(undisturbed)
    assert staged_texts(town) == staged_texts(undisturbed)
    assert slips(town) == told


_ROTATE = """
from pathlib import Path
from pipelines.home.folders import Home
from pipelines.loading.rotation import rotate
{kill}
rotate(Home(Path({root!r})), key={key!r})
"""


def test_a_load_goes_on_with_a_rotation_that_was_cut_off(town: Town) -> None:
    before, told = tokens_of(town), slips(town)
    keys.begin(Home(town.root), KEY)
    town.drop("toilet_reform/2025年8月改厕台账.csv", toilets("乙村", completed="2025-08-10"))
    town.load()
    assert not keys.counts(Home(town.root))
    assert not tokens_of(town) & before
    assert {name: slip for name, slip in slips(town).items() if name in told} == told
    assert len(slips(town)) == len(told) + 1
