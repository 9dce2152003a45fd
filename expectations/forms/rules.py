"""The rules that a form prints about itself (审核关系, 平衡关系), as relations between coded indicators.

What is read: ``07>28;09≥10``, ``20+21+22≥23``, ``11=01+02-05=12+16``, ``07、09、10≤05``, ``5=＞10+11``, ``(1)=(2)+(3)``,
``23（面积、产量）=24+28``, in full or half width. What cannot be said over codes is returned with the reason; nothing is guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from unicodedata import normalize

from connectors.celltext import cell_text
from connectors.grid import Sheet
from connectors.tables import Table, find_tables
from expectations.forms.expression import Expression, NotOverCodes, Token, parse_statement, tokens

_LEAD = re.compile(
    r"(?:平衡|审核|指标|逻辑|勾稽|钩稽|校验|表内|表间|计算)?(?:关系式?|公式)[^:;,。=<>≤≥]{0,4}:"
)
_PAGE = re.compile(r"第\s*\d+\s*页|共\s*\d+\s*页")
_PRIVATE_USE = re.compile(r"[\ue000-\uf8ff]")
"""Ticks and boxes of symbol fonts, which mean nothing outside them."""
_WORDS = (
    (r"=\s*>|>\s*=|≧|⩾|大于(?:或|等于|或等于)+|不小于|不少于|不低于", "≥"),
    (r"=\s*<|<\s*=|≦|⩽|小于(?:或|等于|或等于)+|不大于|不多于|不超过|不高于", "≤"),
    (r"等于", "="),
    (r"大于|多于", ">"),
    (r"小于|少于", "<"),
)
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}\s*[.、](?=\D)|[(]\d{1,2}[)](?=[^\d=<>≤≥+\-]))\s*")
_CIRCLED = str.maketrans({chr(0x2460 + place): f"({place + 1})" for place in range(20)})
"""① as (1): its plain form would run into the code behind it."""
_ENUMERATED = re.compile(
    r"^\s*(?:[(]\d{1,2}[)]\s*(?=[A-Za-z]?\d)|\d{1,2}\.\s*(?=[A-Za-z(]?\d)|[1-9]\d?、\s*(?=0\d+\s*[=<>≥≤+\-]))"
)
"""The number of a rule in a list: ``(1) 01=02``, ``1.01=02``, ``1、01=02``; ``07、09≤05`` begins with a code."""
_COMPARED = re.compile(r"[=<>≤≥]")
_LONG_BODY = 2_000
"""Rows of a body that are searched for rules; forms are short, and ledgers print none."""


@dataclass(frozen=True)
class Relation:
    """One rule.

    Attributes:
        left: Left side.
        operator: ``=``, ``≥``, ``≤``, ``>`` or ``<``.
        right: Right side.
        text: The rule as printed, its signs in one spelling; a list or chain is the text of each of its relations.
        sheet: Where it is printed.
        row: The row as the spreadsheet numbers it, 0 where unknown.
        items: The value columns it holds for (面积, 产量); empty: all.
    """

    left: Expression
    operator: str
    right: Expression
    text: str
    sheet: str = ""
    row: int = 0
    items: tuple[str, ...] = ()

    def __str__(self) -> str:
        items = f"({'、'.join(self.items)})" if self.items else ""
        return f"{self.left}{items}{self.operator}{self.right}"


@dataclass(frozen=True)
class Unparsed:
    """A printed rule that is not executable.

    Attributes:
        text: The rule as printed, its signs in one spelling.
        reason: Why, in Chinese.
        sheet: Where it is printed.
        row: The row as the spreadsheet numbers it, 0 where unknown.
    """

    text: str
    reason: str
    sheet: str = ""
    row: int = 0


Rules = tuple[list[Relation], list[Unparsed]]


def printed_rules(sheet: Sheet, tables: Sequence[Table] | None = None) -> Rules:
    """All rules that a sheet prints, in its notes or below a heading like 平衡关系 anywhere else.

    A note without such a heading counts only if all of it is rules (the second line of a list).
    """
    found = find_tables(sheet.grid) if tables is None else tables
    relations: list[Relation] = []
    unparsed: list[Unparsed] = []
    for row, text, is_note in _texts(sheet, found):
        lead = _LEAD.search(text)
        said = text[lead.end() :] if lead else _NUMBERING.sub("", text)
        if not _COMPARED.search(said) or not (lead or is_note):
            continue
        good, bad = parse_relations(said)
        if lead is None and bad:
            continue
        bad = [rule for rule in bad if _COMPARED.search(rule.text)]  # the rest is prose
        relations += [replace(relation, sheet=sheet.name, row=row + 1) for relation in good]
        unparsed += [replace(rule, sheet=sheet.name, row=row + 1) for rule in bad]
    return relations, unparsed


def _texts(sheet: Sheet, tables: Sequence[Table]) -> Iterator[tuple[int, str, bool]]:
    """Row, text and whether it is a note, of every text that may hold rules; shared notes once."""
    notes = {row for table in tables for row in table.note_rows}
    others = {
        row
        for table in tables
        for rows in (table.title_rows, table.section_rows, table.body_rows[:_LONG_BODY])
        for row in rows
    }
    for row in sorted(notes | others):
        for text in filter(None, map(cell_text, sheet.grid.rows[row])):
            yield row, _spelled(text), row in notes


def parse_relations(text: str) -> Rules:
    """The rules in a text that follows 平衡关系: or the like.

    Args:
        text: Rules with ``;``, ``,``, ``。`` or blanks between them.
    """
    relations: list[Relation] = []
    unparsed: list[Unparsed] = []
    for statement in _statements(_spelled(text)):
        try:
            relations += _relations(tokens(statement), statement)
        except NotOverCodes as error:
            unparsed.append(Unparsed(statement, str(error)))
    return relations, unparsed


def _spelled(text: str) -> str:
    """One spelling of every sign."""
    spelled = _PAGE.sub(" ", _PRIVATE_USE.sub(" ", normalize("NFKC", text.translate(_CIRCLED))))
    for pattern, sign in _WORDS:
        spelled = re.sub(pattern, sign, spelled)
    return spelled.replace("﹥", ">").replace("﹤", "<")


def _statements(text: str) -> Iterator[str]:
    """Chunks between separators; a comma inside a list (``07,09≤05``) separates nothing."""
    waiting = ""
    for chunk in re.split(r"([;,。\n])", text):
        if chunk in {";", "。", "\n"} or (chunk == "," and _COMPARED.search(waiting)):
            yield from _spoken(waiting)
            waiting = ""
        else:
            waiting += "、" if chunk == "," else chunk
    yield from _spoken(waiting)


def _spoken(chunk: str) -> Iterator[str]:
    chunk = _ENUMERATED.sub("", chunk).strip(" .、\t\u3000")
    if chunk:
        yield chunk


def _relations(statement: Sequence[Token], text: str) -> list[Relation]:
    """The single relations of one chunk, which may hold several with blanks between them, lists and chains."""
    found: list[Relation] = []
    for sides, operators, items in parse_statement(statement):
        anchor = 0
        for place, operator in enumerate(operators):
            if not (operator == "=" and operators[anchor] == "="):
                anchor = place
            found += [
                Relation(left, operator, right, text, items=items)
                for left in sides[anchor]
                for right in sides[place + 1]
            ]
    return found
