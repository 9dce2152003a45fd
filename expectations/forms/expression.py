"""Signed sums over codes, and how they are read from printed rules. Which rules there are is found elsewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from expectations.forms.words import code_key


class NotOverCodes(Exception):
    """A rule says something that no sum over codes says; the message is the reason, in Chinese."""


@dataclass(frozen=True)
class Expression:
    """A signed sum.

    Attributes:
        terms: Factor and code, as printed, of each term.
        constant: A number added to them.
    """

    terms: tuple[tuple[float, str], ...]
    constant: float = 0.0

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes, as printed."""
        return tuple(code for _, code in self.terms)

    def value(self, values: Mapping[str, float]) -> float | None:
        """Its value; a blank term counts as nothing, as clerks leave zeros out, but one must be there.

        Args:
            values: By ``code_key``.
        """
        known = [(factor, values[key]) for factor, code in self.terms if (key := code_key(code)) in values]
        if self.terms and not known:
            return None
        return sum((factor * value for factor, value in known), self.constant)

    def __str__(self) -> str:
        parts = [f"{'-' if factor < 0 else '+'}{_times(factor)}{code}" for factor, code in self.terms]
        if self.constant or not parts:
            parts.append(f"{self.constant:+g}")
        return "".join(parts).removeprefix("+")


def _times(factor: float) -> str:
    return "" if abs(factor) == 1 else f"{abs(factor):g}×"


@dataclass(frozen=True)
class Token:
    """A piece of a rule: its kind (``code``, ``number``, ``compare``, ``sign``, ``times``, ``list``, ``open``, ``close``,
    ``items``) and text."""

    kind: str
    text: str


_TOKEN = re.compile(
    r"""\s*(?:
    (?P<items>[(]\s*[\u4e00-\u9fff]{2,}(?:\s*[、,和及]\s*[\u4e00-\u9fff]{2,})*\s*[)])
    |(?P<number>\d+\.\d+%?|\d+%|0(?!\d))
    |第?(?P<code>[A-Za-z]?\d+|[甲乙丙丁戊己庚辛])(?:栏|列|行|项)?
    |(?P<compare>[=<>≤≥])
    |(?P<sign>[+\-−])
    |(?P<times>[×*÷/])
    |(?P<list>[、和及])
    |(?P<open>[(\[])
    |(?P<close>[)\]])
    )""",
    re.VERBOSE,
)
_ORDINAL = re.compile(r"^[一二三四五六七八九十]+$")
_ROUND = re.compile(r"10+")

_NESTED = 30
"""Brackets in one rule; no form prints as many, and each costs stack."""

Side = list[Expression]
Statement = tuple[list[Side], list[str], tuple[str, ...]]


def tokens(text: str) -> list[Token]:
    """The pieces of a rule.

    Raises:
        NotOverCodes: Something in it is no piece of a sum over codes.
    """
    found: list[Token] = []
    at = 0
    while at < len(text.rstrip()):
        piece = _TOKEN.match(text, at)
        if piece is None:
            raise NotOverCodes(_why(text, at))
        found.append(Token(str(piece.lastgroup), piece[str(piece.lastgroup)]))
        at = piece.end()
    if sum(piece.kind == "open" for piece in found) > _NESTED:
        raise NotOverCodes("括号太多")
    return found


def _why(text: str, at: int) -> str:
    words = re.findall(r"[\u4e00-\u9fff]+", text[at:]) or [text[at:].strip()[:12]]
    if any(map(_ORDINAL.fullmatch, words)):
        return "用文字和序号（一、二……）表示，没有写指标代码"
    if re.search(r"上年|去年|上期|上月|上季", text):
        return f"与上年（期）的其他报表有关（“{words[0]}”），本表没有这个代码"
    if "…" in text or ".." in text:
        return "用省略号代替了代码"
    return f"“{words[0]}”不是指标代码"


