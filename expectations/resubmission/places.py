"""Where rows stood, in words: within a sentence where they are few, and listed below it where they are many.

A sentence that goes on below its line is kept as one text: the sentence, a heading, and a line for each place.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeAlias

from warehouse.codes import covering

if TYPE_CHECKING:
    from expectations.contracts.model import Contract

FEW = 4
"""More places than this are listed below the sentence."""

NAMED = 3
"""How many of many are named in a sentence."""

_LISTED = 90
_STRETCHES = 20

Row: TypeAlias = tuple[str, int]
"""Sheet and row."""
_Place: TypeAlias = tuple[str, str]
"""Submission and region code."""


def first_few(names: Iterable[str], counted: str) -> str:
    """``甲镇、乙镇、丙镇等 30 个乡镇``; all of them where they are few."""
    known = list(dict.fromkeys(names))
    if len(known) <= FEW:
        return "、".join(known)
    return f"{'、'.join(known[:NAMED])}等 {len(known)} {counted}"


def called(code: str, names: Mapping[str, str]) -> str:
    """A region behind its county, as a sender can write it: townships of two counties may share a name."""
    county = code[:6].ljust(len(code), "0")
    above = names.get(county, "") if county != code else ""
    return above + names.get(code, code)


def gone_rows(
    gone_at: Iterable[tuple[str, str, str, int]],
    contract: Contract,
    earlier: Mapping[str, str],
    names: Mapping[str, str],
    verb: str,
) -> str:
    """Rows that are gone, and where they stood.

    Args:
        gone_at: Submission, region code, sheet and row of each.
        contract: Many are told by regions at its level of coverage.
        earlier: By submission, what to call it.
        names: Of regions, by code.
        verb: What becomes of the rows.
    """
    every = list(gone_at)
    unit = "格" if contract.form else "行"
    by_place = _by_place(every)
    if len(by_place) > FEW:
        by_place = _by_place((one, covering(code, contract.coverage), *at) for one, code, *at in every)
    known = _short_names({code for _, code in by_place}, names)
    if len(by_place) <= FEW:
        return f"少了、{verb}的{unit}，原来在：{_in_a_sentence(by_place, earlier, known)}。"
    counts: dict[str, int] = defaultdict(int)
    for (_, code), rows in by_place.items():
        counts[code] += len(rows)
    some = first_few((f"{known[code]} {count} {unit}" for code, count in counts.items()), "个地区")
    sentence = f"少了、{verb}的{unit}共 {len(every)} {unit}：{some}；原来在哪几行，回执中逐处列出。"
    return "\n".join([sentence, *_listed(by_place, earlier, known, unit, verb)])


def stretches(places: Iterable[Row]) -> str:
    """Rows of sheets, neighbours as a stretch, cut where there are very many: ``“造林台账”第 3–20、25 行``."""
    sheets: dict[str, list[int]] = defaultdict(list)
    for sheet, row in places:
        sheets[sheet].append(row)
    return "，".join(f"“{sheet}”第 {_numbers(sorted(set(rows)))} 行" for sheet, rows in sheets.items())


def _by_place(rows: Iterable[Sequence[object]]) -> dict[_Place, list[Row]]:
    found: dict[_Place, list[Row]] = defaultdict(list)
    for submission_id, code, sheet, row in rows:
        found[str(submission_id), str(code)].append((str(sheet), int(str(row))))
    return found


def _short_names(codes: Iterable[str], names: Mapping[str, str]) -> dict[str, str]:
    """By code: the name alone, and behind its county where two have the same."""
    short = {code: names.get(code, code) for code in codes}
    taken = list(short.values())
    return {code: name if taken.count(name) == 1 else called(code, names) for code, name in short.items()}


def _in_a_sentence(
    by_place: Mapping[_Place, Sequence[Row]], earlier: Mapping[str, str], known: Mapping[str, str]
) -> str:
    by_file: dict[str, list[str]] = defaultdict(list)
    for (submission_id, code), rows in by_place.items():
        by_file[submission_id].append(f"{stretches(rows)}（{known[code]}）")
    return "；".join(f"{earlier.get(one, one)} {'，'.join(places)}" for one, places in by_file.items())


def _listed(
    by_place: Mapping[_Place, Sequence[Row]],
    earlier: Mapping[str, str],
    known: Mapping[str, str],
    unit: str,
    verb: str,
) -> list[str]:
    """A heading, and a line for each place; what all of them share stands in the heading alone."""
    files = {submission_id: earlier.get(submission_id, submission_id) for submission_id, _ in by_place}
    sheets = {sheet for rows in by_place.values() for sheet, _ in rows}
    shared = [*files.values()] * (len(files) == 1) + [f"“{sheet}”" for sheet in sheets] * (len(sheets) == 1)
    heading = f"{verb}的{unit}，原来所在的位置" + "：" * bool(shared) + " ".join(shared)
    short = {one: text.partition("收到的")[2] or text for one, text in files.items()}
    if len(files) == 1:
        short = dict.fromkeys(files, "")
    elif len(set(short.values())) < len(files):
        short = files  # files of one name are told apart by the day
    lines = []
    for (submission_id, code), rows in by_place.items():
        where = f"第 {_numbers(sorted({row for _, row in rows}))} 行" if len(sheets) == 1 else stretches(rows)
        lines.append(f"{known[code]} {len(rows)} {unit}：{short[submission_id]}{where}")
    more = len(lines) - _LISTED
    return [heading, *lines[:_LISTED], *([f"另有 {more} 处没有列出"] if more > 0 else [])]


def _numbers(rows: Sequence[int]) -> str:
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in found[:_STRETCHES]]
    return "、".join(shown) + (f" 等 {len(rows)}" if len(found) > _STRETCHES else "")
