"""Second files that must not take force before somebody is asked: held or refused, and what was there stays."""

from __future__ import annotations

from pathlib import PurePosixPath

from pipelines.demo.acts.doing import Doing, name_of
from pipelines.demo.layouts import Page
from pipelines.demo.truth import Act, ActFile

_ENOUGH = 6
"""Rows whose loss must be asked about."""


def rows_unexplained(doing: Doing) -> Act | None:
    """Three rows that were left out, and nothing says that they come to the others."""
    found = doing.without_three(_ENOUGH)
    if found is None:
        return None
    stays, left_out = found
    doing.regular(len(stays))
    doing.later(doing.called("（另三行）"), doing.frame.loc[left_out], "held", 0)
    note = "另报三行，没有写明是补报还是替换：待确认，原来的仍然有效。"
    return doing.act(note, doing.stand(stays))


def short_file(doing: Doing) -> Act | None:
    """The same file again with the first half of each township's rows."""
    stays = doing.type()
    place = stays.groupby("town_code").cumcount()
    half = stays[place < (stays.groupby("town_code")["town_code"].transform("size") + 1) // 2]
    if len(stays) - len(half) < _ENOUGH:
        return None
    doing.regular(len(stays))
    doing.later(doing.version("(1)"), half, "held", 0)
    note = "再报的一份少了近一半的行，其余都一样：待确认，原来的仍然有效。"
    return doing.act(note, doing.stand(stays))


def nothing_over_rows(doing: Doing) -> Act | None:
    """A township says that it has nothing, and has rows."""
    stays = doing.type()
    towns = doing.towns(stays, _ENOUGH)
    if not towns:
        return None
    name = name_of(stays, towns[0])
    own = stays[stays["town_code"] == towns[0]]
    doing.regular(len(stays))
    doing.later(doing.of_town(name, "零报告"), doing.frame.iloc[:0], "held", 0, office=name)
    note = f"{name}报了零报告，已入库的还有数据：待确认，原来的仍然有效。"
    return doing.act(note, doing.stand(own, towns[0]), doing.stand(stays))


def title_of_last_month(doing: Doing) -> Act | None:
    """The title was left from the period before; then the file comes with the right one."""
    contract, months = doing.hand_in.contract, doing.sender.world.months
    back = {"monthly": 1, "quarterly": 3}[contract.frequency]
    at = months.index(doing.hand_in.period) - back
    if at < 0:
        return None
    path = doing.called("（初报）")
    data = doing.data(doing.frame, period=months[at], habit=doing.titled)
    doing.put(path, data, len(doing.frame), ActFile(str(path), "refused", 0, "period_conflict"), before=True)
    stays = doing.type()
    doing.regular(len(stays))
    note = "标题忘了改，还是上一期的：退回；改好再报的一份入库，上一期没有变动。"
    return doing.act(note, doing.stand(stays))


def as_last_month(doing: Doing) -> Act | None:
    """A sentence that all is as before, after the ledger."""
    stays = doing.type()
    doing.regular(len(stays))
    title = f"{doing.hand_in.office}{doing.written}{doing.hand_in.contract.title}"
    path = doing.called("情况说明", ".xlsx")
    pages = [Page("Sheet1", [[title], ["本月与上月相同，不再另报。"]])]
    doing.later_pages(path, pages, ActFile(str(path), "refused", 0, "nil_unchanged"))
    note = "写“与上月相同”不是零报告：退回，原来的仍然有效。"
    return doing.act(note, doing.stand(stays))


def other_folder(doing: Doing) -> Act | None:
    """A second copy, in the folder of a department that has no such ledger."""
    stays = doing.type()
    doing.regular(len(stays))
    other = "road" if doing.hand_in.contract.department != "road" else "survey"
    path = PurePosixPath(other, *doing.version("（抄送）").parts[1:])
    data = doing.data(doing.mistaken(doing.frame, [0]))
    doing.put(path, data, len(doing.frame), ActFile(str(path), "refused", 0, "unrouted"))
    note = "放进了别的部门的文件夹：退回，原来的仍然有效。"
    return doing.act(note, doing.stand(stays))
