"""``python -m bench.kills``: kill -9 at random moments, then the same once more in peace: is all as if nothing had happened?

For each round a home with months loaded and new files in its inbox is copied, and one act (a load, a Dagster run, a
freeze, a backup, a restore, a key rotation) is killed at a random moment, alone or with all its workers, begun again and
killed again, up to five times, while a reader looks. Then the act is done in peace. Tables, archive and slips must
equal those of a home in which it was never killed, and the reader must have seen the state before or the one after,
nothing between. A made-up town; not part of the gate.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.states import State, seen_by_readers, state_of
from pipelines.home.folders import Settings
from tests.pipelines.town import Town, new_town, toilets

SHIJI = Path(sys.executable).with_name("shiji")
VILLAGES = ("甲村", "乙村", "丙村", "丁村")
MONTHS = tuple(f"2025-{month:02}" for month in range(1, 8))


@dataclass(frozen=True)
class Act:
    """Something that writes.

    Attributes:
        command: What is killed; a place for the home and one for a folder beside it.
        before: What must have been done in the home first.
        again: What is done afterwards, in peace; the command itself by default.
        result: The home that is looked at afterwards; the home itself by default.
        new_key: Whether it makes a key that no other home has.
        whole: How it says, done again, that all was done before; blank where it just does nothing.
    """

    command: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()
    again: tuple[str, ...] = ()
    result: str = "{home}"
    whole: str = ""
    new_key: bool = False

    def in_home(self, home: Path, command: tuple[str, ...] | None = None) -> list[str]:
        """A command of it, as the system takes it."""
        beside = home.with_name(home.name + "-beside")
        return [part.format(home=home, beside=beside) for part in command or self.command]


_SHIJI = (str(SHIJI), "--home", "{home}")
ACTS: Mapping[str, Act] = {
    "load": Act((*_SHIJI, "load")),
    "dagster": Act((sys.executable, "-m", "bench.dagster_load", "{home}"), again=(*_SHIJI, "load")),
    "freeze": Act(
        (*_SHIJI, "release", "freeze", "for the meeting"),
        ((*_SHIJI, "load"),),
        whole="there is a release for the meeting already",
    ),
    "backup": Act((*_SHIJI, "backup", "{beside}"), ((*_SHIJI, "load"),)),
    "restore": Act(
        (str(SHIJI), "--home", "{beside}/back", "restore", "{beside}/backup"),
        ((*_SHIJI, "load"), (*_SHIJI, "backup", "{beside}/backup")),
        result="{beside}/back",
        whole="is not empty, and nothing is overwritten",
    ),
    "rotate": Act((*_SHIJI, "key", "rotate"), ((*_SHIJI, "load"),), new_key=True),
}
_SHARES = {"load": 90, "dagster": 30, "freeze": 20, "backup": 20, "restore": 20, "rotate": 20}


@dataclass
class Round:
    """What came of one home.

    Attributes:
        kills: For each kill, after how many seconds, and whether the workers were killed too.
        looks: How often the reader looked.
    """

    act: str
    kills: list[tuple[float, bool]] = field(default_factory=list)
    looks: int = 0
    problems: list[str] = field(default_factory=list)


@dataclass
class Reader:
    """Looks at a home over and over until told to stop."""

    home: Path
    seen: Counter[tuple[str, str]] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    _stop: threading.Event = field(default_factory=threading.Event)

    def run(self) -> None:
        """Look, note what is seen, look again."""
        while not self._stop.is_set():
            try:
                self.seen[seen_by_readers(self.home)] += 1
            except Exception as error:
                self.errors.append(f"{type(error).__name__}: {error}"[:300])
            self._stop.wait(0.2)

    @contextlib.contextmanager
    def watching(self) -> object:
        """Look while something is done."""
        thread = threading.Thread(target=self.run)
        thread.start()
        try:
            yield self
        finally:
            self._stop.set()
            thread.join()


def prepared_home(root: Path) -> Town:
    """Seven months of one township loaded; in the inbox those of the others, a repeat, a correction, a refused file."""
    town = new_town(
        root / "home", settings=Settings(settle_seconds=0, first_period="2025-01", received_at="modified")
    )
    for at, month in enumerate(MONTHS):
        town.drop(f"toilet_reform/{month}/甲村.csv", toilets("甲村", first=100 + at, completed=f"{month}-05"))
    _age(town)
    _must([str(SHIJI), "--home", str(town.root), "load"])
    for at, month in enumerate(MONTHS):
        for village in VILLAGES[1:]:
            first = 200 + 10 * at + VILLAGES.index(village)
            rows = toilets(village, first=first, completed=f"{month}-05")
            town.drop(f"toilet_reform/{month}/{village}.csv", rows)
        town.drop(f"toilet_reform/{month}/甲村.csv", toilets("甲村", first=100 + at, completed=f"{month}-05"))
    town.drop(
        "toilet_reform/2025-07/甲村（更正）.csv",
        toilets("甲村", first=106, completed="2025-07-05", yuan="1600"),
    )
    town.drop("toilet_reform/2025-07/一些话.csv", "没有表格的一些话".encode())
    _age(town)
    return town


def _age(town: Town) -> None:
    """File times that are the same in every home and follow the order of names."""
    for at, path in enumerate(sorted((town.root / "inbox").rglob("*.csv"))):
        moment = 1_760_000_000 + 1000 * len(list((town.root / "archive").rglob("*"))) + at
        os.utime(path, (moment, moment))


def _must(command: list[str], whole: str = "") -> None:
    """Run a command that ends well, or says that the run that was killed had done all."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=_environment())
    if done.returncode and not (whole and whole in done.stderr):
        raise RuntimeError(f"{command}: {done.returncode}\n{done.stdout[-2000:]}\n{done.stderr[-2000:]}")


