"""What was done to the hand-ins on purpose, so that detection can be scored, and what must come of what clerks did."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Truth:
    """One thing injected.

    Attributes:
        kind: ``fault_*`` (a cell or row), ``padding_*`` (a region's figures), ``honest_*`` (what looks like padding and
            is none), ``file_*`` (a hand-in as a whole).
        dataset: Empty for files that are no dataset.
        file: Path below the inbox, with ``/``.
        severity: ``error`` or ``warning`` for faults, ``refused`` or ``repeat`` for files, ``padding``, ``honest``,
            ``note``.
        sheet: For a CSV the stem of its name.
        row: As the spreadsheet numbers it; None where no single row is meant.
        column: Contract column.
        cell: Address of the cell, ``D17``.
        region_code: Where the row lies, or the padded region.
        period: The month that stands for the period.
        rule: The finding expected.
        note: For people.
        strength: Of a padding: ``blatant``, ``moderate`` or ``subtle``.
        planting: What belongs together: one padding, in all its regions and months.
    """

    kind: str
    dataset: str
    file: str
    severity: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    cell: str = ""
    region_code: str = ""
    period: str = ""
    rule: str = ""
    note: str = ""
    strength: str = ""
    planting: str = ""


@dataclass(frozen=True)
class Sent:
    """One file in the inbox.

    Attributes:
        file: Path below the inbox.
        department: Its folder.
        dataset: Empty for wrong files.
        county: Six digits.
        period: The month that stands for the period; empty where the file names none.
        rows: Records and faulty rows together, without totals.
        expected: ``accepted``, ``partial``, ``held``, ``refused`` or ``repeat``; later files may supersede.
        received: When it was handed in, ISO with offset.
        late: Whether that is after the due day.
    """

    file: str
    department: str
    dataset: str
    county: str
    period: str
    rows: int
    expected: str
    received: str
    late: bool = False


@dataclass(frozen=True)
class ActFile:
    """One file of an act, and what must become of it.

    Attributes:
        file: Path below the inbox.
        status: As ``submissions`` has it in the end; ``superseded`` where later files stand for all of it,
            ``withdrawn`` where a later one answers what was asked about it.
        rows: Records of it that are in force in the end.
        rule: A finding that its sender must be told; empty where none is needed.
    """

    file: str
    status: str
    rows: int
    rule: str = ""


@dataclass(frozen=True)
class Stand:
    """What is in force in a region and month in the end, whatever file it came in.

    Attributes:
        region_code: A county or township.
        period: The month that stands for the period.
        rows: Records.
        figure: A column whose sum is known; empty where none is.
        total: Its sum over these records.
        zero: An indicator that must be nought there, and not missing; empty where none is asked.
    """

    region_code: str
    period: str
    rows: int
    figure: str = ""
    total: float = 0.0
    zero: str = ""


@dataclass(frozen=True)
class Act:
    """Something a clerk did after the regular hand-in or in its place, and what must come of it.

    Attributes:
        kind: Which.
        dataset: Of its files.
        files: Every file of it, the regular one too, in the order they came.
        stands: What is in force in the end.
        note: For people, in Chinese.
    """

    kind: str
    dataset: str
    files: tuple[ActFile, ...]
    stands: tuple[Stand, ...]
    note: str


@dataclass
class Journal:
    """Everything sent, everything injected and every act, in the order it was made."""

    sent: list[Sent] = field(default_factory=list)
    truths: list[Truth] = field(default_factory=list)
    acts: list[Act] = field(default_factory=list)

    def write(self, folder: Path, seed: int, scale: str) -> tuple[Path, Path]:
        """Write ``demo_truth.json`` (all) and ``demo_truth.jsonl`` (one injected thing a line)."""
        folder.mkdir(parents=True, exist_ok=True)
        whole, lines = folder / "demo_truth.json", folder / "demo_truth.jsonl"
        body = {
            "seed": seed,
            "scale": scale,
            "files": [asdict(one) for one in self.sent],
            "truths": [asdict(one) for one in self.truths],
            "acts": [asdict(one) for one in self.acts],
        }
        whole.write_text(json.dumps(body, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
        lines.write_text(_lines(self.truths), encoding="utf-8")
        return whole, lines


def _lines(truths: Sequence[Truth]) -> str:
    return "".join(json.dumps(asdict(one), ensure_ascii=False) + "\n" for one in truths)
