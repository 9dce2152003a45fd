"""Writing the demo city's hand-ins, regions and truth to disk."""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Literal

import pandas as pd

from expectations.contracts.model import Contract
from expectations.contracts.reading import load_contracts
from pipelines.demo.datasets.catalog import all_ledgers, periods
from pipelines.demo.faults import Spoiled, Spoiler
from pipelines.demo.forms import lay_out_forms
from pipelines.demo.handins import HandIn, copied_path, corrected_path, hand_ins
from pipelines.demo.layouts import Heading, Place, lay_out
from pipelines.demo.padding import pad
from pipelines.demo.regions import write_regions_csv
from pipelines.demo.truth import Journal, Sent, Truth
from pipelines.demo.world import World, make_world
from pipelines.demo.writers import page_bytes
from pipelines.demo.wrong import wrong_files

Scale = Literal["village", "city", "province"]
Progress = Callable[[str, int, int], None]

NOTE = "说明-演示数据.txt"
_NOTE_TEXT = (
    "本目录中的数据全部由程序生成，示例市及其县区、乡镇、村、人员、企业均为虚构。\n"
    "身份证号使用无常住人口的地区代码 460322，区划代码使用未分配的前缀 99。\n"
    "demo_truth.json 记录了有意放入的差错和渗水；demo_private.txt 列出全部虚构的个人信息，供隐私测试使用。\n"
)


@dataclass(frozen=True)
class DemoCity:
    """What was made.

    Attributes:
        scale: ``village``, ``city`` or ``province``.
        seed: Everything random follows from it.
        regions: The regions CSV.
        truth: JSON of all files and everything injected.
        truth_lines: One injected thing a line.
        private: Every private value handed out, by kind.
        files: How many files lie in the inbox.
        rows: How many records and faulty rows they hold, copies not counted.
    """

    scale: Scale
    seed: int
    regions: Path
    truth: Path
    truth_lines: Path
    private: Mapping[str, tuple[str, ...]]
    files: int
    rows: int


def generate(
    home_inbox: Path,
    config_folder: Path,
    *,
    scale: Scale = "city",
    seed: int = 2025,
    progress: Progress | None = None,
) -> DemoCity:
    """Make the demo city; equal arguments give equal files.

    Args:
        home_inbox: Where departments drop files; must hold no files of theirs yet.
        config_folder: Where ``regions.csv``, ``demo_truth.json``, ``demo_truth.jsonl`` and ``demo_private.txt`` go.
        scale: ``village`` (20 villages, half a year), ``city`` (9 counties, a year) or ``province`` (ten cities).
        seed: Everything random follows from it.
        progress: Called with a Chinese label, steps done and steps in all.
    """
    world = make_world(scale, seed)
    journal = Journal()
    writer = _Writer(home_inbox, world, journal)
    contracts = load_contracts()
    ledgers = pad(all_ledgers(world), world, journal.truths)
    steps = [
        (c, month) for d, c in contracts.items() if d in ledgers for month in periods(c.frequency, world)
    ]
    usual: dict[str, int] = {}
    for done, (contract, month) in enumerate(steps):
        if progress:
            progress(f"{contract.title} {month}", done, len(steps))
        frame = ledgers[contract.dataset](month)
        per_county = len(frame) // frame["county"].nunique()
        usual[contract.dataset] = max(usual.get(contract.dataset, 0), per_county)
        for hand_in in hand_ins(world, contract, month, frame, usual[contract.dataset]):
            writer.send(hand_in)
    writer.send_wrong_files()
    if progress:
        progress("地区与说明", len(steps), len(steps))
    return _finish(writer, config_folder, scale, seed)


