"""What a sender says a file is: a correction of some rows, a part of several, or the whole anew.

Clerks say so in the file's name or in a title (更正, 补报, 之二, 整份替换). A word for a version (更正版) says nothing:
both whole files and single rows are called so.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from pathlib import PurePosixPath

from warehouse.ledger.values import Says

_VERSION = r"(?![^\s（）()【】\[\]_-]{0,2}[版稿])"
_CORRECTING = r"(?:更正(?!登记)|补报|修改|修正|补充(?!耕地|医疗|养老|保险|营养|水源|灌溉)|增补|补录|补登|订正|勘误|(?<!整)改正|补正|漏报|增报)"
"""补充耕地, 补充医疗保险, 更正登记 are things of their own, and 整改正在 is no 改正."""

_WORDS: dict[Says, re.Pattern[str]] = {
    "amends": re.compile(_CORRECTING + _VERSION),
    "keeps": re.compile(r"(?:其余|其他|其它)(?:行|的)?(?:都|均)?(?:保留|不变|不动)"),
    "part": re.compile(
        r"之[一二三四五六七八九十]+(?![\u4e00-\u9fff])|第[一二三四五六七八九十\d]+(?:部分|批|分册)"
        r"|[(][一二三四五六七八九十][)]\s*$|(?<!\d)\d{1,2}\s*(?:/|of|之)\s*\d{1,2}(?!\d)|\bpart\s*\d"
        r"|共[一二三四五六七八九十\d]+(?:份|部分)第",
        re.IGNORECASE,
    ),
    "whole": re.compile(r"整份|整表|全量|全部替换|全部重报|替换上次|覆盖上次|以(?:此|本次|本表|这次)为准"),
}

_DECORATION = re.compile(
    _CORRECTING + r"|重报|修订|最新|最终|定稿|新[版稿]|终[版稿]|[新终](?=[\W_]|$)"
    r"|整份替换|(?:其余|其他|其它)(?:保留|不变|不动)|整份|整表|全量|全部|替换|上次|以(?:此|本次|本表|这次)为准|副本|回执|部分接收|退回|已接收|待确认|v\d+(?:\.\d+)*"
    r"|[版稿](?=[\W_\d]|$)|(?<=月)份|[(]\d{1,2}[)]|[-_ ]?copy\b|[\W_]",
    re.IGNORECASE,
)
"""新 and 终 stand for a version at the end of a word only: 新安镇 is not 安镇."""


def intent_of(texts: Iterable[str]) -> frozenset[Says]:
    """What is said in a file's name and titles; empty where nothing is.

    >>> sorted(intent_of(["沐溪镇2025年6月造林台账（更正）"]))
    ['amends']
    """
    plain = [unicodedata.normalize("NFKC", text) for text in texts]
    return frozenset(intent for intent, words in _WORDS.items() if any(words.search(text) for text in plain))


def same_file(one: str, other: str) -> bool:
    """Whether two paths name versions of one file: the same but for words such as 更正版, 重报, (1)."""
    return _stem(one) == _stem(other)


def _stem(path: str) -> tuple[str, str]:
    pure = PurePosixPath(unicodedata.normalize("NFKC", path))
    return str(pure.parent), _DECORATION.sub("", pure.stem).casefold()
