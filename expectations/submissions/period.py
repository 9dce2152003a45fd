"""The periods of a submission: one for each of its tables, or the sender is asked.

How texts say a period and are weighed stands in ``expectations.dating``; here it is decided what that means for the
submission, and said.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from connectors.errors import Refused
from connectors.extract import Extract
from expectations.conform import Conformed
from expectations.conform.cumulative import EARLIER, looks_cumulative
from expectations.contracts.model import Contract
from expectations.dating import Dated, TableTexts, dates_of
from expectations.rules import Told, told
from expectations.submissions.recognise import Candidate

_NOT_TAKEN = {
    "no_month": "没有这个月",
    "several": "不止一个月",
    "minguo": "是民国纪年，不能采用",
    "ganzhi": "是干支纪年，不能采用",
    "lunar": "是农历，不能采用",
    "term": "没有写明学年，看不出是哪个学期",
    "january": "可能是 1 月，也可能是 10 月",
}
_ASK = "请改正写错的一处（标题、工作表名、文件名或文件夹）后重报；这些数据没有入库，已入库的各期没有变动。"
_WESTERN = "请改写为公历年月，如 2025年6月；学期写明学年，如 2024-2025学年第二学期。"


def with_dates(
    taken: Sequence[Candidate], contract: Contract, sender_path: str, file_name: str
) -> tuple[list[tuple[Candidate, Dated]], list[tuple[Extract, Refused]]]:
    """The tables with their periods, and those that cannot be dated beside others that can, each with the reason.

    Args:
        taken: Tables of one dataset.
        contract: The dataset's.
        sender_path: Where the file lay below the inbox.
        file_name: The sender's name of the file.

    Raises:
        Refused: No table can be dated: nothing says a period, places contradict each other, or it is not taken as written.
    """
    texts = [TableTexts(one.extract.titles, one.extract.sheet) for one in taken]
    dates = dates_of(texts, contract, sender_path, file_name)
    has_own = contract.with_role("period") is not None
    if not has_own and not any(dated.period or dated.unread for dated in dates):
        raise _no_period(contract, dates[0])
    against = [_against(dated, has_own=has_own) for dated in dates]
    if all(against):
        raise next(why for why in against if why)
    pairs = list(zip(taken, dates, against, strict=True))
    return (
        [(one, dated) for one, dated, why in pairs if why is None],
        [(one.extract, why) for one, _, why in pairs if why is not None],
    )


def one_date(
    texts: Sequence[TableTexts], contract: Contract, sender_path: str, file_name: str, how: str
) -> Dated:
    """The one period that all of these texts are of, for what has no rows that could name their own.

    Args:
        texts: Of each sheet; none where only names speak.
        contract: The dataset's.
        sender_path: Where the file lay below the inbox.
        file_name: The sender's name of the file.
        how: What to do where it names several.

    Raises:
        Refused: They say none, several, or contradict each other.
    """
    dates = dates_of(texts or [TableTexts((), "")], contract, sender_path, file_name)
    for dated in dates:
        if (why := _against(dated, has_own=True)) is not None:
            raise why
        if dated.period is None:
            raise _no_period(contract, dated)
    if len({dated.period for dated in dates}) > 1:
        periods = "、".join(sorted({dated.period or "" for dated in dates}))
        raise Refused("period_conflict", f"一份零报告只能写一个所属期，这里写了 {periods}。", how)
    return dates[0]


def _against(dated: Dated, *, has_own: bool) -> Refused | None:
    """Why a table cannot be taken: its period is contradicted, not taken as written, or not named beside others."""
    if dated.conflicts:
        others = "，".join(f"{where}写的是“{text}”" for where, text in dated.conflicts)
        said = f"{dated.where}写的是“{dated.text}”，{others}，不知以哪个为准。"
        return Refused("period_conflict", f"所属期前后不一：{said}", _ASK)
    if dated.period is None and dated.unread:
        said = "；".join(f"{where}写的“{one.text}”{_NOT_TAKEN[one.why]}" for where, one in dated.unread)
        return Refused("unread_period", f"看不出是哪一期的：{said}。", _WESTERN)
    if dated.period is None and not has_own:
        return Refused(
            "undated_table",
            "同一文件里别的表写明了不同的所属期，这张表没有写，没有入库。",
            "请在这张表的标题或工作表名里写明所属年月；汇总表请勿一并报送。",
        )
    return None


def _no_period(contract: Contract, dated: Dated) -> Refused:
    said = "、".join(f"{where}写的“{text}”" for where, text in dated.mentioned)
    why = f"{said}看不出是哪一期。" if said else "标题、文件名和文件夹都没有写。"
    return Refused(
        "no_period",
        f"看不出这份表是哪一期的：{why}",
        f"请在标题或文件名里写明所属期，例如“2025年6月{contract.title}”，或放进 2025-06 文件夹。",
    )


def as_rows_say(tables: Sequence[Conformed], dates: Sequence[Dated], contract: Contract) -> None:
    """Hold the periods found against the column in which rows name their own.

    Raises:
        Refused: No row is of the period that title or names say.
    """
    column = contract.with_role("period")
    if column is None:
        return
    for table, dated in zip(tables, dates, strict=True):
        if dated.period is None or column.name not in table.columns:
            continue
        own = sorted({str(period) for period in table.frame["period"].dropna()})
        if own and dated.period not in own:
            said = f"{dated.where}写的是“{dated.text}”（{dated.period}），「{column.title}」列写的是 {'、'.join(own[:5])}"
            raise Refused("period_conflict", f"所属期前后不一：{said}，不知以哪个为准。", _ASK)


def told_of_periods(
    tables: Sequence[Conformed], dates: Sequence[Dated], contract: Contract
) -> Iterator[Told]:
    """What the sender should know of the periods: several, cumulative, or said beside a writing not taken."""
    periods = sorted({dated.period for dated in dates if dated.period})
    if len(periods) > 1:
        yield told("several_periods", periods="、".join(periods))
    for dated in dict.fromkeys(dates):
        for where, one in dated.unread if dated.period else ():
            yield told(
                "period_unread",
                one.why,
                where=where,
                text=one.text,
                by=dated.where,
                said=dated.text,
                period=dated.period,
            )
    yield from _of_cumulative(tables, dates, contract, "、".join(periods))


def _of_cumulative(
    tables: Sequence[Conformed], dates: Sequence[Dated], contract: Contract, period: str
) -> Iterator[Told]:
    left = sum(int(np.sum(table.findings["rule"] == EARLIER)) for table in tables)
    texts = [dated.cumulative for dated in dates if dated.cumulative]
    if contract.keeps == "events" and (left or texts):
        text = texts[0] if texts else dates[0].text
        yield told("cumulative", "" if left else "none", text=text, period=period, left=left)


def told_of_likely_cumulation(
    tables: Sequence[Conformed], periods: Mapping[str, str | None], contract: Contract
) -> Iterator[Told]:
    """The sheets that look cumulative and do not say so, in one finding: the first of them."""
    for table in tables:
        sheet = table.extract.sheet
        period = periods.get(sheet)
        if (
            period
            and not len(table.findings.loc[table.findings["rule"] == EARLIER])
            and looks_cumulative(table, contract, period)
        ):
            yield told("looks_cumulative", sheet=sheet, period=period)
            return
