"""The periods of the tables of one file: a workbook may have a sheet for each month.

A table whose own title or sheet name says a month has it; one that says none has that of its neighbours or of the file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from expectations.contracts.model import Contract
from expectations.dating.texts import read_text
from expectations.dating.weighing import FINE, Dated, Where, places, weighed


@dataclass(frozen=True)
class TableTexts:
    """What stands at a table: the texts of its title rows, and the name of its sheet."""

    titles: tuple[str, ...]
    sheet: str


def dates_of(
    tables: Sequence[TableTexts], contract: Contract, sender_path: str, file_name: str
) -> list[Dated]:
    """The period of each table, in their order.

    Args:
        tables: The tables of one dataset in a file.
        contract: The dataset's.
        sender_path: Where the file lay below the inbox.
        file_name: The sender's name of the file.
    """
    telling = [_tells(one, contract) for one in tables]
    if not any(telling):
        titles = tuple(dict.fromkeys(title for one in tables for title in one.titles))
        sheets = dict.fromkeys(one.sheet for one in tables)
        written = places((*titles, *sheets), sender_path, file_name)
        return [weighed(written, contract.frequency)] * len(tables)

    def date(one: TableTexts, holders: frozenset[Where], year: str = "") -> Dated:
        titles = (*one.titles, year) if year else one.titles
        return weighed(places(titles, sender_path, file_name, one.sheet), contract.frequency, holders)

    own = [one for one, tells in zip(tables, telling, strict=True) if tells]
    years = [_year_beside(one, tables) for one in own]
    holders = frozenset[Where]({"文件夹", "文件名"})
    dated = [date(one, holders, year) for one, year in zip(own, years, strict=True)]
    if len({one.period for one in dated if not one.conflicts}) <= 1:
        dated = [date(one, frozenset({"文件夹"}), year) for one, year in zip(own, years, strict=True)]
    of_own = iter(dated)
    by_table = [next(of_own) if tells else None for tells in telling]
    return [one or _inherited(at, tables, by_table) for at, one in enumerate(by_table)]


def _year_beside(one: TableTexts, tables: Sequence[TableTexts]) -> str:
    """The year for a table that names none (a sheet 6月): the one that all titles of its neighbours name."""
    named = {str(span.year) for text in (*one.titles, one.sheet) for span in read_text(text).spans}
    beside = {str(span.year) for other in tables for title in other.titles for span in read_text(title).spans}
    return f"{next(iter(beside))}年" if not named and len(beside) == 1 else ""


def _tells(one: TableTexts, contract: Contract) -> bool:
    """Whether the texts at a table itself say a month, with or without its year."""
    fine = FINE[contract.frequency]
    readings = [read_text(text) for text in (*one.titles, one.sheet)]
    parts = [part for reading in readings for part in reading.parts if part.grain in fine]
    spans = [span for reading in readings for span in reading.spans if span.grain in fine]
    return bool(spans or [part for part in parts if part.grain != "term" or contract.frequency == "termly"])


def _inherited(at: int, tables: Sequence[TableTexts], dated: Sequence[Dated | None]) -> Dated:
    """The period of the tables on the same sheet, else of all others, if they agree; what is contradicted counts last."""
    pairs = [(one, other.sheet) for one, other in zip(dated, tables, strict=True) if one is not None]
    beside = [one for one, sheet in pairs if sheet == tables[at].sheet]
    for known in (beside, [one for one, _ in pairs]):
        sound = [one for one in known if not one.conflicts] or known
        if len({one.period for one in sound}) == 1:
            return sound[0]
    return Dated(None)
