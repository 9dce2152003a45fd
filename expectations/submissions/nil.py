"""Nil reports (零报告): whether a file without rows says that there is nothing, of which dataset, month and regions.

Reported zero is not missing: such a submission is accepted with no rows and covers what it speaks for. A file that only
has nothing in it says nothing, and is refused; one whose words leave dataset, month or region open is asked about.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from connectors.celltext import cell_text
from connectors.errors import Refused
from connectors.extract import Extract, Reading
from connectors.grid import Sheet
from expectations.conform import RegionIndex
from expectations.conform.future import is_future
from expectations.conform.handed_in import first_unit
from expectations.contracts.model import Contract
from expectations.dating import Dated, TableTexts
from expectations.forms.submitted import submitted_forms
from expectations.nil.dataset import named_dataset
from expectations.nil.lines import Page, is_prose, page_of
from expectations.nil.units import Units
from expectations.nil.words import Said, heaviest, how, is_nothing, matter_of, said
from expectations.routing import Route, is_guidance, route
from expectations.rules import told
from expectations.slips.inside import covers, is_excerpt
from expectations.slips.slip import chinese_period
from expectations.submissions.period import one_date
from warehouse.periods import Month

if TYPE_CHECKING:
    from expectations.submissions.understand import Submission

_FULL = 6
"""Cells with a content of their own beyond which a row is data: places, a sentence and who wrote it are fewer."""

_LISTED = 8


@dataclass(frozen=True)
class Nil:
    """What a nil report speaks for.

    Attributes:
        contract: The dataset's contract.
        dated: Its period.
        units: Region codes at the contract's level of coverage, as handed in, each with the period.
        regions: The same regions, on the map of the period.
        note: What its sender is told, in Chinese.
    """

    contract: Contract
    dated: Dated
    units: frozenset[tuple[str, str]]
    regions: frozenset[str]
    note: str


def nil_report(
    submission: Submission, reading: Reading, contracts: Mapping[str, Contract], index: RegionIndex
) -> Nil | None:
    """The nil report that a file is; None where it has rows or says nothing of having none.

    Args:
        submission: How it was sent.
        reading: The file as read.
        contracts: All contracts.
        index: The region tree.

    Raises:
        Refused: It says that there is nothing, and not clearly of which dataset, month or region; or that nothing
            has changed, which is no nil report.
    """
    known = {sheet.name: sheet for sheet in reading.sheets if not is_guidance(sheet.name)}
    extracts = [one for one in reading.extracts if not is_guidance(one.sheet)]
    if any(one.sheet not in known or _is_full(known[one.sheet], one) for one in extracts):
        return None
    if is_excerpt(reading):
        return None
    ours = covers(reading)
    extracts = [one for one in extracts if one.sheet not in ours]
    sheets = [sheet for name, sheet in known.items() if name not in ours]
    if not sheets:
        return None
    file = _FileTexts.of(submission)
    found = _contract(submission, reading, contracts, sheets, extracts, file, index)
    if found is None:
        return None
    contract, routes, blank = found
    pages = list(_pages(sheets, extracts, routes, contract, blank, index))
    if None in pages:
        return None
    every = [page for page in pages if page is not None]
    by_name = heaviest(said(text, matter_of(contract)) for text in file)
    speaking = every if by_name.saying else [page for page in every if page.said.saying]
    says = heaviest([*(page.said for page in every), by_name])
    if not says.saying:
        return None
    _asked(says, contract)
    return _nil(submission, contract, speaking, says, file, index)


class _FileTexts(tuple[str, ...]):
    """The name of a file without its ending and those of its folders, the nearest first; the department's left out."""

    @classmethod
    def of(cls, submission: Submission) -> _FileTexts:
        folders = PurePosixPath(submission.sender_path).parent.parts[1:]
        return cls((PurePosixPath(submission.file_name).stem, *reversed(folders)))


def _is_full(sheet: Sheet, extract: Extract) -> bool:
    """Whether its first row is data without a doubt: most files are told by it."""
    if not len(extract.table.body_rows):
        return False
    cells = (cell_text(cell) or "" for cell in sheet.grid.rows[extract.table.body_rows[0]])
    return sum(bool(text.strip()) and not is_nothing(text) for text in cells) >= _FULL


def _contract(
    submission: Submission,
    reading: Reading,
    contracts: Mapping[str, Contract],
    sheets: Sequence[Sheet],
    extracts: Sequence[Extract],
    file: _FileTexts,
    index: RegionIndex,
) -> tuple[Contract, dict[int, Route], tuple[str, ...]] | None:
    """The dataset, the routes of tables by their place, and the sheets that are blank forms.

    None where a form has values, or it cannot be told what the file is.

    Raises:
        Refused: It says that there is nothing, and not of which dataset.
    """
    own = [one for one in contracts.values() if one.department == submission.department]
    forms = submitted_forms(reading, contracts, submission.department)
    if forms.forms:
        return None
    routes = {
        at: way for at, one in enumerate(extracts) if (way := _route(one, contracts, submission)) is not None
    }
    routed = {way.contract.dataset for way in routes.values()}
    if len(routed) > 1 or not own:
        return None
    if routed:
        return contracts[routed.pop()], routes, forms.blank
    texts = [*_lines(sheets), *(sheet.name for sheet in sheets), *file]
    named = named_dataset(own, texts, index)
    if named is not None:
        return named, routes, forms.blank
    if any(said(text, frozenset()).saying in ("nil", "new") for text in texts):
        listed = "、".join(f"《{one.title}》" for one in own)
        raise Refused(
            "nil_no_dataset", f"这是零报告，看不出是哪一种台账的；本部门报送{listed}。", how(own[0])
        )
    return None


