"""``python -m bench``: how fast, how much memory, and where it goes. What the figures mean: docs/benchmarks.md."""

from __future__ import annotations

import argparse
import json
import sys
from typing import Any

from bench import city, growth, ledger, reading

PARTS = ("ledger", "reading", "city", "growth")


def main() -> None:
    """Measure the parts asked for, print each as soon as it is done."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", choices=PARTS, action="append", help="only this part; may be given again")
    parser.add_argument("--json", action="store_true", help="print JSON")
    parser.add_argument("--runs", type=int, default=3, help="runs of the ledger to take the median of")
    parser.add_argument("--rows", type=int, default=ledger.ROWS, help="rows of the ledger")
    parser.add_argument("--loads", type=int, default=growth.LOADS, help="loads of one file each")
    asked = parser.parse_args()
    figures: dict[str, Any] = {}
    for name in PARTS:
        if asked.only and name not in asked.only:
            continue
        print(f"measuring {name} …", file=sys.stderr)
        figures[name] = _measure(name, asked)
        if not asked.json:
            print("\n".join(_TELL[name](figures[name])), flush=True)
    if asked.json:
        print(json.dumps(figures, ensure_ascii=False, indent=2))


def _measure(name: str, asked: argparse.Namespace) -> dict[str, Any]:
    if name == "ledger":
        return ledger.measure(asked.runs, asked.rows)
    if name == "growth":
        return growth.measure(asked.loads)
    return reading.measure() if name == "reading" else city.measure()


_TELL = {"ledger": ledger.tell, "reading": reading.tell, "city": city.tell, "growth": growth.tell}


if __name__ == "__main__":
    main()
