"""What can be wrong with a form contract beyond its shape: its columns, its relations, its indicators."""

from __future__ import annotations

from collections.abc import Iterator

from expectations.contracts.model import Contract, Form
from expectations.forms.records import COLUMNS
from expectations.forms.rules import parse_relations
from expectations.forms.words import code_key
from expectations.units import parse_unit


def form_problems(contract: Contract) -> Iterator[str]:
    """What to change, in the words of the lint; nothing for a ledger."""
    if contract.form is None:
        return
    names = {column.name for column in contract.columns}
    if missing := [name for name in COLUMNS if name not in names]:
        yield f"a dataset of forms has the columns {', '.join(COLUMNS)}; add {', '.join(missing)}"
    if extra := sorted(names - COLUMNS.keys()):
        yield f"a form gives no {', '.join(extra)}; take it out"
    value = contract.by_name.get("value")
    if value is not None and (value.type != "number" or not value.required):
        yield "value: a required number"
    yield from _relations(contract.form)
    yield from _indicators(contract.form)


def _relations(form: Form) -> Iterator[str]:
    for text in form.relations:
        found, unparsed = parse_relations(text)
        for rule in unparsed:
            yield f"relation {rule.text} cannot be carried out: {rule.reason}"
        if not found and not unparsed:
            yield f"relation {text} says nothing; write 11=01+02-05"
    known = {code_key(one.code) for one in form.indicators}
    named = {
        code
        for text in form.relations
        for rule in parse_relations(text)[0]
        for code in (*rule.left.codes, *rule.right.codes)
    }
    if known and (unknown := sorted(code for code in named if code_key(code) not in known)):
        yield f"relations name {', '.join(unknown)}, which no indicator has"


def _indicators(form: Form) -> Iterator[str]:
    seen: set[tuple[str, str]] = set()
    for one in form.indicators:
        key = (one.form, code_key(one.code))
        if key in seen:
            yield f"indicator {one.code} stands twice for one form; give each its form"
        seen.add(key)
        if one.unit and parse_unit(one.unit) is None:
            yield f"indicator {one.code}: unit {one.unit} is not known, so nothing could be converted into it"
