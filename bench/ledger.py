"""A household ledger of a million rows from the inbox to records, held against a bare script on the same bytes in the same run."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.child import Run, median, run, shiji

ROWS = 1_000_000
_LEDGER = "农村住户台账.csv"


def measure(runs: int, rows: int = ROWS) -> dict[str, Any]:
    """Take the bare script, inbox to records, the whole load, and a load with a stopwatch in turn, several times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        run("-m", "bench.household", "write", folder, str(rows))
        source = folder / _LEDGER
        bare, records, whole, steps = [], [], [], []
        for number in range(runs):
            bare.append(run(Path("bench") / "bare.py", source, folder / "bare.parquet"))
            records.append(_on_new_home(folder, f"records{number}", "-m", "bench.steps", "records"))
            whole.append(_load(folder, f"load{number}"))
            steps.append(
                json.loads(_on_new_home(folder, f"steps{number}", "-m", "bench.steps", "timed").output)
            )
        figures = {"bare": median(bare), "records": median(records), "load": median(whole)}
        return {
            "rows": rows,
            "bytes": source.stat().st_size,
            "runs": runs,
            **figures,
            "ratio": _ratio(figures["records"], figures["bare"]),
            "ratio_load": _ratio(figures["load"], figures["bare"]),
            "steps": _middle(steps),
        }


def tell(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    size = figures["bytes"] >> 20
    yield f"household ledger, {figures['rows']:,} rows × 20 columns, GB18030, {size} MB; median of {figures['runs']}"
    for name, title in (
        ("bare", "bare script: read_csv, 33 expectations, to_parquet"),
        ("records", "inbox to records, 33 expectations"),
        ("load", "the whole `shiji load`"),
    ):
        one = figures[name]
        yield f"  {title:<52}{one['seconds']:>8.1f} s{one['cpu_seconds']:>8.1f} s CPU{one['peak_mb']:>7,} MB peak"
    yield f"  inbox to records ÷ bare script: {_pair(figures['ratio'])}; whole load ÷ bare script: {_pair(figures['ratio_load'])}"
    yield "  where a load spends it:"
    for step, (seconds, cpu) in figures["steps"].items():
        yield f"    {step:<50}{seconds:>8.1f} s{cpu:>8.1f} s CPU"


def _on_new_home(folder: Path, name: str, *command: str) -> Run:
    root = folder / name
    run("-m", "bench.household", "home", root, folder)
    return run(*command, root)


def _load(folder: Path, name: str) -> Run:
    root = folder / name
    run("-m", "bench.household", "home", root, folder)
    return shiji(root, "load", "--json")


def _ratio(ours: dict[str, float], bare: dict[str, float]) -> dict[str, float]:
    return {
        "seconds": round(ours["seconds"] / bare["seconds"], 2),
        "cpu_seconds": round(ours["cpu_seconds"] / bare["cpu_seconds"], 2),
    }


def _pair(ratio: dict[str, float]) -> str:
    return f"{ratio['seconds']:.2f} (CPU {ratio['cpu_seconds']:.2f})"


def _middle(each: list[dict[str, list[float]]]) -> dict[str, list[float]]:
    """The run whose total is the median one: medians step by step would not add up."""
    ordered = sorted(each, key=lambda steps: sum(seconds for seconds, _ in steps.values()))
    return ordered[len(ordered) // 2]
