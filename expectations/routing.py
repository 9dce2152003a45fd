"""Which dataset a table is, and which of its columns is which, by its headers alone.

Titles and aliases are compared as written; a near miss is a *guess* that its caller must show as a finding.
Nothing here reads the body, and what cannot be told apart is refused.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol
from unicodedata import normalize

from connectors.errors import Refused
from connectors.tables.model import Column as GridColumn
from connectors.tables.model import Table
from connectors.tables.words import LEAF_UNIT, UNIT
from expectations.contracts.model import Column, Contract

NEAR = 85.0
"""Similarity (0 to 100) from which a header is taken for a misspelt title; 验收日期 and 竣工日期 have 50."""
CLEAR = 8.0
"""How far the second-best title must lie behind."""
UNDERSTOOD = 0.6
"""Share of a table's named columns that must be columns of the contract."""
RELATED = 0.3
"""Share from which a contract that does not fit is worth naming as the closest."""
SHOWN = 12
"""How many column titles a refusal lists."""

_SERIAL = frozenset({"序号", "序", "顺序号", "行号", "行次", "no", "编号"})
_QUALIFIER = re.compile(
    r"上年|去年|上期|本年|本期|今年|计划|预计|目标|累计|新增|其中|同比|增减|非|不|未|无|应|拟"
)
_GUIDANCE = re.compile(
    r"(填[表报写]|使用|编制|指标|操作)?(说明|须知|指南)|示例|样例|填[表报写](示例|样例|范例)|选项|数据字典|字典|目录|封面"
)


class Headed(Protocol):
    """What routing needs of an extract: its table."""

    @property
    def table(self) -> Table:
        """The table found."""


@dataclass(frozen=True)
class Guess:
    """A column taken for a contract column although its header is not one of the known titles.

    Attributes:
        column: Contract column name.
        index: Zero-based grid column.
        header: The header as printed.
        title: The title or alias it was taken for.
        score: Similarity, 0 to 100; 100 where several columns bear the same header and the first was taken.
    """

    column: str
    index: int
    header: str
    title: str
    score: float


@dataclass(frozen=True)
class Route:
    """A table understood as a dataset.

    Attributes:
        contract: The dataset's contract; of several versions the one that the table matches best.
        mapping: Contract column name to zero-based grid column.
        score: Share of the table's named columns that are columns of the contract, 0 to 1.
        missing: Names of contract columns the table has not; none of them is required once a table is routed.
        unknown: Headers that are no column of the contract, as printed.
        guesses: Columns that were guessed; each becomes a finding.
    """

    contract: Contract
    mapping: Mapping[str, int]
    score: float
    missing: tuple[str, ...]
    unknown: tuple[str, ...]
    guesses: tuple[Guess, ...] = ()

    @property
    def lacking(self) -> tuple[Column, ...]:
        """Required columns the table has not."""
        return tuple(
            self.contract.by_name[name] for name in self.missing if self.contract.by_name[name].required
        )

    @property
    def fits(self) -> bool:
        """Whether every required column is there and the table is mostly about this dataset."""
        return not self.lacking and bool(self.mapping) and self.score >= UNDERSTOOD


def route(extract: Headed, contracts: Mapping[str, Contract], department: str) -> Route:
    """The department's dataset that a table is.

    Args:
        extract: The table with its columns' header paths and units.
        contracts: All contracts by dataset, in all their versions; only those of the department are candidates.
        department: Who handed the table in.

    Raises:
        Refused: ``unrouted``, naming the closest contract (of any department) and what is missing;
            ``ambiguous_dataset`` where two contracts fit equally well.
    """
    columns = extract.table.columns
    own = [nearest(columns, contract) for contract in contracts.values() if contract.department == department]
    fitting = sorted((found for found in own if found.fits), key=closeness, reverse=True)
    if not fitting:
        raise _unrouted(columns, own, contracts, department)
    best = fitting[0]
    equals = [found for found in fitting if closeness(found) == closeness(best)]
    if len(equals) > 1:
        names = "、".join(f"《{found.contract.title}》" for found in equals)
        raise Refused(
            "ambiguous_dataset",
            f"这张表同样符合{names}，无法判断是哪一种。",
            "请补上能区分两者的列，或向考核办索取空白表填报（"
            + "；".join(f"shiji template {found.contract.dataset}" for found in equals)
            + "）。",
        )
    return best


def is_guidance(sheet: str) -> bool:
    """Whether a sheet's name says that it explains a form (填表说明, 示例, 选项) and holds no data."""
    return bool(_GUIDANCE.fullmatch(normalize("NFKC", sheet.rpartition("/")[2]).strip()))


