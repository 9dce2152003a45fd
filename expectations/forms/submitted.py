"""The forms in a file that was handed in: which of its sheets are forms of a department, their records, what they say of themselves.

Where the file came from and what becomes of it is the pipeline's.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from connectors.errors import Refused
from connectors.extract import Extract, Reading
from connectors.grid import Sheet
from expectations.contracts.model import Contract, Form
from expectations.forms.check import CHECKS, check_relations, check_totals
from expectations.forms.long import value_columns
from expectations.forms.records import form_extract, takes
from expectations.forms.rules import Relation, parse_relations, printed_rules
from expectations.forms.words import code_key
from expectations.forms.workbook import long_forms


@dataclass(frozen=True)
class SubmittedForm:
    """One sheet that is a form.

    Attributes:
        contract: The dataset it belongs to.
        extract: Its records, one per filled cell.
        checks: Its printed rules and totals as they came out; rows of ``CHECKS``.
        asked: The same of its contract's rules, by the first month that each version of it holds for.
    """

    contract: Contract
    extract: Extract
    checks: pa.Table = field(repr=False)
    asked: Mapping[str, pa.Table] = field(default_factory=dict, repr=False)


@dataclass(frozen=True)
class SubmittedForms:
    """The forms of a file.

    Attributes:
        forms: One per sheet, in the order of the file.
        blank: Names of sheets that are forms without a single value.
        others: Tables on those sheets that are no part of the form.
        notes: What a person should know, in Chinese.
    """

    forms: tuple[SubmittedForm, ...] = ()
    blank: tuple[str, ...] = ()
    others: tuple[Extract, ...] = ()
    notes: tuple[str, ...] = ()

    def hold(self, extract: Extract) -> bool:
        """Whether a table is one of the forms, filled or blank, or a part of one."""
        sheets = {*(form.extract.sheet for form in self.forms), *self.blank}
        return extract.sheet in sheets and all(extract is not other for other in self.others)


def submitted_forms(reading: Reading, contracts: Mapping[str, Contract], department: str) -> SubmittedForms:
    """The sheets of a file that a form contract of the department takes.

    Args:
        reading: The file as read.
        contracts: All contracts.
        department: Who handed it in.

    Raises:
        Refused: ``ambiguous_dataset`` where two contracts of forms take the same sheet.
    """
    own = [one for one in contracts.values() if one.form is not None and one.department == department]
    if not own or not reading.sheets:
        return SubmittedForms()
    extracts = {
        sheet.name: [one for one in reading.extracts if one.sheet == sheet.name] for sheet in reading.sheets
    }
    sheets = [sheet for sheet in reading.sheets if _is_form(sheet, extracts[sheet.name])]
    tables = [[one.table for one in extracts[sheet.name]] for sheet in sheets]
    long, notes = long_forms(sheets, tables)
    forms, blank, others = [], [], []
    for sheet, found in zip(sheets, tables, strict=True):
        cells = long.filter(pc.equal(long["sheet"], sheet.name))
        first = extracts[sheet.name][0]
        contract = _taking(own, cells, (*first.titles, sheet.name))
        if contract is None:
            continue
        others += [one for one in extracts[sheet.name] if not value_columns(sheet.grid, one.table)]
        records = form_extract(first, cells)
        if not len(records.rows):
            blank.append(sheet.name)
            continue
        printed = check_relations(cells, printed_rules(sheet, found)[0])
        checks = pa.concat_tables([CHECKS.empty_table(), printed, check_totals(cells)])
        forms.append(SubmittedForm(contract, records, checks, _asked_by_version(contract, cells)))
    return SubmittedForms(tuple(forms), tuple(blank), tuple(others), notes if forms else ())


def _is_form(sheet: Sheet, extracts: Sequence[Extract]) -> bool:
    return any(value_columns(sheet.grid, one.table) for one in extracts)


def _taking(own: Sequence[Contract], cells: pa.Table, titles: tuple[str, ...]) -> Contract | None:
    """The contract that takes a sheet: one that names its title before one that takes any form."""
    taking = [one for one in own if takes(one, cells, titles)]
    named = [one for one in taking if one.form is not None and one.form.titles] or taking
    if len(named) > 1:
        listed = "、".join(f"《{one.title}》" for one in named)
        raise Refused(
            "ambiguous_dataset",
            f"工作表“{titles[-1]}”同样符合{listed}，无法判断是哪一种。",
            "请在表题里写明是哪一张报表。",
        )
    return named[0] if named else None


def _asked_by_version(contract: Contract, cells: pa.Table) -> dict[str, pa.Table]:
    return {
        version.valid_from: check_relations(cells, _asked(version.form, cells))
        for version in contract.every_version
    }


def _asked(form: Form | None, cells: pa.Table) -> list[Relation]:
    """Rules that the contract adds to the printed ones, on forms that have all their codes."""
    printed = {code_key(code) for code in pc.unique(cells["code"]).to_pylist() if code}
    asked = [one for text in (form.relations if form else ()) for one in parse_relations(text)[0]]
    return [
        one for one in asked if {code_key(code) for code in (*one.left.codes, *one.right.codes)} <= printed
    ]