def _route(extract: Extract, contracts: Mapping[str, Contract], submission: Submission) -> Route | None:
    try:
        return route(extract, contracts, submission.department)
    except Refused:
        return None


def _lines(sheets: Iterable[Sheet]) -> Iterator[str]:
    for sheet in sheets:
        for row in sheet.grid.rows[:20]:
            yield " ".join(text for cell in row if (text := cell_text(cell)))


def _pages(
    sheets: Iterable[Sheet],
    extracts: Sequence[Extract],
    routes: Mapping[int, Route],
    contract: Contract,
    blank: Collection[str],
    index: RegionIndex,
) -> Iterator[Page | None]:
    names = {name for known in index.names.values() for name in known}
    for sheet in sheets:
        own = [at for at, one in enumerate(extracts) if one.sheet == sheet.name]
        ways = [routes[at] for at in own if at in routes]
        is_text = not ways and is_prose(sheet)
        tables = [] if is_text else [extracts[at].table for at in own]
        yield page_of(
            sheet,
            tables,
            ways[0] if ways else None,
            contract,
            names.__contains__,
            is_blank=sheet.name in blank,
        )


def _asked(says: Said, contract: Contract) -> None:
    """Refuse what does not say that there is nothing.

    Raises:
        Refused: It says that all is as before, or something that may mean either.
    """
    if says.saying == "unchanged":
        why, what = (
            f"写的是“{says.text}”，意思是与上期相同，不是没有数据。",
            "与上期相同的，也请报送本期完整的台账。",
        )
        raise Refused("nil_unchanged", why, what + how(contract))
    if says.saying == "new" and contract.keeps == "snapshot":
        why = f"写的是“{says.text}”，但《{contract.title}》每期报全部现有的，没有新增不等于没有。"
        raise Refused("nil_unchanged", why, "请报送本期完整的台账。" + how(contract))
    if says.saying == "unclear":
        raise Refused("nil_unclear", f"写的是“{says.text}”，看不出是不是本期没有数据。", how(contract))


def _nil(
    submission: Submission,
    contract: Contract,
    pages: Sequence[Page],
    says: Said,
    file: _FileTexts,
    index: RegionIndex,
) -> Nil:
    texts = [
        TableTexts((*page.texts, *(row.text for row in page.rows if row.text)), page.sheet) for page in pages
    ]
    dated = one_date(texts, contract, submission.sender_path, submission.file_name, how(contract))
    period = dated.period or ""
    if is_future(period, contract, Month.of(submission.received)):
        asked = told("future_period", period=period)
        raise Refused("future_period", str(asked.message), asked.remedy)
    then = index.at(index.era(period))
    spoken, units = _spoken(pages, file, contract, then)
    note = (
        f"零报告：{_names(spoken, then)}{chinese_period(period)}《{contract.title}》没有数据（0），依据是“{says.text}”。"
        "如果有数据，请报送完整的台账，以那份为准。"
    )
    return Nil(contract, dated, frozenset((code, period) for code in units), spoken, note)


def _spoken(
    pages: Sequence[Page], file: _FileTexts, contract: Contract, index: RegionIndex
) -> tuple[frozenset[str], frozenset[str]]:
    """The regions that pages speak for, on the map; and as they were before anything changed there, where that is clear.

    Raises:
        Refused: As ``Units.of``.
    """
    now = _in_tree(pages, file, contract, index)
    if index.has_changed:
        with suppress(Refused):
            before = _in_tree(pages, file, contract, index.untouched)
            if {index.successors.get(code) for code in before} == now:
                return now, before
    return now, frozenset(first_unit(index, code, contract.coverage) for code in now)


def _in_tree(
    pages: Sequence[Page], file: _FileTexts, contract: Contract, index: RegionIndex
) -> frozenset[str]:
    units = Units(index, contract.coverage, how(contract))
    return frozenset[str]().union(*(_of_page(page, units, file) for page in pages))


def _of_page(page: Page, units: Units, file: _FileTexts) -> frozenset[str]:
    texts = [*(row.text for row in page.rows), *page.texts, page.sheet, *file]
    return units.of([text for text in dict.fromkeys(texts) if text], [row.places for row in page.rows])


def _names(codes: Iterable[str], index: RegionIndex) -> str:
    names = [index.titles[code] for code in sorted(codes)]
    more = f"等 {len(names)} 个地区" if len(names) > _LISTED else ""
    return "、".join(names[:_LISTED]) + more
