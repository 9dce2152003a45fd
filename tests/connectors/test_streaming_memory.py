"""Reading a long CSV batch by batch takes no more memory for a longer file."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from connectors.extract import read_tables
from connectors.streaming import stream_batches

ROOT = Path(__file__).resolve().parents[2]
LINE = "{0:07},东坑村,张三,46032219700101{1:04},三格式,2025-06-{2:02},1500,是,合格,备注{1}\r\n"
HEADER = "序号,村名称,户主姓名,身份证号,改厕类型,竣工日期,补助金额（元）,是否验收,使用状况,备注\r\n"

PEAK = """
import sys
from pathlib import Path
import duckdb, pandas, pyarrow.csv
from connectors.streaming import stream_batches

def peak():  # not getrusage, which begins with the peak of whoever started this process
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) // 1000

before = peak()
rows = sum(len(batch.rows) for batch in stream_batches(Path(sys.argv[1]), "台账.csv").batches())
print(rows, peak() - before)
"""


def written(path: Path, megabytes: int) -> tuple[Path, int]:
    """A GB 18030 ledger of about so many megabytes, and its number of rows."""
    block = "".join(LINE.format(i, i, i % 28 + 1) for i in range(10_000)).encode("gb18030")
    times = megabytes * 1_000_000 // len(block)
    with path.open("wb") as file:
        file.write(HEADER.encode("gb18030"))
        for _ in range(times):
            file.write(block)
    return path, times * 10_000


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="asks for memory as Linux tells it")
def test_the_peak_does_not_grow_with_the_file(tmp_path: Path) -> None:
    peaks = []
    sizes = 20, 160
    for megabytes in sizes:
        path, count = written(tmp_path / f"{megabytes}.csv", megabytes)
        rows, more = map(int, _python(PEAK, path).split())
        assert rows == count
        peaks.append(more)

    # What allocators keep differs by tens of megabytes from run to run; what is held of the file would be all of it.
    assert peaks[1] - peaks[0] < (sizes[1] - sizes[0]) / 4, peaks


def _python(script: str, path: Path) -> str:
    command = [sys.executable, "-c", script, str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout


def test_batches_are_the_table_in_pieces(tmp_path: Path) -> None:
    path, count = written(tmp_path / "台账.csv", 20)
    with path.open("ab") as file:
        file.write("合计,,,,,,15000,,,\r\n注：本表由乡镇填报。,,,,,,,,,\r\n".encode("gb18030"))

    stream = stream_batches(path, "台账.csv")
    assert stream is not None
    batches = list(stream.batches())
    (extract,) = read_tables(path).extracts

    assert len(batches) > 2
    assert [row for batch in batches for row in batch.rows.to_pylist()] == extract.rows.to_pylist()
    assert len(extract.rows) == count
    texts = [batch.cells.column("9").to_pylist() for batch in batches]
    assert [text for piece in texts for text in piece] == extract.cells["9"].to_pylist()
    assert stream.totals[0][0] == "合计"
    assert extract.table.total_rows == [count + 1]