def _environment() -> dict[str, str]:
    return os.environ | {
        "GX_ANALYTICS_ENABLED": "false",
        "DAGSTER_DISABLE_TELEMETRY": "yes",
        "COLUMNS": "200",
    }


@dataclass(frozen=True)
class Undisturbed:
    """How an act comes out when nobody kills it.

    Attributes:
        home: A copy to begin each round from.
        seconds: How long the act takes.
        before, after: What readers see.
        state: Tables, archive and slips afterwards.
    """

    home: Path
    seconds: float
    before: tuple[str, str]
    after: tuple[str, str]
    state: State


def undisturbed(act: Act, start: Path, root: Path) -> Undisturbed:
    """Do an act in peace."""
    home = root / "start"
    shutil.copytree(start, home, symlinks=True)
    for command in act.before:
        _must(act.in_home(home, command))
    own = root / "undisturbed"
    _copy(home, own)
    before = seen_by_readers(own)
    began = time.monotonic()
    _must(act.in_home(own))
    seconds = time.monotonic() - began
    result = Path(act.result.format(home=own, beside=own.with_name(own.name + "-beside")))
    return Undisturbed(home, seconds, before, seen_by_readers(own), state_of(result, new_key=act.new_key))


def _copy(home: Path, to: Path) -> None:
    """A home and what lies beside it."""
    for end in ("", "-beside"):
        source, target = home.with_name(home.name + end), to.with_name(to.name + end)
        shutil.rmtree(target, ignore_errors=True)
        if source.exists():
            shutil.copytree(source, target, symlinks=True)


def killed(name: str, act: Act, known: Undisturbed, home: Path, chance: random.Random, times: int) -> Round:
    """One round: up to ``times`` kills, fewer if the act comes to its end before one."""
    _copy(known.home, home)
    done = Round(name)
    reader = Reader(home)
    ended = False
    with reader.watching():
        while not ended and len(done.kills) < times:
            after, whole_group = chance.uniform(0.05, 1.05) * known.seconds, chance.random() < 0.5
            ended = _kill(act.in_home(home), after, whole_group=whole_group)
            if not ended:
                done.kills.append((round(after, 3), whole_group))
    # What ended after a kill need not have done all: Dagster takes a killed run for running until its daemon looks.
    if not ended or (done.kills and act.again):
        _must(act.in_home(home, act.again or act.command), act.whole)
    done.looks = sum(reader.seen.values())
    done.problems += [f"a reader failed: {error}" for error in reader.errors[:3]]
    whole = [{known.before[door], known.after[door]} for door in (0, 1)]
    half = [look for look in reader.seen if look[0] not in whole[0] or look[1] not in whole[1]]
    done.problems += [f"readers saw what was never released: {look}"[:400] for look in half]
    result = Path(act.result.format(home=home, beside=home.with_name(home.name + "-beside")))
    done.problems += state_of(result, new_key=act.new_key).differences(known.state)
    return done


def _kill(command: list[str], after: float, *, whole_group: bool) -> bool:
    """Start, wait, kill -9; whether it had ended before."""
    process = subprocess.Popen(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=_environment(),
    )
    try:
        process.wait(timeout=after)
    except subprocess.TimeoutExpired:
        if whole_group:
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()
        return False
    return True


def main() -> None:
    """Run the rounds asked for and tell what came of them."""
    parser = argparse.ArgumentParser(prog="python -m bench.kills", description=__doc__)
    parser.add_argument("--kills", type=int, default=200, help="go on until so many were killed")
    parser.add_argument("--times", type=int, default=5, help="kills of one home before it is left in peace")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--act", choices=list(ACTS), action="append", help="only this act; may be given again"
    )
    parser.add_argument("--keep", type=Path, help="keep the homes of rounds that went wrong here")
    asked = parser.parse_args()
    chance = random.Random(asked.seed)
    names = asked.act or list(ACTS)
    weights = [_SHARES[name] for name in names]
    tell: Callable[[str], None] = lambda line: print(line, flush=True)  # noqa: E731
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        start = prepared_home(root).root
        known: dict[str, Undisturbed] = {}
        rounds: list[Round] = []
        while sum(len(one.kills) for one in rounds) < asked.kills:
            (name,) = chance.choices(names, weights)
            if name not in known:
                (root / name).mkdir()
                known[name] = undisturbed(ACTS[name], start, root / name)
                tell(f"{name}: {known[name].seconds:.1f} s undisturbed")
            one = killed(name, ACTS[name], known[name], root / "round", chance, asked.times)
            rounds.append(one)
            if one.problems:
                tell(f"round {len(rounds)}: {json.dumps(vars(one), ensure_ascii=False)}")
                if asked.keep:
                    _copy(root / "round", asked.keep / f"{len(rounds)}-{name}")
        tell(_summary(rounds))
    sys.exit(any(one.problems for one in rounds))


def _summary(rounds: list[Round]) -> str:
    lines = []
    for name in ACTS:
        own = [one for one in rounds if one.act == name]
        if own:
            wrong = sum(bool(one.problems) for one in own)
            kills, looks = sum(len(one.kills) for one in own), sum(one.looks for one in own)
            lines.append(
                f"{name}: {kills} kills in {len(own)} homes, {wrong} wrong, {looks} looks of readers"
            )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
