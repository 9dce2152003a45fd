"""The demo city: its first load, a second one with nothing new, and one more file; staging alone beside calamine."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.child import run, shiji
from bench.staging import measure as measure_staging
from bench.staging import tell as tell_staging

_MAKE = """
import json, sys
from pathlib import Path
from pipelines.demo import generate
from pipelines.home.folders import Settings, init_home
from pipelines.home.regions import import_regions
from pipelines.home.site import Site
settings = Settings(title="示例市", synthetic=True, first_period="2024-01", settle_seconds=0, received_at="modified")
home = init_home(Path(sys.argv[1]), settings)
city = generate(home.inbox, home.config, scale=sys.argv[2])
import_regions(Site(home), city.regions)
print(json.dumps({"files": city.files, "rows": city.rows}))
"""


def measure(scale: str = "city") -> dict[str, Any]:
    """Make the city and load it once, again, and with one ledger more: a corrected copy of one that it handed in."""
    with tempfile.TemporaryDirectory() as name:
        home = Path(name) / "city"
        made = json.loads(run("-c", _MAKE, home, scale).output)
        kept = _a_ledger(home)
        copy = Path(name) / kept.name
        shutil.copy(kept, copy)
        shutil.copytree(home, Path(name) / "staged")
        staging = measure_staging(Path(name) / "staged")
        figures = {"first": _load(home), "second": _load(home)}
        _hand_in_again(copy, kept)
        return {"scale": scale, **made, **figures, "one_file": _load(home), "staging": staging}


def tell(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"demo city, scale {figures['scale']}: {figures['files']} files, {figures['rows']:,} rows"
    for name, title in (("first", "first load"), ("second", "again"), ("one_file", "one file more")):
        one = figures[name]
        steps = ", ".join(f"{step} {seconds:.1f}" for step, seconds in one["steps"].items())
        yield f"  {title:<16}{one['load_seconds']:>7.1f} s ({steps}); the command {one['command_seconds']:.1f} s"
        yield f"  {'':<16}received {one['received']}, months of records rebuilt: {one['rebuilt'] or 'none'}"
    yield tell_staging(figures["staging"])


def _load(home: Path) -> dict[str, Any]:
    done = shiji(home, "load", "--json")
    summary = json.loads(done.output)
    return {
        "command_seconds": done.seconds,
        "cpu_seconds": done.cpu_seconds,
        "peak_mb": done.peak_mb,
        "load_seconds": round(sum(summary["seconds"].values()), 2),
        "steps": summary["seconds"],
        "received": summary["received"],
        "rebuilt": sum(map(len, summary["records"].values())),
    }


def _a_ledger(home: Path) -> Path:
    """A CSV that a department hands in for a single month."""
    return next(path for path in sorted((home / "inbox" / "toilet_reform").rglob("*.csv")))


def _hand_in_again(copy: Path, original: Path) -> None:
    """Without its last line: other bytes for the same month, as a correction is."""
    lines = copy.read_bytes().splitlines(keepends=True)
    original.parent.mkdir(parents=True, exist_ok=True)
    original.write_bytes(b"".join(lines[:-1]))
