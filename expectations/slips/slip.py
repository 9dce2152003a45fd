"""What a slip says, before it has a form."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Literal

from warehouse.clock import in_shanghai

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

Status = Literal["accepted", "partial", "held", "refused", "repeat", "failed", "withdrawn", "rechecked"]

STATUS_WORDS: dict[Status, str] = {
    "accepted": "已接收",
    "partial": "部分接收",
    "held": "待确认",
    "refused": "退回",
    "repeat": "重复",
    "failed": "待处理",
    "withdrawn": "已撤回",
    "rechecked": "重新核对",
}
"""A submission is ``rechecked`` whose bytes had been taken and of which less counts by now: it is none of its sender's doing."""

Stands = Literal["", "adds", "replaces", "overtaken"]
"""How a submission stands to what was in force before it, or came after it in its load; blank where nothing was."""

_STANDS: dict[Stands, str] = {
    "": "",
    "overtaken": "",
    "adds": "；原来的其余各行保留不动",
    "replaces": "；现在以这份为准",
}

_SEVERITY_WORDS = {"error": "必须改正", "warning": "请核对"}


@dataclass(frozen=True)
class Slip:
    """The answer to one submission.

    Attributes:
        department: The sender's inbox folder.
        sender_path: Where the file lay, relative to the inbox (with or without the department's folder).
        original: The archived bytes; the real name is in ``sender_path``.
        submission_id: The submission answered.
        received_at: When it was received, UTC.
        status: What became of it.
        title: Chinese name of the dataset, ``""`` when it is not known.
        period: ``2025-06`` or ``2025``, ``""`` when it is not known.
        rows_in, rows_recorded, rows_quarantined: Row counts.
        counted: What is counted: ``行``, or ``格`` of a statistical form.
        reason: Why it was refused, in Chinese.
        remedy: What to do about that, in Chinese.
        findings: Columns ``sheet, row, cell, rule, severity, value, message, remedy`` (others are ignored);
            ``cell`` is ``Sheet1!D17``, blank when a whole row is meant; ``also``, where given, more cells of the row. Values may be unmasked: they go back to
            who wrote them.
        notes: What else the sender should know, in Chinese; of several lines, the second is the heading of a list.
        stands: How it stands to others of its regions and periods.
    """

    department: str
    sender_path: PurePosixPath | Path | str
    original: Path
    submission_id: str
    received_at: dt.datetime
    status: Status
    title: str = ""
    period: str = ""
    rows_in: int = 0
    rows_recorded: int = 0
    rows_quarantined: int = 0
    counted: str = "行"
    reason: str = ""
    remedy: str = ""
    findings: pa.Table | pd.DataFrame | None = None
    notes: tuple[str, ...] = ()
    stands: Stands = ""

    @property
    def file_name(self) -> str:
        """The file's name as the sender gave it."""
        return PurePosixPath(self.sender_path).name

    @property
    def finding_count(self) -> int:
        """How many findings there are."""
        return 0 if self.findings is None else len(self.findings)

    def severity(self, severity: str) -> str:
        """What a finding asks of the sender: nothing where it had been taken."""
        if self.status == "rechecked" and severity == "error":
            return "暂不计入"
        return _SEVERITY_WORDS.get(severity, severity)

    @property
    def outcome(self) -> str:
        """What became of the file, in one sentence."""
        if self.status == "rechecked":
            what = "有一部分" if self.rows_recorded else "整份"
            return f"重新核对：这份原已接收，现在{what}暂不计入（不是报送有误）"
        if self.status == "accepted" and self.title and not self.rows_in:
            return "已接收：零报告已记下，这一期按没有数据（0）计"
        if self.stands == "overtaken" and self.status in ("accepted", "partial"):
            return "已接收，但已由同一批的另一份替换：以那份为准，这份不计入"
        if self.status == "accepted":
            check = f"；有 {self.finding_count} 处请核对" if self.finding_count else ""
            return "已接收，全部入库" + _STANDS[self.stands] + check
        if self.status == "partial":
            return f"部分接收：{self.rows_quarantined} {self.counted}有错没有入库，改正后请再报一次"
        if self.status == "refused":
            return "退回：文件没有入库"
        if self.status == "held":
            return "待确认：这份暂不生效，原来的数据仍然有效"
        if self.status == "withdrawn":
            return "已撤回：这份不再计入，按这份以外最后一次有效的报送计算"
        if self.status == "failed":
            return "待处理：文件已经收到，还没有入库"
        return "重复：与以前报送的文件完全相同，已按以前的结果处理，不必再报"

    def facts(self) -> list[tuple[str, str]]:
        """The labelled lines every slip begins with."""
        lines = [("结果", self.outcome), ("文件", str(PurePosixPath(self.sender_path)))]
        if self.title:
            lines.append(("台账", self.title))
        if self.period:
            lines.append(("所属期", chinese_period(self.period)))
        lines.append(("收到时间", shanghai_time(self.received_at) + "（北京时间）"))
        if self.rows_in:
            lines.append((f"{self.counted}数", self._rows()))
        if self.reason:
            lines.append(("原因", self.reason))
        if self.remedy:
            lines.append(("怎么办", self.remedy))
        lines += [("说明", note.partition("\n")[0]) for note in self.notes]
        lines.append(("报送编号", self.submission_id))
        return lines

    def lists(self) -> list[tuple[str, list[str]]]:
        """What goes on below its sentence: a heading and its lines."""
        return [(lines[1], lines[2:]) for note in self.notes if len(lines := note.split("\n")) > 1]

    def _rows(self) -> str:
        """How many rows there are, are good and are not; what counts only later, or not any more, says so."""
        good, bad, besides = "入库", "未入库", ""
        if self.status == "held" or self.stands == "overtaken":
            good, bad = "合格", "有错"
            besides = "（确认后才计入）" if self.status == "held" else "（由另一份替换，不计入）"
        counts = (
            (self.rows_in, "共", ""),
            (self.rows_recorded, good, besides),
            (self.rows_quarantined, bad, ""),
        )
        return "，".join(f"{word} {count:,} {self.counted}{remark}" for count, word, remark in counts)


def shanghai_time(moment: dt.datetime) -> str:
    """A UTC moment as clerks read it; a naive one is taken for UTC."""
    return in_shanghai(moment).strftime("%Y-%m-%d %H:%M")


def chinese_period(period: str) -> str:
    """``2025-06`` as ``2025年6月``, ``2025`` as ``2025年``; anything else as it is."""
    year, _, month = period.partition("-")
    if not year.isdigit() or (month and not month.isdigit()):
        return period
    return f"{year}年{int(month)}月" if month else f"{year}年"
