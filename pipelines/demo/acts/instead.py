"""What comes in place of the regular file: parts, a workbook of several months, copies of a sheet, cells that went wrong."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from pipelines.demo.acts.doing import Doing, good, name_of
from pipelines.demo.acts.figures import FIGURES
from pipelines.demo.cells import AMOUNTS, Cell, cell_writer
from pipelines.demo.faults import Fault, Spoiled, unspoiled
from pipelines.demo.habits import Habit
from pipelines.demo.handins import HandIn
from pipelines.demo.layouts import Page, Place
from pipelines.demo.truth import Act, ActFile
from pipelines.demo.writers import page_bytes

_MOST_FILES = 4
"""Townships of a county that hands in a file for each."""
_CUT = 4
"""Rows of a township that is cut in two, and half of a file that is."""
_PARTS = ("之一", "之二")
_AREAS = ("东片", "中片", "西片")


def numbered_parts(doing: Doing) -> Act | None:
    """Two files, 之一 and 之二; a township begins in one and ends in the other."""
    parts = _halves(doing.frame)
    if parts is None:
        return None
    for word, part in zip(_PARTS, parts, strict=True):
        doing.later(doing.version(word), part, "accepted", len(part))
    return doing.act("分两份报：合起来是全县的。", doing.stand(doing.frame))


def part_again(doing: Doing) -> Act | None:
    """Two files, 之一 and 之二, and the first of them anew with the right figures: it stands for its rows, not for its townships."""
    parts = _halves(doing.frame)
    if parts is None:
        return None
    first, second = parts
    wrong = doing.mistaken(first, doing.some(range(len(first)), 2))
    doing.later(doing.version(_PARTS[0]), wrong, "accepted", 0)
    doing.later(doing.version(_PARTS[1]), second, "accepted", len(second))
    doing.later(doing.version(f"{_PARTS[0]}（更正）"), first, "accepted", len(first))
    return doing.act("分两份报，第一份又更正了一次：合起来是全县的。", doing.stand(doing.frame))


def _halves(frame: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame] | None:
    """The frame cut in the middle of its middle township; None where that has too few rows."""
    ordered = frame.sort_values("town_code", kind="stable", ignore_index=True)
    own = ordered.index[ordered["town_code"] == ordered["town_code"].iloc[len(ordered) // 2]]
    if len(own) < _CUT or len(ordered) < 2 * _CUT:
        return None
    cut = int(own[len(own) // 2])
    return ordered.iloc[:cut], ordered.iloc[cut:]


def parts_by_township(doing: Doing) -> Act | None:
    """A file for each township, or for each of three areas where there are many; no name says that it is a part."""
    towns = sorted(set(doing.frame["town_code"]))
    if len(towns) < 2:
        return None
    names = {town: name_of(doing.frame, town) for town in towns}
    parts = {names[town]: [town] for town in towns}
    if len(towns) > _MOST_FILES:
        thirds = np.array_split(towns, len(_AREAS))
        parts = {area: list(map(str, own)) for area, own in zip(_AREAS, thirds, strict=True)}
    for part, own in parts.items():
        rows = doing.frame[doing.frame["town_code"].isin(own)]
        path = doing.of_town(part) if len(own) == 1 else doing.called(f"（{part}）")
        office = {"office": part} if len(own) == 1 else {}
        doing.later(path, rows, "accepted", len(rows), **office)
    return doing.act("各乡镇（或各片）分开报，没有编号：合起来是全县的。", doing.stand(doing.frame))


def months_in_sheets(doing: Doing) -> Act | None:
    """One workbook for this month and the one before, a sheet each."""
    if len(doing.earlier) != 1 or doing.habit.is_csv:
        return None
    both: list[HandIn] = [*doing.earlier, doing.hand_in]
    months = [int(one.period[5:]) for one in both]
    pages = []
    for hand_in, month in zip(both, months, strict=True):
        page, _ = _one_page(doing, hand_in, unspoiled(hand_in.frame))
        pages.append(replace(page, name=f"{month}月"))
    written = f"{doing.hand_in.period[:4]}年{months[0]}-{months[1]}月"
    name = f"{doing.hand_in.office}{written}{doing.hand_in.contract.title}"
    path = PurePosixPath(doing.hand_in.contract.department, written, f"{name}{doing.hand_in.path.suffix}")
    rows = sum(len(one.frame) for one in both)
    data = page_bytes(pages, doing.habit.suffix)
    doing.put(path, data, rows, ActFile(str(path), "accepted", rows, "several_periods"))
    stands = [replace(doing, hand_in=one).stand(one.frame) for one in both]
    return doing.act("两个月的台账放在一个文件里，每月一张表：各算各的月份。", *stands)


def cumulative(doing: Doing) -> Act | None:
    """The ledger of this month lists the month before once more."""
    if len(doing.earlier) != 1 or doing.frame.empty:
        return None
    before = doing.earlier[0]
    first = dt.date.fromisoformat(f"{doing.hand_in.period}-01")
    frame = pd.concat([before.frame, doing.frame], ignore_index=True)
    is_own = (frame["completed_on"] >= first).to_numpy()
    if not is_own.any() or is_own.all():
        return None
    written = f"{first.year}年{int(before.period[5:])}-{first.month}月"
    faults = [
        Fault("counted_before", "counted_before", "error", at, "completed_on")
        for at in range(len(frame))
        if not is_own[at]
    ]
    hand_in = replace(doing.hand_in, path=doing.hand_in.path.with_name(_renamed(doing, written)))
    spoiled = Spoiled(frame, {}, faults)
    page, place = _one_page(doing, hand_in, spoiled)
    _retitle(page, doing.habit, f"{hand_in.office}{written}{hand_in.contract.title}（累计）")
    own = frame[is_own]
    doing.put(
        hand_in.path, page_bytes([page], doing.habit.suffix), len(frame),
        ActFile(str(hand_in.path), "partial", len(own), "counted_before"),
    )  # fmt: skip
    doing.sender.note_faults(hand_in, spoiled, place)
    note = "报的是累计数：只计本月竣工的，以前月份竣工的逐行退回并说明。"
    return doing.act(note, doing.stand(own))


def copy_in_front(doing: Doing) -> Act | None:
    """The sheet from before the corrections still stands in front of the real one."""
    if doing.habit.is_csv or len(doing.frame) < 3:
        return None
    real, _ = _one_page(doing, doing.hand_in, unspoiled(doing.frame))
    old = doing.mistaken(doing.frame, doing.some(range(len(doing.frame)), 2))
    copy, _ = _one_page(doing, doing.hand_in, unspoiled(old))
    copy = replace(copy, name=real.name + ("（备份）" if doing.rng.random() < 0.5 else " (2)"))
    path = doing.hand_in.path
    file = ActFile(str(path), "partial", len(doing.frame), "backup_sheet")
    doing.put(path, page_bytes([copy, real], doing.habit.suffix), 2 * len(doing.frame), file)
    note = "改前的表还在前面：只读改后的表，备份表没有读入，并告诉报送人。"
    return doing.act(note, doing.stand(doing.frame))


def wrong_total(doing: Doing) -> Act | None:
    """The 合计 is more than the rows come to."""
    contract = doing.hand_in.contract
    column = contract.by_name[FIGURES[contract.dataset]]
    if column.unit not in AMOUNTS or doing.frame.empty:
        return None
    habit = replace(
        doing.habit, totals=True, per_township=False, note_sheet=False, thousands=False, full_width=False
    )
    hand_in = replace(doing.hand_in, habit=habit)
    page, place = _one_page(doing, hand_in, unspoiled(doing.frame))
    row = page.rows[place.rows[-1]]
    at = place.columns[column.name]
    row[at] = cell_writer(column, habit)(float(doing.frame[column.name].sum()) + 100)
    path = hand_in.path
    file = ActFile(str(path), "accepted", len(doing.frame), "ledger_total")
    doing.put(path, page_bytes([page], habit.suffix), len(doing.frame), file)
    fault = Fault("wrong_total", "ledger_total", "warning", len(doing.frame), column.name)
    below = replace(place, sheets=[*place.sheets, place.sheets[-1]], rows=[*place.rows, place.rows[-1] + 1])
    frame = pd.concat([doing.frame, doing.frame.iloc[-1:]], ignore_index=True)
    doing.sender.note_faults(hand_in, Spoiled(frame, {}, [fault]), below)
    note = f"合计行的“{column.title}”与各行之和不符：各行照收，提醒报送人核对。"
    return doing.act(note, doing.stand(doing.frame))


def footnotes(doing: Doing) -> Act | None:
    """Figures with a footnote's mark behind them."""
    contract = doing.hand_in.contract
    column = contract.by_name[FIGURES[contract.dataset]]
    habit = replace(doing.habit, thousands=False, full_width=False)
    write, figures = cell_writer(column, habit), doing.frame[column.name].tolist()
    picks = doing.some(range(len(doing.frame)), 2)
    typed: dict[tuple[int, str], Cell] = {
        (at, column.name): f"{write(figures[at])}{'①②'[number]}" for number, at in enumerate(picks)
    }
    faults = [Fault("footnote_mark", "footnote_mark", "warning", at, column.name) for at in picks]
    doing.hand_in = replace(doing.hand_in, habit=habit)
    doing.spoiled = Spoiled(doing.frame, typed, faults)
    doing.regular(len(doing.frame))
    note = "数字后面带脚注号：按数字收下，提醒报送人。"
    return doing.act(note, doing.stand(doing.frame, typed=False))