def parse_statement(pieces: Sequence[Token]) -> Iterator[Statement]:
    """Relations that stand one after another: sides (each a list of expressions), operators between them, value columns.

    Raises:
        NotOverCodes: The pieces make no relation.
    """
    reader = _Reader(pieces)
    while not reader.is_done:
        yield reader.statement()


class _Reader:
    """Reads pieces from left to right."""

    def __init__(self, pieces: Sequence[Token]) -> None:
        self._pieces = pieces
        self._at = 0
        self._items: tuple[str, ...] = ()

    @property
    def is_done(self) -> bool:
        return self._at >= len(self._pieces)

    def statement(self) -> Statement:
        self._items = ()
        sides, operators = [self._side(is_first=True)], []
        while self._next() == "compare":
            operators.append(self._take())
            sides.append(self._side(is_first=False))
        if not operators:
            raise NotOverCodes("没有比较符号（=、≥、≤、>、<）")
        if self._next() == "list":
            self._take()
        return sides, operators, self._items

    def _side(self, *, is_first: bool) -> Side:
        """One expression, or a list of them: ``07、09、10``. On the right a list ends where the next relation begins."""
        side = [self._sum()]
        while self._next() == "list" and (is_first or not self._begins_relation()):
            self._take()
            side.append(self._sum())
        return side

    def _begins_relation(self) -> bool:
        """Whether a comparison follows before the next list mark."""
        rest = [piece.kind for piece in self._pieces[self._at + 1 :]]
        ahead = next((kind for kind in rest if kind in ("compare", "list")), None)
        return ahead == "compare" or not rest

    def _sum(self) -> Expression:
        parts: list[Expression] = []
        while not parts or self._next() == "sign":
            sign = -1.0 if self._next() == "sign" and self._take() in "-−" else 1.0
            parts.append(_scaled(self._product(), sign))
        return Expression(
            tuple(term for part in parts for term in part.terms), sum(part.constant for part in parts)
        )

    def _product(self) -> Expression:
        left = self._factor()
        while self._next() == "times":
            divides = self._take() in "÷/"
            left = _multiplied(left, self._factor(), divides)
        return left

    def _factor(self) -> Expression:
        kind = self._next()
        if kind == "open":
            self._take()
            inner = self._sum()
            if self._next() != "close":
                raise NotOverCodes("括号没有成对")
            self._take()
            return self._with_items(inner)
        if kind == "number":
            return Expression((), _number(self._take()))
        if kind != "code":
            raise NotOverCodes("写法不完整，缺少代码")
        return self._with_items(Expression(((1.0, self._take()),)))

    def _with_items(self, expression: Expression) -> Expression:
        if self._next() == "items":
            self._items = tuple(re.findall(r"[\u4e00-\u9fff]{2,}", re.sub("[和及]", "、", self._take())))
        return expression

    def _next(self) -> str | None:
        return None if self.is_done else self._pieces[self._at].kind

    def _take(self) -> str:
        self._at += 1
        return self._pieces[self._at - 1].text


def _number(text: str) -> float:
    return float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)


def _scaled(expression: Expression, factor: float) -> Expression:
    terms = tuple((own * factor, code) for own, code in expression.terms)
    return Expression(terms, expression.constant * factor)


def _multiplied(left: Expression, right: Expression, divides: bool) -> Expression:
    """A product with a constant; 10, 100, 1000 are constants although they might be codes."""
    left_number, right_number = _constant(left), _constant(right)
    if right_number is not None and not (divides and right_number == 0):
        return _scaled(left, 1 / right_number if divides else right_number)
    if left_number is not None and not divides:
        return _scaled(right, left_number)
    raise NotOverCodes("含有指标之间的乘除，不是代码的加减")


def _constant(expression: Expression) -> float | None:
    if not expression.terms:
        return expression.constant
    [(factor, code), *more] = expression.terms
    if not more and not expression.constant and _ROUND.fullmatch(code):
        return factor * float(code)
    return None
