"""The slip as a text that Windows Notepad opens: UTF-8 with a byte order mark, CRLF line ends."""

from __future__ import annotations

from expectations.slips.inside import HEADING
from expectations.slips.slip import Slip

MAX_TEXT_FINDINGS = 30
_LABEL_WIDTH = 4


def text_slip(slip: Slip) -> bytes:
    """The bytes of a text slip."""
    lines = [HEADING, "=" * 40]
    lines += [f"{label.ljust(_LABEL_WIDTH, '　')}：{_one_line(text)}" for label, text in slip.facts()]
    for heading, listed in slip.lists():
        lines += ["", f"{heading}：", *(f"- {_one_line(line)}" for line in listed)]
    lines += _findings(slip)
    return ("\ufeff" + "\r\n".join(lines) + "\r\n").encode()


def _findings(slip: Slip) -> list[str]:
    if not slip.finding_count:
        return []
    from expectations.slips.marks import findings_frame
    from expectations.slips.runs import joined_runs

    every = findings_frame(slip)
    # A refusal is itself a finding; the reason above has said it.
    every = every[every["message"] != slip.reason]
    if every.empty:
        return []
    frame = joined_runs(every).head(MAX_TEXT_FINDINGS)
    lines = ["", f"发现的问题（共 {len(every)} 处，列出 {len(frame)} 条）"]
    for cell, word, message, remedy in zip(
        frame["cell"], frame["word"], frame["message"], frame["remedy"], strict=True
    ):
        lines.append(_one_line(f"- {cell}【{word}】{message} {remedy}".rstrip()))
    return lines


def _one_line(text: str) -> str:
    return " ".join(text.split())