def numbers_became_days(doing: Doing) -> Act | None:
    """The spreadsheet made days of three plot numbers."""
    column = "plot_number"
    picks = doing.some(range(len(doing.frame)), 3)
    typed: dict[tuple[int, str], Cell] = {
        (at, column): dt.date(2025, 3 + number, 5) for number, at in enumerate(picks)
    }
    faults = [Fault("number_became_day", "date_for_number", "error", at, column) for at in picks]
    path = doing.hand_in.path.with_suffix(".xlsx")
    doing.hand_in = replace(
        doing.hand_in, path=path, habit=replace(doing.habit, suffix="xlsx", full_width=False)
    )
    doing.spoiled = Spoiled(doing.frame, typed, faults)
    stays = good(doing.spoiled)
    doing.regular(len(stays))
    note = "三个地块编号被表格软件变成了日期：这三行退回，其余入库。"
    return doing.act(note, doing.stand(stays))


def _one_page(doing: Doing, hand_in: HandIn, spoiled: Spoiled) -> tuple[Page, Place]:
    """Everything on one sheet, under a title."""
    habit = replace(hand_in.habit, title=True, per_township=False, note_sheet=False)
    pages, place = doing.sender.pages(replace(hand_in, habit=habit), spoiled)
    return pages[0], place


def _retitle(page: Page, habit: Habit, text: str) -> None:
    top, left = habit.lead
    page.rows[top][left] = text


def _renamed(doing: Doing, written: str) -> str:
    return f"{doing.hand_in.office}{written}{doing.hand_in.contract.title}{doing.hand_in.path.suffix}"
