"""Putting files into the demo's inbox, and what they hold into its journal: a county's regular hand-in and what follows it."""

from __future__ import annotations

import datetime as dt
import os
from dataclasses import replace
from pathlib import Path, PurePosixPath

import pandas as pd

from expectations.contracts.model import Contract
from pipelines.demo.faults import Spoiled, Spoiler, unspoiled
from pipelines.demo.forms import lay_out_forms
from pipelines.demo.handins import HandIn, copied_path, corrected_path
from pipelines.demo.layouts import Heading, Page, Place, lay_out
from pipelines.demo.truth import Journal, Sent, Truth
from pipelines.demo.world import World
from pipelines.demo.writers import page_bytes
from pipelines.demo.wrong import wrong_files

_FAULTS = 4
"""How many mistakes a clerk makes in a file, at most."""
_PRINTED = frozenset({"statistics_bureau"})
"""Ledgers that are printed from another authority's system: nobody types them."""


class Sender:
    """Puts hand-ins into the inbox and keeps the journal."""

    def __init__(self, inbox: Path, world: World, journal: Journal) -> None:
        self.inbox = inbox
        self.world = world
        self.journal = journal
        self.spoiled_values: set[str] = set()
        self._spoiler = Spoiler(world.rng("spoiler"))
        self._typing = PurePosixPath()
        self._before = self._spoiler.state()

    def send(self, hand_in: HandIn) -> None:
        """Write one hand-in, if it has rows, and what follows it: a corrected file, a second copy."""
        if hand_in.frame.empty:
            return
        if hand_in.missing:
            self._note_file("never_handed_in", hand_in, "note", hand_in.office)
            return
        spoiled = self.spoil(hand_in, hand_in.frame)
        data = self.regular(hand_in, spoiled)
        if hand_in.copied:
            again = replace(
                hand_in, path=copied_path(hand_in.path), received=hand_in.received + dt.timedelta(days=1)
            )
            self.put(again, data, len(spoiled.frame), "repeat")
            self._note_file("copied", again, "repeat", str(hand_in.path))
        if hand_in.corrected and spoiled.faults:
            again = replace(
                hand_in, path=corrected_path(hand_in.path), received=hand_in.received + dt.timedelta(days=3)
            )
            pages, _ = self.pages(again, unspoiled(hand_in.frame))
            self.put(again, page_bytes(pages, again.habit.suffix), len(hand_in.frame), "accepted")
            self._note_file("corrected", again, "note", str(hand_in.path))

    def spoil(self, hand_in: HandIn, frame: pd.DataFrame) -> Spoiled:
        """Rows as the clerk types them: with mistakes, if this is a day for them; typed anew, with the same sorts of them."""
        contract = hand_in.contract
        if not hand_in.faulty or contract.form is not None or contract.dataset in _PRINTED:
            return unspoiled(frame)
        if self._typing == hand_in.path:
            self._spoiler.go_back(self._before)
        self._typing, self._before = hand_in.path, self._spoiler.state()
        return self._spoiler.spoil(frame, contract, hand_in.habit, _FAULTS)

    def regular(self, hand_in: HandIn, spoiled: Spoiled) -> bytes:
        """Write the file that was due, and its faults into the journal."""
        pages, place = self.pages(hand_in, spoiled)
        data = page_bytes(pages, hand_in.habit.suffix)
        self.put(hand_in, data, len(place.rows), "partial" if spoiled.lost else "accepted")
        self.note_faults(hand_in, spoiled, place)
        if hand_in.late:
            self._note_file("late", hand_in, "note", "")
        return data

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

    def pages(self, hand_in: HandIn, spoiled: Spoiled) -> tuple[list[Page], Place]:
        """The sheets of a file as the office writes it, and where its rows came to stand."""
        signed = hand_in.received
        heading = Heading(hand_in.office, hand_in.period, f"{signed.year}年{signed.month}月{signed.day}日")
        if hand_in.contract.form is not None:
            heading = replace(heading, office=f"{hand_in.city}{hand_in.office}")
            return lay_out_forms(hand_in.frame, hand_in.habit, heading)
        return lay_out(spoiled.frame, hand_in.contract, hand_in.habit, heading, spoiled.typed)

    def put(self, hand_in: HandIn, data: bytes, rows: int, expected: str) -> None:
        """Write a file and enter it in the journal."""
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

    def note_faults(self, hand_in: HandIn, spoiled: Spoiled, place: Place) -> None:
        """Enter the faults of a file in the journal, each with the cell it stands in."""
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


def _region(frame: pd.DataFrame, contract: Contract, position: int) -> str:
    column = contract.with_role("region_code")
    return str(frame[column.name].iloc[position]) if column else str(frame["town_code"].iloc[position])
