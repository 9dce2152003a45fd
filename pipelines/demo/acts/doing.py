"""One act while it is done: its files go into the inbox, and what must become of them into the truth.

Which rows are wrong and which stand in the end is known here because it was made here; no file is read for it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import PurePosixPath

import numpy as np
import pandas as pd

from pipelines.demo.acts.figures import FIGURES, mistaken
from pipelines.demo.cells import periods_written
from pipelines.demo.faults import Spoiled, unspoiled
from pipelines.demo.habits import Habit
from pipelines.demo.handins import HandIn, due
from pipelines.demo.layouts import TOWNSHIP, Page
from pipelines.demo.sender import Sender
from pipelines.demo.truth import Act, ActFile, Stand
from pipelines.demo.writers import EXTENSIONS, page_bytes

_APART = dt.timedelta(days=2)
_FIRST = {"superseded": "accepted", "withdrawn": "held"}
"""What a file was before another came."""
_BEFORE = dt.timedelta(hours=3)


@dataclass
class Doing:
    """One act.

    Attributes:
        kind: Which.
        sender: Writes the files.
        hand_in: The hand-in that it begins with, or stands for.
        rng: For this act.
        earlier: The county's hand-ins of this dataset in the months before, the nearest last.
        files: What must become of the files so far.
        spoiled: The regular file's rows as typed.
    """

    kind: str
    sender: Sender
    hand_in: HandIn
    rng: np.random.Generator
    earlier: Sequence[HandIn] = ()
    files: list[ActFile] = field(default_factory=list)
    spoiled: Spoiled = field(init=False)

    def __post_init__(self) -> None:
        self.spoiled = unspoiled(self.hand_in.frame)

    @property
    def frame(self) -> pd.DataFrame:
        """The true rows."""
        return self.hand_in.frame

    @property
    def habit(self) -> Habit:
        """How the office writes."""
        return self.hand_in.habit

    @property
    def written(self) -> str:
        """The period in words."""
        return periods_written(self.hand_in.contract.frequency, 0)(self.hand_in.period)

    def called(self, text: str, suffix: str = "") -> PurePosixPath:
        """A name of its own for a file, beside the regular one: ``{office}`` and the period are put before it."""
        name = f"{self.hand_in.office}{self.written}{self.hand_in.contract.title}{text}"
        return self.hand_in.path.with_name(f"{name}{suffix or EXTENSIONS[self.habit.suffix]}")

    def version(self, word: str) -> PurePosixPath:
        """The regular file's name with a word behind it."""
        path = self.hand_in.path
        return path.with_name(f"{path.stem}{word}{path.suffix}")

    def of_town(self, town: str, text: str = "") -> PurePosixPath:
        """A name for a township's own file."""
        path = self.called(text)
        return path.with_name(town + path.name.removeprefix(self.hand_in.office))

    @property
    def titled(self) -> Habit:
        """The same habit, with a title over the table."""
        return replace(self.habit, title=True)

    def mistaken(self, frame: pd.DataFrame, positions: Sequence[int]) -> pd.DataFrame:
        """Rows with another figure in some of them."""
        return mistaken(self.hand_in.contract.dataset, frame, positions)

    def numbered_anew(self, rows: pd.DataFrame) -> pd.DataFrame:
        """The same questionnaires under numbers that no other has."""
        numbers = [f"{number}-9{at:03d}" for at, number in enumerate(rows["respondent_number"])]
        return rows.assign(respondent_number=numbers)

    def towns(self, frame: pd.DataFrame, least: int) -> list[str]:
        """Codes of the townships with so many rows, in a chance order."""
        counts = frame["town_code"].value_counts().sort_index()
        codes = [str(code) for code in counts.index[counts >= least]]
        return [codes[at] for at in self.rng.permutation(len(codes))]

    def some(self, positions: Iterable[int], count: int) -> list[int]:
        """So many of them by chance, in their order."""
        return sorted(self.rng.permutation(np.array(list(positions)))[:count].tolist())

    def without_three(self, least: int) -> tuple[pd.DataFrame, list[int]] | None:
        """Rows as typed without three of a township that has so many, and the places of the three; None without such a one."""
        towns = self.towns(self.frame, least)
        if not towns:
            return None
        left_out = self.some(self.frame.index[self.frame["town_code"] == towns[0]], 3)
        return self.type(self.frame.drop(index=left_out).reset_index(drop=True)), left_out

    def type(self, frame: pd.DataFrame | None = None) -> pd.DataFrame:
        """Rows as the clerk types them: those that will not be sent back, with their positions as index.

        Args:
            frame: Without some rows; by default all of the hand-in.
        """
        self.spoiled = self.sender.spoil(self.hand_in, self.frame if frame is None else frame)
        return good(self.spoiled)

    def regular(self, rows: int, status: str = "", wrong: Sequence[int] = ()) -> bytes:
        """Write the regular file as it was typed, with wrong figures in some rows.

        Args:
            rows: How many of it are in force in the end.
            status: What it is in the end; as typed when empty.
            wrong: Positions.
        """
        status = status or ("partial" if self.spoiled.lost else "accepted")
        self.files.append(ActFile(str(self.hand_in.path), status, rows))
        typed = replace(self.spoiled, frame=self.mistaken(self.spoiled.frame, wrong))
        return self.sender.regular(self.hand_in, typed)

    def data(self, frame: pd.DataFrame, **other: object) -> bytes:
        """The bytes of a file with these rows and no mistakes; ``other`` are attributes of the hand-in."""
        hand_in = replace(self.hand_in, frame=frame, **other)  # type: ignore[arg-type]
        pages, _ = self.sender.pages(hand_in, unspoiled(frame.reset_index(drop=True)))
        return page_bytes(pages, hand_in.habit.suffix)

    def later(
        self, path: PurePosixPath, frame: pd.DataFrame, status: str, rows: int, **other: object
    ) -> bytes:
        """Write a later file with these rows; ``other`` are attributes of the hand-in, such as its office."""
        data = self.data(frame, **other)
        self.put(path, data, len(frame), ActFile(str(path), status, rows))
        return data

    def again(self, path: PurePosixPath, data: bytes, rows_in: int, status: str, rows: int) -> None:
        """Write bytes that were sent before."""
        self.put(path, data, rows_in, ActFile(str(path), status, rows))

    def later_pages(self, path: PurePosixPath, pages: list[Page], file: ActFile) -> None:
        """Write a later workbook without a row of data, as xlsx."""
        self.put(path, page_bytes(pages, "xlsx"), 0, file)

    def put(
        self, path: PurePosixPath, data: bytes, rows: int, file: ActFile, *, before: bool = False
    ) -> None:
        """Write a file some days after those before it, or a little before the regular one."""
        received = self.hand_in.received + (-_BEFORE if before else _APART * len(self.files))
        is_late = received.date() > due(self.hand_in.contract, self.hand_in.period)
        hand_in = replace(self.hand_in, path=path, received=received, late=is_late)
        self.files.append(file)
        self.sender.put(hand_in, data, rows, _FIRST.get(file.status, file.status))

    def stand(self, frame: pd.DataFrame, region: str = "", *, typed: bool = True) -> Stand:
        """What is in force in the end in the county, or a township of it.

        Args:
            frame: The true rows that are.
            region: The township; empty for the county.
            typed: They came in the regular file, or some of them: no sum is known where figures were mistyped there.
        """
        figure = FIGURES.get(self.hand_in.contract.dataset, "")
        if typed and any(fault.column == figure for fault in self.spoiled.faults):
            figure = ""
        return Stand(
            region_code=region or f"{self.hand_in.county}000000",
            period=self.hand_in.period,
            rows=len(frame),
            figure=figure,
            total=float(frame[figure].sum()) if figure else 0.0,
        )

    def act(self, note: str, *stands: Stand) -> Act:
        """The act's truth."""
        return Act(self.kind, self.hand_in.contract.dataset, tuple(self.files), stands, note)


def good(spoiled: Spoiled) -> pd.DataFrame:
    """The rows that are not sent back, with their positions as index."""
    return spoiled.frame.drop(index=sorted(spoiled.lost))


def name_of(frame: pd.DataFrame, town: str) -> str:
    """The name of a township that has rows."""
    return str(frame.loc[frame["town_code"] == town, TOWNSHIP].iloc[0])
