"""Nil reports that take force: where there is nothing, and before there is something."""

from __future__ import annotations

from dataclasses import replace

from pipelines.demo.acts.doing import Doing, name_of
from pipelines.demo.layouts import Page
from pipelines.demo.truth import Act, ActFile, Stand

DATASET = "toilet_ledger"
"""Events: what there is none of in a month is nought. Of all that is kept as a whole nothing new says nothing."""

_ZERO = "new_toilets"


def rows_after_nothing(doing: Doing) -> Act | None:
    """A township says that it has nothing, and then the county's file has rows of it."""
    stays = doing.type()
    towns = doing.towns(stays, 1)
    if not towns:
        return None
    name = name_of(stays, towns[0])
    path = doing.of_town(name, "零报告")
    data = doing.data(doing.frame.iloc[:0], office=name)
    doing.put(path, data, 0, ActFile(str(path), "superseded", 0), before=True)
    doing.regular(len(stays))
    own = stays[stays["town_code"] == towns[0]]
    note = f"{name}先报了零报告，后来县里的台账有它的数据：以后来的为准。"
    return doing.act(note, doing.stand(own, towns[0]), doing.stand(stays))


def nothing_new(doing: Doing) -> Act | None:
    """The county, or one of its townships, has no row this month and says so."""
    villages = doing.sender.world.villages
    own = villages[villages["county"] == doing.hand_in.county].drop_duplicates("town_code")
    empty = own[~own["town_code"].isin(doing.frame["town_code"])]
    if empty.empty:
        return None
    whole = doing.frame.empty
    name = doing.hand_in.office if whole else str(empty["town"].iloc[0])
    towns = empty["town_code"].tolist() if whole else [empty["town_code"].iloc[0]]
    path = doing.of_town(name, "零报告").with_suffix(".xlsx")
    title = f"{name}{doing.written}{doing.hand_in.contract.title}"
    said = f"{'全县' if whole else '我镇'}本月无新增改厕户。"
    doing.later_pages(path, [Page("Sheet1", [[title], [said]])], ActFile(str(path), "accepted", 0))
    stands = [Stand(str(town), doing.hand_in.period, 0, zero=_ZERO) for town in towns]
    note = f"{name}本月没有新增，报了零报告：按已报、数为零计，不算漏报。"
    return replace(doing.act(note), stands=tuple(stands))
