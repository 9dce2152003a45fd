"""What a case is called, what speaks for it and who is asked, in Chinese."""

from __future__ import annotations

from collections.abc import Sequence

from expectations.cases.catalogue import Kind
from expectations.cases.evidence import Evidence, Known
from expectations.cases.grouping import region_of
from expectations.cases.places import Places
from expectations.office_words import DEPARTMENTS, month_label, number
from warehouse.codes import covering

MOST_REASONS = 12


def title(group: Sequence[Evidence], known: Known, places: Places) -> str:
    """One line: the thing, what was seen, the figures of where it is clearest, and how many places there are."""
    region = region_of(group)
    lead = max(group, key=lambda one: (one.region_code == region, one.certainty, one.period, one.id))
    seen = dict.fromkeys([lead.entry.title, *(one.entry.title for one in group)])
    figures = _figures(lead, known)
    where = {one.region_code for one in group}
    at = f"{places.name(lead.region_code)} " if lead.region_code != region and figures else ""
    more = f"，共 {len(where)} 处" if len(where) > 1 else ""
    text = "、".join(list(seen)[:3])
    return f"{_thing(lead, known)}：{text}{f'（{at}{figures}）' if figures else ''}{more}"


def _thing(one: Evidence, known: Known) -> str:
    if one.indicator in known.indicators:
        return known.indicators[one.indicator].title
    contract = known.contracts.get(one.dataset)
    return contract.title if contract else one.dataset or "—"


def _figures(one: Evidence, known: Known) -> str:
    """The figure as told and as expected, as far as they can be said in a few words."""
    if one.value is None or one.expected is None:
        return ""
    if one.entry.measures == "share":
        return f"{one.value:.0%}，别处 {one.expected:.0%}"
    if one.entry.measures == "count":
        of = f"{one.n} 个中 " if one.n is not None and one.n >= one.value else ""
        return f"{of}{number(one.value)} 个"
    if one.entry.measures == "none":
        return ""
    definition = known.reconciliations.get(one.name)
    if one.name == "claim_vs_observation" or definition is None:
        unit = known.indicators[one.indicator].unit if one.indicator in known.indicators else ""
        told, due = ("自评", "台账") if one.name.startswith("claim") else ("所报", "应为")
        return f"{told} {number(one.value, unit)}，{due} {number(one.expected, unit)}"
    return f"{definition.left.title} {number(one.value)}，{definition.right.title} {number(one.expected)}"


def reasons(group: Sequence[Evidence], places: Places) -> list[str]:
    """What speaks for it, the strongest first, with place and month."""
    ordered = sorted(group, key=lambda one: (-one.certainty, one.period, one.region_code))
    said = [
        f"{places.name(one.region_code)} {month_label(one.period, first=False)}：{one.message}"
        for one in ordered
    ]
    rest = len(said) - MOST_REASONS
    return [*said[:MOST_REASONS], *([f"另有 {rest} 条同类依据"] if rest > 0 else [])]


def asked_of(one: Evidence, kind: Kind, known: Known, places: Places, region_code: str) -> str:
    """Who should answer: the county, or the department that hands the dataset in."""
    contract = known.contracts.get(one.dataset)
    if kind.asks == "department" and contract:
        return f"{DEPARTMENTS.get(contract.department, contract.department)}部门"
    return places.name(covering(region_code, "county"))
