"""Loads of one file each into one home, one after the other: what a load costs when many have gone before.

Each file is a township's ledger of a month; the townships of a county hand in month by month, so that two hundred loads
are most of a year of nights. Loads run in this process, each with the home opened anew; one load that is not counted
pays for the imports.
"""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stdnum.cn import ric

LOADS, ROWS, COMPARED = 200, 40, 10
TOWNSHIPS = tuple(f"{name}河镇" for name in "东西南北上下前后左右大小新老青白黑")
_COUNTY = "990181"
_TITLES = "县区,乡镇,行政村,户主,身份证号,联系电话,改厕年度,改厕类型,竣工日期,补助金额（元）"


@dataclass(frozen=True)
class Load:
    """One load.

    Attributes:
        seconds: Wall time.
        cpu_seconds: Processor time, of children too.
        grown: Bytes by which the home has grown.
        handed_in: Bytes of the file as it lies in the archive, staged, and in its slip.
        changed: Bytes of that, and of the files of tables that hold what it changed.
        versions: Table versions it made.
        steps: Seconds by step.
    """

    seconds: float
    cpu_seconds: float
    grown: int
    handed_in: int
    changed: int
    versions: int
    steps: dict[str, float]


def measure(loads: int = LOADS) -> dict[str, Any]:
    """Load file after file; returns the first loads held against the last."""
    os.environ.setdefault("GX_ANALYTICS_ENABLED", "false")
    with tempfile.TemporaryDirectory() as name:
        root = make_home(Path(name))
        one_load(root, 0)
        done = [one_load(root, number) for number in range(1, loads + 1)]
        size, folders = size_of(root), _by_folder(root)
    first, last = done[:COMPARED], done[-COMPARED:]
    return {
        "loads": loads,
        "bytes": size,
        "folders": folders,
        "first": _summary(first),
        "last": _summary(last),
        "ratio": {
            "seconds": _ratio(last, first, "seconds"),
            "cpu_seconds": _ratio(last, first, "cpu_seconds"),
        },
        "disk_per_changed": _share(last, "changed"),
        "disk_per_handed_in": _share(last, "handed_in"),
    }


