"""``python -m bench.acts``: random acts of clerks and the office, until so many are done: does a slip ever keep silent?

The acts and the model they are held against are those of ``tests.pipelines.acts``; the gate does a few hundred of them,
always the same. A made-up town; not part of the gate.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path

from tests.pipelines.acts.machine import done_on
from tests.pipelines.acts.office import empty_home

AT_ONCE = 20
"""Homes between two words to who waits."""


def main(arguments: list[str] | None = None) -> int:
    """Run the command."""
    parser = argparse.ArgumentParser("python -m bench.acts", description=__doc__)
    parser.add_argument("--steps", type=int, default=10_000, help="acts in all")
    parser.add_argument("--acts", type=int, default=25, help="at most, on one home")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args(arguments)
    done, began = 0, time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        empty = empty_home(Path(folder))
        for part in range(asked.steps):
            if done >= asked.steps:
                break
            done += done_on(empty, AT_ONCE, asked.acts, asked.seed * 100_000 + part).total()
            sys.stderr.write(f"{done} acts, {time.monotonic() - began:.0f} s\n")
    sys.stdout.write(f"{done} acts, none of them changed what its slip does not name\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
