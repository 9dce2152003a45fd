"""Which dataset of a department a nil report without a table is about: by the words of its title."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from expectations.conform import RegionIndex
from expectations.contracts.model import Contract

_KIND = re.compile(r"台账|名[单录册]|问卷|报表|年报|底册|[自]评表|农村|农民|情况|[登统]记|表$")
_SAYS_NO_MATTER = re.compile(
    r"sheet\d*|[\W\da-z_]|[年月日季度学期第一二三四五六七八九十上下半本当该全我份至]|[县镇乡区市村]|街道|人民政府|"
    r"无|零|没有|未|新增|发生|报告|报送|上报|申报|台账|统计|报表|月报|表|数据|情况|特此|暂|均|为|的|农村",
    re.IGNORECASE,
)
_ENOUGH = 0.5


def named_dataset(own: Sequence[Contract], texts: Iterable[str], index: RegionIndex) -> Contract | None:
    """The contract whose own words stand in the texts; a department's only one where no other matter is named.

    Args:
        own: Of one department.
        texts: All that the file says, its name and its folders.
        index: Regions, whose names are no matter.
    """
    every = "\n".join(texts)
    ranked = sorted(own, key=lambda one: _likeness(one, every), reverse=True)
    best, others = ranked[0], ranked[1:]
    share, _ = likeness = _likeness(best, every)
    if share >= _ENOUGH and all(_likeness(one, every) < likeness for one in others):
        return best
    return own[0] if len(own) == 1 and _names_no_matter(every, index) else None


def _likeness(contract: Contract, text: str) -> tuple[float, bool]:
    """The share of a title's own characters that stand in a text, and whether the title stands there as it is."""
    words = set(_KIND.sub("", contract.title)) or set(contract.title)
    return sum(one in text for one in words) / len(words), contract.title in text


def _names_no_matter(text: str, index: RegionIndex) -> bool:
    names = {name for known in index.names.values() for name in known if name in text}
    for name in sorted(names, key=len, reverse=True):
        text = text.replace(name, "")
    return not _SAYS_NO_MATTER.sub("", text)
