"""What a submission changes in what was in force, in sentences for its sender."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from expectations.nil.words import wording
from expectations.slips.slip import chinese_period

if TYPE_CHECKING:
    from expectations.contracts.model import Contract
    from expectations.resubmission.compare import Comparison
    from expectations.resubmission.rule import Ruling, Why

_SUMS_MOVED = 0.2

HELD: Mapping[Why, str] = {
    "rows_missing": "这份比已入库的少了很多行，暂不生效，原来的数据仍然有效。",
    "nothing_in_common": "这份与已入库的没有一行相同，看不出是替换还是补充，暂不生效，原来的数据仍然有效。",
    "only_omissions": "这份只是比已入库的少了一些行，其余都一样，暂不生效，原来的数据仍然有效。",
    "waiting": "这份还没有人确认，暂不生效。",
    "nothing_left": "这份是零报告，而已入库的还有数据，暂不生效，原来的数据仍然有效。",
}
HELD_REMEDY = (
    "请在文件名中写明用意后再报一次：写“整份替换”，则以这份为准，少了的行不再计入；"
    "写“其余保留”，则只改、补这份里有的行；分几次报的，写“第一部分”“第二部分”。也可以请考核办确认。"
)
_NIL_REMEDY = (
    "确实没有数据的，请在文件名中写明“整份替换”后再报一次，原来的行就不再计入；报错了的，不必再报。"
    "也可以请考核办确认。"
)


def held_remedy(why: Why) -> str:
    """What the sender of a held submission can do."""
    return _NIL_REMEDY if why == "nothing_left" else HELD_REMEDY


def told(
    comparison: Comparison,
    ruling: Ruling,
    contract: Contract,
    earlier: Mapping[str, str],
    regions: Mapping[str, str],
    kept: Iterable[str] = (),
    period: str = "",
) -> tuple[str, ...]:
    """Sentences; none where nothing was in force before.

    Args:
        comparison: With what was in force.
        ruling: What was decided.
        contract: What rows and columns are called.
        earlier: By submission that was in force, what to call it.
        regions: Names by code.
        kept: Names of regions that an earlier file spoke for and this one does not, and that stay as they are.
        period: Of the submission, ``2025-06``; of several the last.
    """
    if not comparison.before:
        return ()
    unit = "格" if contract.form else "行"
    names = "、".join(dict.fromkeys(earlier.values()))
    said = [_counts(comparison, ruling, names, unit)]
    if comparison.changed_at:
        rows = _stretches(comparison.changed_at)
        said.append(f"改动的{unit}在这份文件的：{rows}。")
    if comparison.gone_at and ruling.takes == "replaces":
        verb = "生效后将不再计入" if ruling.why else "不再计入"
        said.append(f"少了、{verb}的{unit}，原来在：{_gone(comparison, earlier, regions)}。")
    said += _sums(comparison, contract) if ruling.takes == "replaces" else []
    if comparison.elsewhere:
        said.append(
            f"其中 {comparison.elsewhere} {unit}的编号在其他地区也有，那里的没有改动；如果是换了地区，请把原地区的表整份再报一次。"
        )
    left = "、".join(dict.fromkeys(kept))
    if left and ruling.takes == "replaces":
        nil = wording(contract, left, chinese_period(period))
        said.append(f"{left}这份没有涉及，仍按上次报送的计算；如果是误报，请另报一份零报告，标题写“{nil}”。")
    return tuple(said)


def _counts(comparison: Comparison, ruling: Ruling, names: str, unit: str) -> str:
    one = comparison
    if ruling.takes == "adds":
        rest = one.same + one.gone
        return (
            f"这份作为对{names}的补充更正：改动 {one.changed} {unit}，新增 {one.added} {unit}，"
            f"上次的其余 {rest} {unit}保留不动。"
        )
    return (
        f"与{names}相比：新增 {one.added} {unit}，改动 {one.changed} {unit}，"
        f"少了 {one.gone} {unit}，未变 {one.same} {unit}。"
    )


def _gone(comparison: Comparison, earlier: Mapping[str, str], regions: Mapping[str, str]) -> str:
    by_file: dict[str, dict[str, list[tuple[str, int]]]] = defaultdict(lambda: defaultdict(list))
    for submission_id, region, sheet, row in comparison.gone_at:
        by_file[submission_id][regions.get(region, region)].append((sheet, row))
    return "；".join(
        f"{earlier.get(submission_id, submission_id)} "
        + "，".join(f"{_stretches(rows)}（{region}）" for region, rows in places.items())
        for submission_id, places in by_file.items()
    )


def _stretches(places: Sequence[tuple[str, int]]) -> str:
    """Rows of sheets, neighbours as a stretch: ``造林台账 第 3–20、25 行``."""
    sheets: dict[str, list[int]] = defaultdict(list)
    for sheet, row in places:
        sheets[sheet].append(row)
    return "，".join(f"“{sheet}”第 {_numbers(sorted(set(rows)))} 行" for sheet, rows in sheets.items())


def _numbers(rows: Sequence[int]) -> str:
    found: list[list[int]] = []
    for row in rows:
        if found and row == found[-1][1] + 1:
            found[-1][1] = row
        else:
            found.append([row, row])
    shown = [f"{first}" if first == last else f"{first}–{last}" for first, last in found]
    return "、".join(shown)


def _sums(comparison: Comparison, contract: Contract) -> list[str]:
    """Sums that moved by more than a fifth: a wrong unit shows here first."""
    moved = [
        f"{contract.by_name[name].title}合计由 {_plain(before)} 变为 {_plain(now)}"
        for name, (before, now) in comparison.totals.items()
        if abs(now - before) > _SUMS_MOVED * abs(before)
    ]
    return ["请核对：" + "；".join(moved) + "。"] if moved else []


def _plain(number: float) -> str:
    return f"{number:,.2f}".rstrip("0").rstrip(".")
