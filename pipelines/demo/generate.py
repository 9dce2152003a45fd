"""Writing the demo city's hand-ins, regions and truth to disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from expectations.contracts.reading import load_contracts
from pipelines.demo.acts import Acts
from pipelines.demo.datasets.catalog import periods
from pipelines.demo.handins import hand_ins
from pipelines.demo.paddings import PADDINGS, Padding, padded_ledgers
from pipelines.demo.regions import write_regions_csv
from pipelines.demo.sender import Sender
from pipelines.demo.truth import Journal
from pipelines.demo.world import make_world
from warehouse.assessment import BUILT_IN as SCHEMES

Scale = Literal["village", "city", "province"]
Progress = Callable[[str, int, int], None]

NOTE = "说明-演示数据.txt"
_NOTE_TEXT = (
    "本目录中的数据全部由程序生成，示例市及其县区、乡镇、村、人员、企业均为虚构。\n"
    "身份证号使用无常住人口的地区代码 460322，区划代码使用未分配的前缀 99。\n"
    "demo_truth.json 记录了有意放入的差错和渗水，以及更正、补报、分次报送、零报告等报送行为应有的结果；demo_private.txt 列出全部虚构的个人信息，供隐私测试使用。\n"
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
    paddings: Sequence[Padding] = PADDINGS,
) -> DemoCity:
    """Make the demo city; equal arguments give equal files.

    Args:
        home_inbox: Where departments drop files; must hold no files of theirs yet.
        config_folder: Where ``regions.csv``, ``demo_truth.json``, ``demo_truth.jsonl`` and ``demo_private.txt`` go.
        scale: ``village`` (20 villages, half a year), ``city`` (9 counties, a year) or ``province`` (ten cities).
        seed: Everything random follows from it.
        progress: Called with a Chinese label, steps done and steps in all.
        paddings: What is made to look better on purpose; all of it by default, none in an honest city.
    """
    world = make_world(scale, seed)
    journal = Journal()
    writer = Sender(home_inbox, world, journal)
    contracts = load_contracts()
    ledgers = padded_ledgers(world, journal.truths, paddings)
    steps = [
        (c, month) for d, c in contracts.items() if d in ledgers for month in periods(c.frequency, world)
    ]
    acts = Acts(world, contracts)
    usual: dict[str, int] = {}
    for done, (contract, month) in enumerate(steps):
        if progress:
            progress(f"{contract.title} {month}", done, len(steps))
        frame = ledgers[contract.dataset](month)
        per_county = len(frame) // frame["county"].nunique()
        usual[contract.dataset] = max(usual.get(contract.dataset, 0), per_county)
        for hand_in in hand_ins(world, contract, month, frame, usual[contract.dataset]):
            if not acts.do(writer, hand_in):
                writer.send(hand_in)
            acts.nothing(writer, hand_in)
    writer.send_wrong_files()
    if progress:
        progress("地区与说明", len(steps), len(steps))
    return _finish(writer, config_folder, scale, seed)


def _finish(writer: Sender, config: Path, scale: Scale, seed: int) -> DemoCity:
    world, journal = writer.world, writer.journal
    write_regions_csv(world.regions, config / "regions.csv")
    truth, lines = journal.write(config, seed, scale)
    private = world.people.private() | {"spoiled": tuple(sorted(writer.spoiled_values))}
    text = "".join(f"{kind}\t{value}\n" for kind, values in private.items() for value in values)
    (config / "demo_private.txt").write_text(text, encoding="utf-8")
    (config / NOTE).write_text(_NOTE_TEXT, encoding="utf-8")
    shutil.copytree(SCHEMES, config / "schemes", dirs_exist_ok=True)
    rows = sum(one.rows for one in journal.sent if one.expected != "repeat")
    return DemoCity(scale, seed, config / "regions.csv", truth, lines, private, len(journal.sent), rows)