class _Writer:
    """Puts hand-ins into the inbox and keeps the journal."""

    def __init__(self, inbox: Path, world: World, journal: Journal) -> None:
        self.inbox = inbox
        self.world = world
        self.journal = journal
        self.spoiled_values: set[str] = set()
        self._spoiler = Spoiler(world.rng("spoiler"))

    def send(self, hand_in: HandIn) -> None:
        """Write one hand-in, and what follows it: a corrected file, a second copy."""
        if hand_in.missing:
            self._note_file("never_handed_in", hand_in, "note", hand_in.office)
            return
        contract = hand_in.contract
        spoiled = Spoiled(hand_in.frame, {}, [])
        if hand_in.faulty and contract.form is None:
            count = 4
            spoiled = self._spoiler.spoil(hand_in.frame, contract, hand_in.habit, count)
        data, place = self._data(hand_in, spoiled)
        rows = len(place.rows)
        self._put(hand_in, data, rows, "partial" if _has_errors(spoiled) else "accepted")
        self._note_faults(hand_in, spoiled, place)
        if hand_in.copied:
            again = replace(
                hand_in, path=copied_path(hand_in.path), received=hand_in.received + dt.timedelta(days=1)
            )
            self._put(again, data, rows, "repeat")
            self._note_file("copied", again, "repeat", str(hand_in.path))
        if hand_in.corrected and spoiled.faults:
            again = replace(
                hand_in, path=corrected_path(hand_in.path), received=hand_in.received + dt.timedelta(days=3)
            )
            data, _ = self._data(again, Spoiled(hand_in.frame, {}, []))
            self._put(again, data, len(hand_in.frame), "accepted")
            self._note_file("corrected", again, "note", str(hand_in.path))
        if hand_in.late:
            self._note_file("late", hand_in, "note", "")

    def send_wrong_files(self) -> None:
        """One of each kind of wrong file in a small city, more in a large one."""
        counties = (
            self.world.villages.drop_duplicates("county")[["county", "county_name"]].to_numpy().tolist()
        )
        rng = self.world.rng("wrong")
        for turn in range(1 if len(counties) < 9 else 2):
            for wrong in wrong_files():
                if turn and not wrong.folder:
                    continue  # the same bytes for no period would be a repeat, not another refusal
                code, name = counties[int(rng.integers(0, len(counties)))]
                period = self.world.months[int(rng.integers(0, len(self.world.months)))]
                folder = PurePosixPath(wrong.department) / wrong.folder.format(period=period)
                path = folder / wrong.name.format(county=name if code[2:4] == "01" else code[:4] + name)
                received = dt.datetime(
                    2025, int(period[5:]), 20, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))
                )
                if any(sent.file == str(path) for sent in self.journal.sent):
                    continue
                data = wrong.make()
                self._write(path, data, received)
                self.journal.sent.append(
                    Sent(str(path), wrong.department, "", code, "", 0, "refused", received.isoformat())
                )
                self.journal.truths.append(Truth(f"file_{wrong.kind}", "", str(path), "refused"))

    def _data(self, hand_in: HandIn, spoiled: Spoiled) -> tuple[bytes, Place]:
        signed = hand_in.received
        heading = Heading(hand_in.office, hand_in.period, f"{signed.year}年{signed.month}月{signed.day}日")
        if hand_in.contract.form is not None:
            heading = replace(heading, office=f"{hand_in.city}{hand_in.office}")
            pages, place = lay_out_forms(hand_in.frame, hand_in.habit, heading)
        else:
            pages, place = lay_out(spoiled.frame, hand_in.contract, hand_in.habit, heading, spoiled.typed)
        return page_bytes(pages, hand_in.habit.suffix), place

    def _put(self, hand_in: HandIn, data: bytes, rows: int, expected: str) -> None:
        self._write(hand_in.path, data, hand_in.received)
        self.journal.sent.append(
            Sent(
                file=str(hand_in.path), department=hand_in.contract.department,
                dataset=hand_in.contract.dataset, county=hand_in.county, period=hand_in.period, rows=rows,
                expected=expected, received=hand_in.received.isoformat(), late=hand_in.late,
            )
        )  # fmt: skip

    def _write(self, path: PurePosixPath, data: bytes, received: dt.datetime) -> None:
        target = self.inbox / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        stamp = received.timestamp()
        os.utime(target, (stamp, stamp))

    def _note_faults(self, hand_in: HandIn, spoiled: Spoiled, place: Place) -> None:
        contract, csv = hand_in.contract, hand_in.habit.is_csv
        for fault in spoiled.faults:
            cell = spoiled.typed.get((fault.position, fault.column))
            private = fault.column in contract.private
            if private and cell is not None:
                self.spoiled_values.add(str(cell))
            self.journal.truths.append(
                Truth(
                    kind=f"fault_{fault.kind}", dataset=contract.dataset, file=str(hand_in.path),
                    severity=fault.severity, sheet=hand_in.path.stem if csv else place.sheets[fault.position],
                    row=place.rows[fault.position], column=fault.column,
                    cell=place.cell(fault.position, fault.column),
                    region_code=_region(spoiled.frame, contract, fault.position), period=hand_in.period,
                    rule=fault.rule, note="" if private or cell is None else str(cell),
                )
            )  # fmt: skip

    def _note_file(self, kind: str, hand_in: HandIn, severity: str, note: str) -> None:
        self.journal.truths.append(
            Truth(
                kind=f"file_{kind}", dataset=hand_in.contract.dataset, file="" if hand_in.missing else str(hand_in.path), severity=severity,
                region_code=f"{hand_in.county}000000", period=hand_in.period, note=note,
            )
        )  # fmt: skip


def _has_errors(spoiled: Spoiled) -> bool:
    return any(fault.severity == "error" for fault in spoiled.faults)


def _region(frame: pd.DataFrame, contract: Contract, position: int) -> str:
    column = contract.with_role("region_code")
    return str(frame[column.name].iloc[position]) if column else str(frame["town_code"].iloc[position])


def _finish(writer: _Writer, config: Path, scale: Scale, seed: int) -> DemoCity:
    world, journal = writer.world, writer.journal
    write_regions_csv(world.regions, config / "regions.csv")
    truth, lines = journal.write(config, seed, scale)
    private = world.people.private() | {"spoiled": tuple(sorted(writer.spoiled_values))}
    text = "".join(f"{kind}\t{value}\n" for kind, values in private.items() for value in values)
    (config / "demo_private.txt").write_text(text, encoding="utf-8")
    (config / NOTE).write_text(_NOTE_TEXT, encoding="utf-8")
    rows = sum(one.rows for one in journal.sent if one.expected != "repeat")
    return DemoCity(scale, seed, config / "regions.csv", truth, lines, private, len(journal.sent), rows)
