"""Sheets that say that there is nothing, in a file in which others have rows: told apart, and never passed over.

The rows count. What such a sheet says does not yet: its sender is asked to hand it in by itself, whether it speaks of
another township or contradicts the rows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from connectors.errors import Refused
from connectors.extract import Extract, Reading
from expectations.conform import RegionIndex
from expectations.contracts.model import Contract
from expectations.nil.lines import is_prose, page_of
from expectations.nil.words import wording
from expectations.routing import is_guidance
from expectations.rules import Told, told
from expectations.slips.inside import covers
from expectations.submissions.recognise import Recognised

RULE = "nil_beside_rows"


def without_nils(
    found: Recognised, reading: Reading, index: RegionIndex
) -> tuple[Recognised, tuple[Told, ...]]:
    """The tables without those that say that there is nothing, and what is said of sheets that are no table.

    Args:
        found: What the tables of the file are; at least one has rows.
        reading: The file as read.
        index: The region tree.
    """
    if found.contract.form or len(reading.sheets) < 2:
        return found, ()
    nils = {
        sheet: _told(sheet, text, found.contract) for sheet, text in _saying(found, reading, index).items()
    }
    taken = tuple(one for one in found.taken if one.extract.sheet not in nils)
    if not taken:
        return found, ()
    apart = [
        (one.extract, _refused(nils[one.extract.sheet])) for one in found.taken if one.extract.sheet in nils
    ]
    named = {extract.sheet for extract, _ in (*apart, *found.leftovers)}
    besides = tuple(told for sheet, told in nils.items() if sheet not in named)
    return replace(found, taken=taken, leftovers=(*found.leftovers, *apart)), besides


def _saying(found: Recognised, reading: Reading, index: RegionIndex) -> dict[str, str]:
    """By sheet that says so, its words."""
    ours, names = covers(reading), {name for known in index.names.values() for name in known}
    routes = {one.extract.sheet: one.route for one in found.taken}
    said = {}
    for sheet in reading.sheets:
        if is_guidance(sheet.name) or sheet.name in ours:
            continue
        own: Sequence[Extract] = [one for one in reading.extracts if one.sheet == sheet.name]
        is_text = sheet.name not in routes and is_prose(sheet)
        tables = [] if is_text else [one.table for one in own]
        if not is_text and not tables:
            continue
        page = page_of(
            sheet, tables, routes.get(sheet.name), found.contract, names.__contains__, is_blank=False
        )
        if page is not None and page.said.saying in ("nil", "new"):
            said[sheet.name] = page.said.text
    return said


def _told(sheet: str, text: str, contract: Contract) -> Told:
    return told(RULE, sheet=sheet, text=text, title=wording(contract))


def _refused(one: Told) -> Refused:
    return Refused(one.rule, str(one.message), one.remedy)
