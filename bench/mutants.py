"""``make mutants``: small faults put into the central rooms, one at a time; which of them do the tests not notice?

The faults are cosmic-ray's; a copy of the tree is mutated, never the tree itself. Minutes per room; not part of the gate.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ROOMS: Mapping[str, tuple[str, ...]] = {
    "warehouse/ledger/force.py": ("tests/warehouse/test_ledger.py",),
    "warehouse/frequency.py": (
        "tests/expectations/test_report_charts.py",
        "tests/expectations/test_report.py",
    ),
    "warehouse/staged.py": ("tests/warehouse/test_staged.py",),
    "warehouse/relations.py": ("tests/warehouse/test_relations.py", "tests/warehouse/test_indicators.py"),
    "connectors/inbox/complete.py": ("tests/connectors/test_inbox.py",),
    "connectors/inbox/taking.py": ("tests/connectors/test_taking.py",),
    "expectations/anomalies/control.py": (
        "tests/expectations/test_anomalies_control.py",
        "tests/expectations/test_anomalies.py",
    ),
    "expectations/submissions/outcome.py": ("tests/expectations/test_outcome.py",),
}
"""Rooms that decide what counts, and the tests that should notice when they decide otherwise."""

_SECONDS = 180


@dataclass(frozen=True)
class Survivor:
    """A fault that no test noticed."""

    line: int
    operator: str
    diff: str


def main() -> None:
    """Mutate the rooms asked for and tell what survived."""
    parser = argparse.ArgumentParser(prog="python -m bench.mutants", description=__doc__)
    parser.add_argument(
        "--room", choices=list(ROOMS), action="append", help="only this room; may be given again"
    )
    parser.add_argument("--diff", action="store_true", help="show each survivor")
    asked = parser.parse_args()
    for room in asked.room or ROOMS:
        total, survivors = mutated(room)
        killed = total - len(survivors)
        print(f"{room}: {killed} of {total} killed ({100 * killed / max(total, 1):.0f} %)", flush=True)
        for one in survivors:
            print(one.diff if asked.diff else f"  line {one.line}: {one.operator}", flush=True)


def mutated(room: str) -> tuple[int, list[Survivor]]:
    """How many faults a room was given, and those that survived its tests."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder) / "tree"
        ignored = shutil.ignore_patterns(".git", ".venv", "shiji-home", "__pycache__", ".*_cache")
        shutil.copytree(ROOT, tree, ignore=ignored)
        (tree / "mutants.toml").write_text(_config(room), encoding="utf-8")
        for step in (["init", "mutants.toml", "session.sqlite"], ["exec", "mutants.toml", "session.sqlite"]):
            subprocess.run([_tool("cosmic-ray"), *step], cwd=tree, check=True, stdout=subprocess.DEVNULL)
        told = subprocess.run(
            [_tool("cosmic-ray"), "dump", "session.sqlite"],
            cwd=tree,
            check=True,
            capture_output=True,
            text=True,
        )
    results = [json.loads(line) for line in told.stdout.splitlines() if line]
    return len(results), list(_survivors(results))


def _survivors(results: list[list[dict[str, object]]]) -> Iterator[Survivor]:
    for item, result in results:
        if result and result["test_outcome"] == "survived":
            (mutation,) = item["mutations"]  # type: ignore[misc]
            yield Survivor(mutation["start_pos"][0], mutation["operator_name"], str(result.get("diff") or ""))


def _tool(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _config(room: str) -> str:
    tests = " ".join(ROOMS[room])
    command = f"{sys.executable} -m pytest -x -q -n 0 -p no:cacheprovider {tests}"
    return (
        f'[cosmic-ray]\nmodule-path = "{room}"\ntimeout = {_SECONDS}.0\nexcluded-modules = []\n'
        f"test-command = '{command}'\n\n[cosmic-ray.distributor]\nname = \"local\"\n"
    )


if __name__ == "__main__":
    main()
