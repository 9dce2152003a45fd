"""A small town's hand-ins for tests that load: three townships in two counties, and ledgers of toilets as CSV."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pyarrow as pa
from stdnum.cn import ric

from pipelines.home.folders import Settings, init_home
from pipelines.home.regions import import_regions
from pipelines.home.site import Site
from pipelines.loading.load import Summary, load

REGIONS = """\
region_code,name,level,parent_code
990100000000,示例市,city,
990121000000,榆塘县,county,990100000000
990121100000,沐溪镇,township,990121000000
990121100200,甲村,village,990121100000
990121100201,乙村,village,990121100000
990121200000,汀坪乡,township,990121000000
990121200200,丙村,village,990121200000
990122000000,青崖县,county,990100000000
990122100000,石滩镇,township,990122000000
990122100200,丁村,village,990122100000
"""
HEADER = "县区,乡镇,行政村,户主,身份证号,联系电话,改厕年度,改厕类型,竣工日期,补助金额（元）"
PLACES = {
    "甲村": "榆塘县,沐溪镇,甲村",
    "乙村": "榆塘县,沐溪镇,乙村",
    "丙村": "榆塘县,汀坪乡,丙村",
    "丁村": "青崖县,石滩镇,丁村",
    "无名村": "榆塘县,沐溪镇,无名村",
}


@dataclass(frozen=True)
class Toilet:
    """A row of a ledger."""

    village: str
    number: int
    completed: str = "2025-06-10"
    yuan: str = "1500"

    @property
    def resident_id(self) -> str:
        """A valid number of an area nobody lives in."""
        stem = f"46032219700101{self.number:03}"
        return stem + ric.calc_check_digit(stem + "0")

    @property
    def line(self) -> str:
        """As a clerk writes it."""
        who = f"严测试,{self.resident_id},199{self.number:08}"
        return f"{PLACES[self.village]},{who},{self.completed[:4]},三格式,{self.completed},{self.yuan}"


def toilets(
    *villages: str, first: int = 1, completed: str = "2025-06-10", yuan: str = "1500"
) -> list[Toilet]:
    """A toilet for each village named, to consecutive people."""
    return [Toilet(village, at, completed, yuan) for at, village in enumerate(villages, start=first)]


def ledger(rows: Iterable[Toilet], encoding: str = "gb18030") -> bytes:
    """The ledger's bytes."""
    return "\r\n".join([HEADER, *(row.line for row in rows), ""]).encode(encoding)


def example_contract() -> str:
    """The one that the README copies out of the documents."""
    text = (Path(__file__).resolve().parents[2] / "docs" / "contracts.md").read_text(encoding="utf-8")
    return text.split("```yaml\n", 1)[1].split("\n```", 1)[0]


def new_town(root: Path, *, regions: bool = True, settings: Settings | None = None) -> Town:
    """A home with the town's regions in it."""
    home = init_home(root, settings or Settings(settle_seconds=0, first_period="2025-01"))
    town = Town(home.root)
    if regions:
        town.import_regions()
    return town


@dataclass(frozen=True)
class Town:
    """A home, and what tests do with it. Every question opens it anew, as another process would."""

    root: Path

    @property
    def site(self) -> Site:
        """Opened anew."""
        from pipelines.home.folders import Home

        return Site(Home(self.root))

    def import_regions(self, text: str = REGIONS) -> None:
        """Bring the region codes in."""
        path = self.root.with_name(f"{self.root.name}-regions.csv")
        path.write_text(text, encoding="utf-8")
        import_regions(self.site, path)

    def drop(self, sender_path: str, data: bytes | Iterable[Toilet]) -> Path:
        """Put a file into the inbox: ``<department>/…``."""
        path = self.root / "inbox" / sender_path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data if isinstance(data, bytes) else ledger(data))
        return path

    def load(self, **options: Any) -> Summary:
        """One load that finishes."""
        summary = load(self.site, **options)
        assert summary.finished, summary.problems
        return summary

    def ask(self, sql: str, parameters: Sequence[Any] = (), **when: Any) -> list[tuple[Any, ...]]:
        """Rows that answer a query."""
        with self.site.connect(**when) as connection:
            return connection.execute(sql, list(parameters)).fetchall()

    def table(self, name: str) -> pa.Table:
        """A whole table."""
        return self.site.store.read(name)

    def versions(self) -> dict[str, int]:
        """The version of every table."""
        store = self.site.store
        return {name: store.version(name) for name in store.tables()}

    def statuses(self) -> dict[str, str]:
        """The status of each file."""
        return dict(self.ask("select sender_path, status from submissions"))

    def slips(self) -> list[str]:
        """Names of the slips in the outbox, below their department."""
        outbox = self.root / "outbox"
        return sorted(path.relative_to(outbox).as_posix() for path in outbox.rglob("*") if path.is_file())

    def slip_path(self, part: str) -> Path:
        """The one slip whose name holds this."""
        (found,) = [name for name in self.slips() if part in name]
        return self.root / "outbox" / found

    def slip(self, part: str) -> str:
        """What that slip says, a text or the cover of a workbook."""
        path = self.slip_path(part)
        if path.suffix == ".txt":
            return path.read_text(encoding="utf-8-sig")
        from openpyxl import load_workbook

        rows = load_workbook(path).worksheets[0].iter_rows(values_only=True)
        return "\n".join("：".join(str(cell) for cell in row if cell is not None) for row in rows)

    def copy(self, root: Path) -> Town:
        """The same home elsewhere."""
        shutil.copytree(self.root, root, symlinks=True)
        return Town(root)

    def shiji(self, *arguments: str) -> Said:
        """Run a command in this process."""
        return run_here("--home", str(self.root), *arguments)


@dataclass(frozen=True)
class Said:
    """What a command ended with and printed."""

    code: int
    out: str
    err: str


def run_here(*arguments: str) -> Said:
    """Run ``shiji`` in this process: all but the start of the interpreter."""
    from pipelines.cli import main

    out, err = io.StringIO(), io.StringIO()
    with (
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(err),
        patch.object(sys, "argv", ["shiji", *arguments]),
    ):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    return Said(code, out.getvalue(), err.getvalue())


def run_apart(*arguments: str, home: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    """Run the installed ``shiji`` as a process of its own; ``SHIJI_TEST_PROGRAM`` may name that of another environment."""
    program = os.environ.get("SHIJI_TEST_PROGRAM") or shutil.which(
        "shiji", path=str(Path(sys.executable).parent)
    )
    assert program, "shiji is not installed beside this Python: run make test"
    environment = os.environ | {
        "PYTHONIOENCODING": "utf-8",
        "COLUMNS": "200",
        "GX_ANALYTICS_ENABLED": "false",
    }
    return subprocess.run(
        [program, "--home", str(home), *arguments],
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
        **options,
    )