def nearest(columns: Sequence[GridColumn], contract: Contract) -> Route:
    """How well columns match a dataset, under the version of its contract that they match best; of equals the newest."""
    found = [match(columns, version) for version in reversed(contract.every_version)]
    return max(found, key=lambda one: (one.fits, closeness(one)))


def match(columns: Sequence[GridColumn], contract: Contract) -> Route:
    """How well columns match a contract, whether or not they fit."""
    named = [column for column in columns if any(part.strip() for part in column.path)]
    mapping, twins = _exact(named, contract)
    near = _near([column for column in named if column.index not in mapping.values()], contract, mapping)
    mapping |= {guess.column: guess.index for guess in near}
    taken = set(mapping.values())
    counted = [column for column in named if column.index in taken or not _is_serial(column)]
    return Route(
        contract=contract,
        mapping={column.name: mapping[column.name] for column in contract.columns if column.name in mapping},
        score=len(taken) / len(counted) if counted else 0.0,
        missing=tuple(column.name for column in contract.columns if column.name not in mapping),
        unknown=tuple(printed(column) for column in counted if column.index not in taken),
        guesses=(*twins, *near),
    )


def printed(column: GridColumn) -> str:
    """A grid column's header as a person would say it: ``有劳动能力/低保对象(户)``."""
    return "/".join(column.path) + (f"({column.unit})" if column.unit else "")


@lru_cache(maxsize=16_384)
def header_key(text: str) -> tuple[str, str]:
    """A title's comparable name, and the unit it carries in brackets (``""`` where it has none).

    Full width, spaces and punctuation do not count: ``补助 金额（元）`` is ``("补助金额", "元")``.
    """
    text = normalize("NFKC", text).strip()
    found = LEAF_UNIT.match(text)
    unit = (found["bracket"] or found["slash"] or "").replace(" ", "") if found else ""
    if found and UNIT.match(unit):
        return _bare(found["name"]), unit
    return _bare(text), ""


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


@lru_cache(maxsize=4096)
def same_kind(left: str, right: str) -> bool:
    """Whether two units measure the same thing (亩 and 公顷, 元 and 万元), so that one converts into the other."""
    from expectations.units import conversion  # late: conforming imports routes

    return not left or not right or conversion(left, right) is not None


@lru_cache(maxsize=16_384)
def _names(path: tuple[str, ...]) -> tuple[str, ...]:
    """Comparable names of a header path, the most telling first: whole path, parent and leaf, leaf."""
    parts = [name for part in path if (name := header_key(part)[0])]
    return tuple(dict.fromkeys("".join(parts[-size:]) for size in (len(parts), 2, 1) if parts))


def _titles(column: Column) -> list[tuple[str, str, str]]:
    """Title and aliases of a contract column as ``(text, comparable name, unit)``."""
    keys = [(text, *header_key(text)) for text in (column.title, *column.aliases)]
    return [(text, name, unit or column.unit) for text, name, unit in keys]


def _is_serial(column: GridColumn) -> bool:
    return any(name in _SERIAL for name in _names(column.path))


def _exact(named: Sequence[GridColumn], contract: Contract) -> tuple[dict[str, int], tuple[Guess, ...]]:
    """Columns whose header is a known title; one grid column per contract column, the most telling first."""
    known: dict[str, list[tuple[int, str, str, Column]]] = {}
    for column in contract.columns:
        for rank, (text, name, unit) in enumerate(_titles(column)):
            known.setdefault(name, []).append((min(rank, 1), text, unit, column))
    mapping: dict[str, int] = {}
    used: set[int] = set()
    twins: dict[str, Guess] = {}
    level: dict[str, int] = {}
    for depth, _, grid, text, column in sorted(
        _candidates(named, known), key=lambda candidate: (candidate[0], candidate[1], candidate[2].index)
    ):
        if grid.index in used:
            continue
        if column.name not in mapping:
            mapping[column.name], level[column.name] = grid.index, depth
            used.add(grid.index)
        elif level[column.name] == depth and grid.path == _path(named, mapping[column.name]):
            twins.setdefault(
                column.name, Guess(column.name, mapping[column.name], printed(grid), text, 100.0)
            )
    return mapping, tuple(twins.values())


def _path(named: Sequence[GridColumn], index: int) -> tuple[str, ...]:
    return next(column.path for column in named if column.index == index)


def _candidates(
    named: Iterable[GridColumn], known: Mapping[str, list[tuple[int, str, str, Column]]]
) -> Iterator[tuple[int, int, GridColumn, str, Column]]:
    """Every way to read a grid column, as ``(depth, rank, grid column, title, contract column)``."""
    for grid in named:
        for depth, name in enumerate(_names(grid.path)):
            readings = [reading for reading in known.get(name, ()) if same_kind(grid.unit or "", reading[2])]
            if not grid.unit and len({column.name for *_, column in readings}) > 1:
                continue  # 低保对象 without (户) or (人) could be either
            for rank, text, _, column in readings:
                yield depth, rank, grid, text, column


