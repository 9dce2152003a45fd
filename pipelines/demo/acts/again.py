"""Second files that take force: corrections of some rows or of the whole, supplements, a township anew."""

from __future__ import annotations

import numpy as np
import pandas as pd

from pipelines.demo.acts.doing import Doing, name_of
from pipelines.demo.truth import Act

_CLEARLY = 10
"""Rows of a township of which a few are clearly not the whole."""


def two_rows(doing: Doing) -> Act | None:
    """Two rows with the right figures and no word: they stand for theirs, the others stay."""
    stays = doing.type()
    towns = doing.towns(stays, 6)
    if not towns:
        return None
    picks = doing.some(stays.index[stays["town_code"] == towns[0]], 2)
    doing.regular(len(stays) - 2, wrong=picks)
    doing.later(doing.called("（两行）"), stays.loc[picks], "accepted", 2)
    note = "只重报了数字有误的两行：这两行以后来的为准，其余各行保留。"
    return doing.act(note, doing.stand(stays))


def correction(doing: Doing) -> Act | None:
    """Three right figures and a row that was left out, in a file called 更正."""
    towns = doing.towns(doing.frame, _CLEARLY)
    if not towns:
        return None
    (left_out,) = doing.some(doing.frame.index[doing.frame["town_code"] == towns[0]], 1)
    stays = doing.type(doing.frame.drop(index=[left_out]).reset_index(drop=True))
    picks = doing.some(stays.index[stays["town_code"] == towns[0]], 3)
    doing.regular(len(stays) - 3, wrong=picks)
    rows = pd.concat([stays.loc[picks], doing.frame.loc[[left_out]]])
    doing.later(doing.called("更正表"), rows, "accepted", 4)
    note = "更正三行并补上漏报的一行：其余各行保留。"
    stands = pd.concat([stays, doing.frame.loc[[left_out]]])
    return doing.act(note, doing.stand(stands))


def supplement(doing: Doing) -> Act | None:
    """Three rows that were left out, in a file called 补报."""
    found = doing.without_three(_CLEARLY)
    if found is None:
        return None
    stays, left_out = found
    doing.regular(len(stays))
    doing.later(doing.called("补报"), doing.frame.loc[left_out], "accepted", 3)
    note = "补报漏掉的三行：加进去，原来的各行保留。"
    stands = pd.concat([stays, doing.frame.loc[left_out]])
    return doing.act(note, doing.stand(stands))


def corrected_twice(doing: Doing) -> Act | None:
    """Of three rows two are put right and one is not, and then all three are."""
    stays = doing.type()
    towns = doing.towns(stays, _CLEARLY)
    if not towns:
        return None
    picks = doing.some(stays.index[stays["town_code"] == towns[0]], 3)
    doing.regular(len(stays) - 3, wrong=picks)
    right = stays.loc[picks]
    doing.later(doing.called("更正表"), doing.mistaken(right, [2]), "accepted", 0)
    doing.later(doing.called("更正表（再次）"), right, "accepted", 3)
    return doing.act("三行更正了两次：以最后一次为准，其余各行保留。", doing.stand(stays))


def whole_after_correction(doing: Doing) -> Act | None:
    """Two rows corrected, and then the whole file anew."""
    stays = doing.type()
    towns = doing.towns(stays, 6)
    if not towns or len(doing.frame) < _CLEARLY:
        return None
    picks = doing.some(stays.index[stays["town_code"] == towns[0]], 2)
    wrong = doing.some(stays.index.difference(picks), len(stays) // 3)
    doing.regular(0, "superseded", wrong=wrong)
    doing.later(doing.called("（两行）"), doing.mistaken(stays.loc[picks], range(2)), "superseded", 0)
    doing.later(doing.version("（定稿）"), doing.frame, "accepted", len(doing.frame))
    return doing.act("先更正两行，又整份重报：以整份的为准。", doing.stand(doing.frame, typed=False))


def whole_again(doing: Doing) -> Act | None:
    """The whole file anew with other figures in a third of its rows."""
    if len(doing.frame) < _CLEARLY:
        return None
    stays = doing.type()
    doing.regular(0, "superseded", wrong=doing.some(stays.index, len(stays) // 3))
    doing.later(doing.version("（修订版）"), doing.frame, "accepted", len(doing.frame))
    return doing.act("整份重报：以后来的一份为准。", doing.stand(doing.frame, typed=False))


def first_again(doing: Doing) -> Act | None:
    """The first file, a wrong one, and the first once more, byte for byte."""
    rows = len(doing.frame)
    if rows < _CLEARLY:
        return None
    doing.type()
    first = doing.regular(0, "superseded")
    wrong = doing.mistaken(doing.frame, doing.some(range(rows), rows // 2))
    doing.later(doing.version("（修订版）"), wrong, "superseded", 0)
    path = doing.version("（恢复）")
    doing.again(path, first, rows, "accepted", rows)
    return doing.act("修订版改错了，又把最初的一份原样再报：以最初的为准。", doing.stand(doing.frame))


def one_town_again(doing: Doing) -> Act | None:
    """A township's rows anew in a file of their own; the county's other townships stay."""
    stays = doing.type()
    towns = doing.towns(stays, 3)
    if len(towns) < 2:
        return None
    town, here = towns[0], (stays["town_code"] == towns[0])
    own = doing.frame[doing.frame["town_code"] == town]
    others = stays[~here]
    doing.regular(len(others), wrong=stays.index[here].tolist())
    name = name_of(own, town)
    doing.later(doing.of_town(name), own, "accepted", len(own), office=name)
    note = f"{name}单独重报：该乡镇以后来的为准，其余乡镇保留。"
    return doing.act(note, doing.stand(own, town, typed=False), doing.stand(pd.concat([others, own])))


def town_taken_back(doing: Doing) -> Act | None:
    """Two rows were put into a township that has none; a new version of the file leaves them out."""
    if len(doing.frame) < 4:
        return None
    villages = doing.sender.world.villages
    empty = villages[
        (villages["county"] == doing.hand_in.county) & ~villages["town_code"].isin(doing.frame["town_code"])
    ]
    if empty.empty:
        return None
    place = doing.sender.world.places(np.repeat(empty.index.to_numpy()[:1], 2)).reset_index(drop=True)
    strays = doing.numbered_anew(doing.frame.iloc[:2]).reset_index(drop=True).assign(**place)
    first = pd.concat([doing.frame, strays], ignore_index=True)
    doing.type(first)
    doing.regular(0, "superseded")
    doing.later(doing.version("（更正版）"), doing.frame, "accepted", len(doing.frame))
    town = str(place["town_code"].iloc[0])
    note = f"更正版不再包括误报的{place['township'].iloc[0]}两行：两行撤回。"
    return doing.act(note, doing.stand(doing.frame.iloc[:0], town), doing.stand(doing.frame))


def whole_after_held(doing: Doing) -> Act | None:
    """A file with rows too many; the shorter one is held, until its sender says that it is the whole."""
    rows = len(doing.frame)
    if rows < 6:
        return None
    extra = doing.numbered_anew(doing.frame.iloc[: max(6, rows // 2)])
    first = pd.concat([doing.frame, extra], ignore_index=True)
    doing.type(first)
    doing.regular(0, "superseded")
    data = doing.later(doing.version("（核后）"), doing.frame, "withdrawn", 0)
    doing.again(doing.version("（核后，整份替换）"), data, rows, "accepted", rows)
    note = "核实后少了许多行，先待确认；写明“整份替换”再报一次，以这份为准，待确认的那份自动撤回。"
    return doing.act(note, doing.stand(doing.frame))
