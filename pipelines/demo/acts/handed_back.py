"""A slip that comes back corrected: the sender's own workbook with our cover in front, and the bad cells put right."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pandas as pd

from expectations.slips import Slip, write_slip
from pipelines.demo.acts.doing import Doing
from pipelines.demo.cells import cell_writer
from pipelines.demo.layouts import Place
from pipelines.demo.truth import Act
from pipelines.demo.writers import book_bytes

if TYPE_CHECKING:
    from openpyxl.workbook import Workbook


def slip_handed_back(doing: Doing) -> Act | None:
    """The clerk corrects the marked cells in the slip and hands that in."""
    if doing.habit.suffix not in ("xlsx", "xls"):
        return None
    doing.type()
    _, place = doing.sender.pages(doing.hand_in, doing.spoiled)
    faults = doing.spoiled.faults
    if not doing.spoiled.lost or not all(place.cell(one.position, one.column) for one in faults):
        return None
    if doing.habit.totals and len(doing.spoiled.frame) > len(
        doing.frame
    ):  # what was entered twice stays in its total
        return None
    data = doing.regular(0, "superseded")
    with TemporaryDirectory() as folder:
        path = _slip(doing, data, place, Path(folder))
        book = _corrected(doing, path, place)
    name = doing.hand_in.path.with_name(path.name)
    doing.again(name, book_bytes(book), len(doing.frame), "accepted", len(doing.frame))
    note = "在退回的回执上改好标红的格子，把回执当新文件报来：全部入库，回执封面不是数据。"
    return doing.act(note, doing.stand(doing.frame, typed=False))


def _slip(doing: Doing, data: bytes, place: Place, folder: Path) -> Path:
    """The slip that the regular file is answered with; only its looks matter here, not its words."""
    original = folder / "original"
    original.write_bytes(data)
    spoiled, contract = doing.spoiled, doing.hand_in.contract
    findings = [
        {
            "sheet": place.sheets[one.position],
            "row": place.rows[one.position],
            "cell": f"{place.sheets[one.position]}!{place.cell(one.position, one.column)}",
            "rule": one.rule,
            "severity": one.severity,
            "value": str(spoiled.typed.get((one.position, one.column)) or ""),
            "message": f"「{contract.by_name[one.column].title}」填写有误。",
            "remedy": "请改正后再报一次。",
        }
        for one in spoiled.faults
    ]
    lost = len(spoiled.lost)
    slip = Slip(
        contract.department, str(doing.hand_in.path), original, f"{doing.hand_in.received:%Y%m%d}-000000-0",
        doing.hand_in.received, "partial", contract.title, doing.hand_in.period,
        len(spoiled.frame), len(spoiled.frame) - lost, lost, findings=pd.DataFrame(findings),
    )  # fmt: skip
    return write_slip(folder / "outbox", slip)


def _corrected(doing: Doing, path: Path, place: Place) -> Workbook:
    from openpyxl import load_workbook

    book = load_workbook(path)
    for one in doing.spoiled.faults:
        column = doing.hand_in.contract.by_name[one.column]
        sheet = book[place.sheets[one.position]]
        if one.position >= len(doing.frame):  # entered twice
            for cell in sheet[place.rows[one.position]]:
                cell.value = None
            continue
        value = doing.frame[one.column].tolist()[one.position]
        sheet[place.cell(one.position, one.column)].value = cell_writer(column, doing.habit)(value)
    return book
