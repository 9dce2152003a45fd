"""``python -m bench.memory``: what reading a long CSV takes beyond its start, batch by batch and as one table."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from bench.reading import _ledger

ROWS = (125_000, 1_000_000)

_SCRIPT = """
import sys
from pathlib import Path
import duckdb, pandas, pyarrow.csv, pyarrow.compute
from connectors.extract import read_tables
from connectors.streaming import stream_batches

def peak():  # not getrusage, which begins with the peak of whoever started this process
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10

before, path = peak(), Path(sys.argv[2])
if sys.argv[1] == "batches":
    held = max(batch.cells.nbytes for batch in stream_batches(path, path.name).batches())
else:
    held = sum(extract.cells.nbytes for extract in read_tables(path).extracts)
print(peak() - before, held >> 20)
"""


def main() -> None:
    """Measure each in a process of its own, as Linux tells it."""
    with tempfile.TemporaryDirectory() as folder:
        for rows in ROWS:
            path = Path(folder) / f"{rows}.csv"
            path.write_bytes(_ledger(rows).encode("gb18030"))
            for way in ("batches", "table"):
                command = [sys.executable, "-c", _SCRIPT, way, str(path)]
                done = subprocess.run(command, capture_output=True, text=True, check=True)
                more, held = done.stdout.split()
                size = path.stat().st_size >> 20
                print(f"{rows:,} × 20, {size} MB, {way}: peak +{more} MB; largest thing handed out {held} MB")


if __name__ == "__main__":
    main()