def tell(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{figures['loads']} loads of one file each into one home, which then holds {figures['bytes'] >> 10:,} KiB"
    for name, title in (("first", f"the first {COMPARED}"), ("last", f"the last {COMPARED}")):
        one = figures[name]
        steps = ", ".join(f"{step} {seconds:.2f}" for step, seconds in one["steps"].items())
        yield f"  {title:<14}{one['seconds']:>7.2f} s{one['cpu_seconds']:>7.2f} s CPU each ({steps})"
        yield (
            f"  {'':<14}{one['grown'] >> 10:,} KiB more on disk; the file {one['handed_in'] >> 10:,} KiB (archive, staged, slip), "
            f"with all that it changed {one['changed'] >> 10:,} KiB; {one['versions']:.0f} table versions"
        )
    ratio = figures["ratio"]
    yield f"  last ÷ first: {ratio['seconds']:.2f} (CPU {ratio['cpu_seconds']:.2f})"
    yield f"  disk ÷ what changed: {figures['disk_per_changed']:.2f}; disk ÷ the file itself: {figures['disk_per_handed_in']:.2f}"
    folders = ", ".join(f"{name} {size >> 10:,}" for name, size in figures["folders"].items())
    yield f"  KiB by folder: {folders}"


def make_home(folder: Path) -> Path:
    """A home that knows the county's regions."""
    from pipelines.home.folders import Settings, init_home
    from pipelines.home.regions import import_regions
    from pipelines.home.site import Site

    lines = [
        "region_code,name,level,parent_code",
        "990100000000,示例市,city,",
        f"{_COUNTY}000000,测山县,county,990100000000",
    ]
    for number, township in enumerate(TOWNSHIPS, start=101):
        lines.append(f"{_COUNTY}{number}000,{township},township,{_COUNTY}000000")
        lines += [
            f"{_COUNTY}{number}{200 + v},{village},village,{_COUNTY}{number}000"
            for v, village in enumerate(_villages(township))
        ]
    (folder / "regions.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    home = init_home(
        folder / "home", Settings(synthetic=True, first_period="2005-01", settle_seconds=0, title="示例市")
    )
    import_regions(Site(home), folder / "regions.csv")
    return home.root


def one_load(root: Path, number: int) -> Load:
    """Hand in the file of this number and load it."""
    from pipelines.home.folders import Home
    from pipelines.home.site import Site
    from pipelines.loading.load import load

    drop(root, number)
    before, known = size_of(root), _files(root)
    wall, cpu = time.perf_counter(), _cpu()
    site = Site(Home(root))
    summary = load(site)
    site.ledger.close()  # as the end of a process would: its database is then one file
    seconds, cpu_seconds = time.perf_counter() - wall, _cpu() - cpu
    if len(summary.outcomes) != 1 or not summary.finished:
        raise RuntimeError(f"load {number} did not take its file: {summary}")
    new = {path: size for path, size in _files(root).items() if path not in known}
    return Load(
        round(seconds, 3),
        round(cpu_seconds, 3),
        size_of(root) - before,
        sum(size for path, size in new.items() if _is_of_file(path)),
        sum(size for path, size in new.items() if _is_of_file(path) or _is_table(path)),
        sum("_delta_log" in path.parts and path.suffix == ".json" for path in new),
        summary.seconds,
    )


def drop(root: Path, number: int) -> None:
    """Put the ledger of a township and month into the inbox, with one row that cannot be placed."""
    every = len(TOWNSHIPS)
    month = f"{2005 + number // (12 * every)}-{number // every % 12 + 1:02}"
    township = TOWNSHIPS[number % every]
    villages = [*_villages(township), "无名村"]
    rows = [
        _row(township, villages[-1 if row == 0 else row % 3], month, number * ROWS + row)
        for row in range(ROWS)
    ]
    path = root / "inbox" / "toilet_reform" / month / f"{township}.csv"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes("\r\n".join([_TITLES, *rows, ""]).encode("gb18030"))


def size_of(root: Path) -> int:
    """Bytes of a home, each file once however many names it has; what waits in the inbox is not counted."""
    found = {}
    for path in root.rglob("*"):
        if path.is_file() and not path.is_symlink() and "inbox" not in path.relative_to(root).parts[:1]:
            status = path.stat()
            found[status.st_dev, status.st_ino] = status.st_size
    return sum(found.values())


def _files(root: Path) -> dict[Path, int]:
    return {
        path.relative_to(root): path.stat().st_size
        for path in root.rglob("*")
        if path.is_file() and path.relative_to(root).parts[0] in ("archive", "outbox", "warehouse")
    }


def _is_of_file(path: Path) -> bool:
    return path.parts[0] in ("archive", "outbox") or path.parts[:2] == ("warehouse", "staged")


def _is_table(path: Path) -> bool:
    return path.suffix == ".parquet" and "_delta_log" not in path.parts


def _by_folder(root: Path) -> dict[str, int]:
    sizes = {path.name: size_of(path) for path in root.iterdir() if path.is_dir()}
    logs = sum(
        path.stat().st_size for path in (root / "warehouse").glob("*/_delta_log/**/*") if path.is_file()
    )
    return {name: size for name, size in sorted(sizes.items()) if size} | {
        "of warehouse the logs": logs,
        "ledger.db": (root / "ledger.db").stat().st_size,
    }


def _villages(township: str) -> list[str]:
    return [f"{township[0]}{name}村" for name in ("口", "山", "坪")]


def _row(township: str, village: str, month: str, number: int) -> str:
    stem = f"46032219{70 + number // 27_000 % 20}{number // 27_00 % 12 + 1:02}{number // 100 % 27 + 1:02}{number % 1000:03}"
    who = f"严测试,{stem + ric.calc_check_digit(stem + '0')},199{number:08}"
    return f"测山县,{township},{village},{who},{month[:4]},三格式,{month}-10,1500"


def _cpu() -> float:
    return sum(
        usage.ru_utime + usage.ru_stime
        for usage in map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    )


def _summary(loads: list[Load]) -> dict[str, Any]:
    steps = loads[0].steps
    return {
        **{
            name: round(statistics.mean(getattr(one, name) for one in loads), 3)
            for name in ("seconds", "cpu_seconds", "versions")
        },
        **{
            name: round(statistics.mean(getattr(one, name) for one in loads))
            for name in ("grown", "handed_in", "changed")
        },
        "steps": {step: round(statistics.mean(one.steps[step] for one in loads), 3) for step in steps},
    }


def _ratio(last: list[Load], first: list[Load], name: str) -> float:
    return round(
        statistics.median(getattr(one, name) for one in last)
        / statistics.median(getattr(one, name) for one in first),
        2,
    )


def _share(loads: list[Load], name: str) -> float:
    return round(sum(one.grown for one in loads) / sum(getattr(one, name) for one in loads), 2)
