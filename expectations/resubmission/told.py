"""What a submission changes in what was in force, in sentences for its sender."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from expectations.nil.words import wording
from expectations.resubmission.places import FEW, first_few, gone_rows, stretches
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
    """Sentences; none where nothing was in force before. What is long goes on in lines below its sentence (``places``).

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
    names = first_few(earlier.values(), "份")
    said = [_counts(comparison, ruling, names, unit)]
    if comparison.changed_at:
        said.append(f"改动的{unit}在这份文件的：{stretches(comparison.changed_at)}。")
    if comparison.gone_at and ruling.takes == "replaces":
        verb = "生效后将不再计入" if ruling.why else "不再计入"
        said.append(gone_rows(comparison.gone_at, contract, earlier, regions, verb))
    said += _sums(comparison, contract) if ruling.takes == "replaces" else []
    if comparison.elsewhere:
        said.append(
            f"其中 {comparison.elsewhere} {unit}的编号在其他地区也有，那里的没有改动；如果是换了地区，请把原地区的表整份再报一次。"
        )
    if ruling.takes == "replaces":
        said += _left(list(dict.fromkeys(kept)), contract, period)
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
        f"与{names}{_AGAINST}新增 {one.added} {unit}，改动 {one.changed} {unit}，"
        f"少了 {one.gone} {unit}，未变 {one.same} {unit}。"
    )


def _left(kept: list[str], contract: Contract, period: str) -> list[str]:
    """Regions that stay as they are, and how to take them back."""
    if not kept:
        return []
    nil = wording(contract, "、".join(kept) if len(kept) <= FEW else kept[0], chinese_period(period))
    which = "" if len(kept) <= FEW else "写明是哪些地区，如"
    names = first_few(kept, "个地区")
    return [
        f"{names}这份没有涉及，仍按上次报送的计算；如果是误报，请另报一份零报告，标题{which or '写'}“{nil}”。"
    ]


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


_AGAINST = "相比："
_OVERTAKEN = "这份已由同一批收到的"
_OVERTAKEN_IN_PART = "同一批还收到了"


def told_overtaken(file: str, regions: Iterable[str], *, adds: bool, is_all: bool) -> str:
    """What the sender of a file is told of another of the same load that stands for it.

    Args:
        file: Name of the other file.
        regions: Names of those where it does.
        adds: It corrects rows and leaves the others.
        is_all: Nothing of the first is left in force.
    """
    if is_all:
        return f"{_OVERTAKEN}“{file}”替换，以那份为准。"
    what = "部分行由它更正" if adds else "数据由它替换"
    return f"{_OVERTAKEN_IN_PART}“{file}”：这份中{first_few(regions, '个地区')}的{what}，以那份为准。"


def told_twice(
    rows: int, contract: Contract, places: Iterable[str], left: Sequence[str], files: Iterable[str]
) -> str:
    """What a sender is told whose rows of some villages another township hands in too.

    Args:
        rows: How many.
        contract: What rows are called.
        places: Names of the villages.
        left: Names of the townships that they belonged to.
        files: What to call the others.
    """
    unit = "格" if contract.form else "行"
    return (
        f"请核对：{first_few(places, '个村')}的 {rows} {unit}，{first_few(files, '份')}里也有，现在两处都计入了。"
        f"区划调整后已不属于{first_few(left, '个地区')}，请{first_few(left, '个地区')}去掉这些{unit}，把整份再报一次。"
    )


def is_overtaken(said: Iterable[str]) -> bool:
    """Whether what the sender was told says that nothing of the file was left in force by the end of its load."""
    return any(sentence.startswith(_OVERTAKEN) for sentence in said)


def is_instead(said: Sequence[str]) -> bool:
    """Whether it says that all of the file stands instead of something that was in force before it."""
    sentences = [one.partition("\n")[0] for one in said]
    return any(_AGAINST in one for one in sentences) and not any(
        one.startswith((_OVERTAKEN, _OVERTAKEN_IN_PART)) for one in sentences
    )
