"""How fast files become tables, held against the bare library on the same bytes in the same run."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROWS, SHEET_ROWS, REPEATS = 1_000_000, 50_000, 3

_PEAK = """
import sys
from pathlib import Path
sys.path.insert(0, {root!r})
import duckdb, pyarrow.csv, pyarrow.compute, connectors.extract
def high():
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
before = high()
reading = connectors.extract.read_tables(Path(sys.argv[1]))
print(before // 1024, high() // 1024, sum(e.cells.nbytes for e in reading.extracts) >> 20)
"""


def measure() -> dict[str, Any]:
    """Measure in a process of its own: whoever measures children's memory must stay small."""
    from bench.child import run

    figures: dict[str, Any] = json.loads(run("-m", "bench.reading").output)
    return figures


def tell(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    text = figures["text"]
    yield f"GB18030 CSV, {text['rows']:,} × 20, {text['bytes'] >> 20} MB: {text['seconds']:.2f} s to Arrow; pandas with pyarrow on UTF-8 {text['bare_seconds']:.2f} s; ratio {text['ratio']:.2f}"
    yield f"  {_memory(text['memory'])}; a quarter of the rows: {_memory(text['memory_of_a_quarter'])}"
    for kind, book in figures["workbooks"].items():
        yield f"{kind}, {book['rows']:,} × 20: {book['seconds']:.2f} s to a table; calamine alone {book['bare_seconds']:.2f} s; ratio {book['ratio']:.2f}"
        yield f"  {_memory(book['memory'])}"


def _memory(peak: dict[str, int]) -> str:
    if not peak:
        return "memory is measured on Linux only"
    return f"memory {peak['before_mb']} MB before, peak +{peak['more_mb']} MB for a result of {peak['result_mb']} MB"


def _text(folder: Path) -> dict[str, Any]:
    import pandas as pd

    from connectors.extract import read_tables

    local, plain, short = folder / "户.csv", folder / "utf8.csv", folder / "short.csv"
    text = _ledger(ROWS)
    local.write_bytes(text.encode("gb18030"))
    plain.write_bytes(text.encode())
    short.write_bytes(_ledger(ROWS // 4).encode("gb18030"))
    times = _compare(lambda: read_tables(local), lambda: pd.read_csv(plain, engine="pyarrow"))
    peaks = {"memory": _peak(local), "memory_of_a_quarter": _peak(short)}
    return {"rows": ROWS, "bytes": local.stat().st_size, **times, **peaks}


def _workbooks(folder: Path) -> dict[str, Any]:
    """The same ledger as three workbooks: plain, with what a look into the file must find, and of the old kind."""
    rows = [[_value(cell) for cell in line.split(",")] for line in _ledger(SHEET_ROWS).splitlines()]
    return {
        "xlsx": _read(_xlsx(folder / "户.xlsx", rows)),
        "xlsx with percentages, merges and hidden rows": _read(_decorated(folder / "率.xlsx", rows)),
        "xls": _read(_xls(folder / "户.xls", rows)),
    }


def _value(cell: str) -> str | float:
    return float(cell) if cell.replace(".", "", 1).isdigit() and len(cell) < 15 else cell


def _xlsx(path: Path, rows: list[list[str | float]]) -> Path:
    import openpyxl

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("户")
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def _decorated(path: Path, rows: list[list[str | float]]) -> Path:
    """Four columns of percentages, a merge over every tenth to fourteenth row, every thousandth row hidden."""
    import openpyxl
    from openpyxl.cell import WriteOnlyCell
    from openpyxl.worksheet.cell_range import MultiCellRange

    book = openpyxl.Workbook(write_only=True)
    sheet = book.create_sheet("户")
    sheet.append(rows[0])
    for number, row in enumerate(rows[1:], 2):
        cells = [WriteOnlyCell(sheet, value) for value in row]
        for cell in cells[14:18]:
            cell.number_format = "0.00%"
        sheet.row_dimensions[number].hidden = number % 1_000 == 0
        sheet.append(cells)
    sheet.merged_cells = MultiCellRange(f"B{top}:B{top + 4}" for top in range(10, len(rows) - 4, 10))
    book.save(path)
    return path


def _xls(path: Path, rows: list[list[str | float]]) -> Path:
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("户")
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            sheet.write(number, column, value)
    book.save(str(path))
    return path


def _read(path: Path) -> dict[str, Any]:
    from python_calamine import CalamineWorkbook

    from connectors.extract import read_tables

    times = _compare(
        lambda: read_tables(path),
        lambda: CalamineWorkbook.from_path(path).get_sheet_by_index(0).to_python(skip_empty_area=False),
    )
    return {"rows": SHEET_ROWS, **times, "memory": _peak(path)}


def _compare(ours: Callable[[], object], bare: Callable[[], object]) -> dict[str, float]:
    """Best wall times in seconds, taken in turn so that a busy machine is fair to both."""
    times = [(_seconds(ours), _seconds(bare)) for _ in range(REPEATS)]
    best, best_bare = min(t for t, _ in times), min(t for _, t in times)
    return {
        "seconds": round(best, 3),
        "bare_seconds": round(best_bare, 3),
        "ratio": round(best / best_bare, 2),
    }


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _peak(path: Path) -> dict[str, int]:
    """Resident memory of a fresh process before and at the peak of the reading, and the size of its result."""
    if not Path("/proc/self/status").exists():
        return {}
    script = _PEAK.format(root=str(Path(__file__).resolve().parents[1]))
    done = subprocess.run([sys.executable, "-c", script, path], capture_output=True, text=True, check=True)
    before, peak, result = map(int, done.stdout.split())
    return {"before_mb": before, "more_mb": peak - before, "result_mb": result}


def _ledger(rows: int) -> str:
    """A household ledger of 20 columns as CSV text."""
    import numpy as np
    import pandas as pd

    rng = np.random.default_rng(0)
    columns: dict[str, object] = {
        "县": rng.choice(["甲县", "乙县", "丙区"], rows),
        "乡镇": rng.choice([f"第{i}镇" for i in range(30)], rows),
        "村": rng.choice([f"第{i}村" for i in range(900)], rows),
        "户编号": np.arange(rows) + 10**9,
        "户主": rng.choice([f"户主{i}" for i in range(50_000)], rows),
        "证件": rng.integers(10**17, 9 * 10**17, rows).astype(str),
    }
    columns |= {f"数{i}": rng.integers(0, 99_999, rows) for i in range(8)}
    columns |= {f"率{i}": rng.random(rows).round(4) for i in range(4)}
    columns |= {"日期": "2025-06-01", "备注": rng.choice(["", "正常", "整改中"], rows)}
    return pd.DataFrame(columns).to_csv(index=False)


def _print() -> None:
    with tempfile.TemporaryDirectory() as folder:
        print(json.dumps({"text": _text(Path(folder)), "workbooks": _workbooks(Path(folder))}))


if __name__ == "__main__":
    _print()
