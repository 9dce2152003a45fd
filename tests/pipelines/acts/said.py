"""Whether a slip names what its file did to the rows in force, read as a clerk would."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import product

from tests.pipelines.acts.model import COUNTING, Key, Sent, area, place

Rows = Mapping[Key, Sent]


def check_said(one: Sent, before: Rows, after: Rows, merged: Sequence[str]) -> None:
    """What a file did when it was decided about, and what its slip says of it.

    A row that says another township now is told as changed, where it stands now. Rows of one plot of one township, by the
    map, may be taken for each other.

    Raises:
        AssertionError: The slip does not say it.
    """
    if one.status not in COUNTING:
        assert after == before
        assert one.status != "held" or "whole" not in one.says
        assert one.status != "refused" or not one.rows
        return
    said = _Said(one.told)
    was, now = _by_place(before, merged), _by_place(after, merged)
    changed = 0
    for there in was:
        gone, new = _unlike(was[there], now[there], before, after)
        moved = {
            key for key in gone if any(one.at[n] in said.changed for n in one.rows if _same_plot(n, key))
        }
        named = {key for key in gone if (before[key].file, before[key].at[key]) in said.gone}
        pairs = min(len(gone), len(new))
        assert len(moved | named) >= len(gone) - pairs, (gone, new, said, one.told)
        assert sum(one.at.get(key) in said.changed for key in new) >= pairs, (gone, new, said, one.told)
        changed += pairs
        if one.takes == "adds":
            assert len(gone) <= len(new)
            assert "的编号在其他地区也有" in one.told or len(now[there]) <= len(was[there]), (there, one.told)
    if one.takes == "adds":
        assert said.counts["改动"] >= changed


def check_said_anew(
    again: Iterable[Sent], had: Mapping[str, Mapping[Key, int]], before: Rows, after: Rows
) -> None:
    """What a change of contract or map did, and what those are told of whose rows count no longer.

    Where it also lets more rows count, what stands for what is another matter for those of the same key; the office asks
    for that before (``shiji contract diff``).

    Args:
        again: Files that were judged anew.
        had: By file, the rows taken of it before, where it counted.
        before, after: Rows in force.

    Raises:
        AssertionError: Nobody is told.
    """
    less = [one for one in again if one.id in had and had[one.id].keys() - one.rows.keys()]
    for one in less:
        lost = one.best - len(one.rows)
        told = "整份暂不计入" if one.status == "refused" else f"其中 {lost} 行暂不计入"
        assert lost <= 0 or told in one.reason, (one, told)
    more = any(one.rows.keys() - had.get(one.id, {}).keys() for one in again)
    for key, by in after.items() if not more else ():
        assert before.get(key) is by or any(f"“{by.file}”" in one.reason for one in less), key


class _Said:
    """What a slip says."""

    def __init__(self, text: str) -> None:
        self.counts = {
            word: int(number) for word, number in re.findall(r"(新增|改动|少了|未变) (\d+) 行", text)
        }
        own = re.search(r"改动的行在这份文件的：(.*)。", text)
        self.changed = _numbers(own[1]) if own else set()
        self.gone: set[tuple[str, int]] = set()
        lines = re.search(r"不再计入的行，原来在：(.*)。", text)
        for part in lines[1].split("；") if lines else ():
            self._note_gone(part, "")
        heading, *listed = _listed(text)
        for line in listed:
            self._note_gone(line, heading)

    def _note_gone(self, part: str, heading: str) -> None:
        """Rows of a file that is named beside them, or above where all are of one."""
        name = _FILE.search(part) or _FILE.search(heading)
        assert name is not None, part
        self.gone |= {(name[1], row) for row in _numbers(part)}

    def __repr__(self) -> str:
        return f"{self.counts} {self.changed} {self.gone}"


_FILE = re.compile(r"“([^”]*\.csv)”")


def _listed(text: str) -> list[str]:
    """The heading of the list of rows that are gone, and its lines; a blank one where there is none."""
    lines = text.split("\n")
    starts = [at for at, line in enumerate(lines) if "不再计入的行，原来所在的位置" in line]
    if not starts:
        return [""]
    rest = lines[starts[0] + 1 :]
    ends = next((at for at, line in enumerate(rest) if not re.match(r".+ \d+ 行：", line)), len(rest))
    return [lines[starts[0]], *rest[:ends]]


def _numbers(text: str) -> set[int]:
    found: set[int] = set()
    for stretch in re.findall(r"第 ([\d–、]+) 行", text):
        for part in stretch.split("、"):
            first, _, last = part.partition("–")
            found |= set(range(int(first), int(last or first) + 1))
    return found


def _by_place(rows: Iterable[Key], merged: Sequence[str]) -> dict[Key, list[Key]]:
    """Rows by where they lie."""
    found: dict[Key, list[Key]] = defaultdict(list)
    for key in rows:
        found[place(key, merged)].append(key)
    return found


def _unlike(was: Sequence[Key], now: Sequence[Key], before: Rows, after: Rows) -> tuple[list[Key], list[Key]]:
    """Rows of one place before and after, but for those that say the same."""
    gone, new = list(was), list(now)
    for key, other in sorted(product(was, now), key=lambda pair: pair[0] != pair[1]):
        if key in gone and other in new and area(before, key) == area(after, other):
            gone.remove(key)
            new.remove(other)
    return gone, new


def _same_plot(one: Key, other: Key) -> bool:
    return (one[0], one[2]) == (other[0], other[2])