def _near(free: Sequence[GridColumn], contract: Contract, taken: Mapping[str, int]) -> tuple[Guess, ...]:
    """Guesses for columns left over: nearly a title of exactly one contract column, and that one still free."""
    from rapidfuzz import fuzz, process

    asked = [(grid, name) for grid in free if not _is_serial(grid) for name in _names(grid.path)]
    if not asked or len(taken) == len(contract.columns):
        return ()
    titles = [(column, *title) for column in contract.columns for title in _titles(column)]
    scores = process.cdist(
        [name for _, name in asked],
        [name for _, _, name, _ in titles],
        scorer=fuzz.ratio,
        score_cutoff=NEAR - CLEAR,
    )
    likely: dict[int, list[Guess]] = {}
    for row, at in zip(*scores.nonzero(), strict=True):
        (grid, name), (column, text, title, unit) = asked[row], titles[at]
        if _comparable(name, title) and same_kind(grid.unit or "", unit):
            guess = Guess(column.name, grid.index, printed(grid), text, round(float(scores[row, at]), 1))
            likely.setdefault(grid.index, []).append(guess)
    clear = [best for guesses in likely.values() if (best := _clearest(guesses)) and best.column not in taken]
    nearest: dict[str, Guess] = {}
    for guess in sorted(clear, key=lambda guess: -guess.score):
        nearest.setdefault(guess.column, guess)
    return tuple(nearest.values())


def _clearest(guesses: Sequence[Guess]) -> Guess | None:
    """The nearest of the guesses for one grid column, where no other contract column comes close."""
    best = max(guesses, key=lambda guess: guess.score)
    rivals = [guess.score for guess in guesses if guess.column != best.column]
    return best if best.score >= max([NEAR, *(score + CLEAR for score in rivals)]) else None


@lru_cache(maxsize=65_536)
def _comparable(left: str, right: str) -> bool:
    """Whether two names differ by spelling only; 上年产量 is not 产量."""
    return set(_QUALIFIER.findall(left)) == set(_QUALIFIER.findall(right))


def closeness(found: Route) -> tuple[float, int, int]:
    """How much of a table a route understands: of two the higher is the better one."""
    return round(found.score, 6), len(found.mapping), -len(found.guesses)


def _unrouted(
    columns: Sequence[GridColumn], own: Sequence[Route], contracts: Mapping[str, Contract], department: str
) -> Refused:
    everywhere = [
        nearest(columns, contract) for contract in contracts.values() if contract.department != department
    ]
    closest = max((*own, *everywhere), key=_lacking_least, default=None)
    if closest is None or closest.score < RELATED:
        known = "、".join(f"《{found.contract.title}》({found.contract.dataset})" for found in own)
        return Refused(
            "unrouted",
            "这张表的表头与任何台账都不相符："
            + _listed([printed(column) for column in columns if column.path]),
            f"请确认交对了文件；本部门应报{known or '的台账尚未定义，请联系考核办'}；空白表可向考核办索取（shiji template）。",
        )
    return Refused("unrouted", _what(closest), _remedy(closest))


def _lacking_least(found: Route) -> tuple[int, float, int]:
    """Missing as little as possible of what is required, then understanding as much as possible."""
    required = [column.name for column in found.contract.columns if column.required]
    have = sum(name in found.mapping for name in required)
    return (int(found.fits), (have + 0.5) / (len(required) + 1) * (0.2 + found.score), len(found.mapping))


def _what(closest: Route) -> str:
    title = f"《{closest.contract.title}》({closest.contract.dataset})"
    if closest.fits:
        return f"这张表是{title}，应由 {closest.contract.department} 报送，不属于收到它的文件夹。"
    message = f"认不出这是哪一种台账；最接近的是{title}"
    if closest.lacking:
        message += "，但缺少必填列：" + _listed([column.title for column in closest.lacking])
    if closest.unknown:
        message += "；没有看懂的列：" + _listed(closest.unknown)
    return message + "。"


def _remedy(closest: Route) -> str:
    form = f"空白表可向考核办索取（shiji template {closest.contract.dataset}）。"
    if closest.fits:
        return f"请改放到 {closest.contract.department} 文件夹；{form}"
    return f"请按《{closest.contract.title}》的表头补齐列名后重报；{form}"


def _listed(texts: Sequence[str]) -> str:
    more = f" 等 {len(texts)} 列" if len(texts) > SHOWN else ""
    return "、".join(texts[:SHOWN]) + more
