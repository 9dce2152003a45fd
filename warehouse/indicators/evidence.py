"""Evidence that moves: raised to A where visits or an independent source agree, lowered by one grade where they contradict.

What agrees, by an indicator's rules: the interval of the share of records that hold lies above what the rule tolerates,
or the other source's value lies within the tolerance. What contradicts: the whole interval lies below, or the values lie
further apart. Anything between moves nothing. One contradiction outweighs what agrees. Every rule that could be applied
states its reason.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.indicators.evidence_rules import EvidenceRule, FieldCheck, Independent
from warehouse.indicators.model import Indicator
from warehouse.periods import Month
from warehouse.sampling.results import Result
from warehouse.schemas import OBSERVATIONS

Says = Literal["agrees", "contradicts", "nothing"]
Key: TypeAlias = tuple[str, str, str]
"""Indicator, region, period."""

_WORSE = {"A": "B", "B": "C", "C": "D", "D": "D"}
_ALL = 100.0
_KEY = ("indicator", "region_code", "period")


@dataclass(frozen=True)
class Word:
    """What one rule says of one observation."""

    says: Says
    reason: str


def move_evidence(
    observed: pa.Table, indicators: Mapping[str, Indicator], checks: Sequence[Result]
) -> pa.Table:
    """Observations with their grades moved, and why in ``evidence_reasons``.

    Args:
        observed: Rows of ``observations``, each with the weakest grade of what went into it.
        indicators: With their rules (``corroborated_by``).
        checks: What visits found.
    """
    words: dict[Key, list[Word]] = defaultdict(list)
    for indicator in indicators.values():
        own = _values(observed, indicator.id) if indicator.corroborated_by else {}
        for rule in indicator.corroborated_by:
            for key, word in _said(rule, indicator, own, observed, indicators, checks):
                words[key].append(_sensible(word, indicator, own[key]))
    return _applied(observed, words).cast(OBSERVATIONS)


def _sensible(word: Word, indicator: Indicator, value: float) -> Word:
    """What is more than all of it was not corroborated by anybody."""
    if word.says != "agrees" or indicator.unit != "%" or value <= _ALL:
        return word
    return Word("nothing", f"{word.reason}；但数值超过 100%，分子分母对不上，不升级")


def _values(observed: pa.Table, indicator: str) -> dict[Key, float]:
    own = observed.filter(pc.equal(observed["indicator"], indicator)).select([*_KEY, "value"])
    return {
        (row["indicator"], row["region_code"], row["period"]): row["value"]
        for row in own.to_pylist()
        if row["value"] is not None
    }


def _said(
    rule: EvidenceRule,
    indicator: Indicator,
    own: Mapping[Key, float],
    observed: pa.Table,
    indicators: Mapping[str, Indicator],
    checks: Sequence[Result],
) -> Iterator[tuple[Key, Word]]:
    if isinstance(rule, FieldCheck):
        yield from _visited(rule, own, checks)
    elif rule.indicator in indicators:
        yield from _compared(
            rule, indicator, own, _values(observed, rule.indicator), indicators[rule.indicator]
        )


def _visited(
    rule: FieldCheck, own: Mapping[Key, float], checks: Sequence[Result]
) -> Iterator[tuple[Key, Word]]:
    by_region: dict[str, list[Result]] = defaultdict(list)
    for check in checks:
        if check.dataset == rule.field_check and check.share is not None:
            by_region[check.region_code].append(check)
    for key in own:
        if found := _newest(rule, by_region.get(key[1], ()), key[2]):
            yield key, _of_visits(rule, found)


def _newest(rule: FieldCheck, checks: Iterable[Result], period: str) -> Result | None:
    """The newest check that speaks for a period, of those that are large enough: a second visit outdoes the first."""
    last = Month(period if "-" in period else f"{period}-12")
    speaking = [
        one for one in checks if Month(one.period).text <= last.text < (Month(one.period) + rule.months).text
    ]
    return max(
        speaking, key=lambda one: (one.told >= rule.least, one.period, one.drawn_at, one.sample), default=None
    )


def _of_visits(rule: FieldCheck, check: Result) -> Word:
    share = check.share
    if share is None:
        raise ValueError(f"{check.sample} says nothing of {check.region_code}")
    told = (
        f"{check.period} 抽查 {check.told} 条，推算属实 {share.value:.1%}"
        f"（95% 区间 {share.low:.1%} 至 {share.high:.1%}，允许 {rule.tolerance:g}% 不实）"
    )
    needed = 1 - rule.tolerance / 100
    if check.told < rule.least:
        return Word("nothing", f"实地核查：{told}，不到 {rule.least} 条，不作升降")
    if share.low >= needed:
        return Word("agrees", f"实地核查相符：{told}")
    if share.high < needed:
        return Word("contradicts", f"实地核查不符：{told}")
    return Word("nothing", f"实地核查：{told}，还说明不了是否相符，不作升降")


def _compared(
    rule: Independent,
    indicator: Indicator,
    own: Mapping[Key, float],
    others: Mapping[Key, float],
    other: Indicator,
) -> Iterator[tuple[Key, Word]]:
    for (_, region, period), said in others.items():
        key = (indicator.id, region, period)
        if key not in own or said == 0:
            continue
        apart = 100 * abs(own[key] - said) / abs(said)
        told = f"与“{other.title}”{said:g}{other.unit} 相差 {apart:.1f}%（允许 {rule.tolerance:g}%）"
        agrees = apart <= rule.tolerance
        yield (
            key,
            Word("agrees" if agrees else "contradicts", f"独立来源{'相符' if agrees else '不符'}：{told}"),
        )


def _applied(observed: pa.Table, words: Mapping[Key, Sequence[Word]]) -> pa.Table:
    keys = list(words)
    at = _places(observed, keys)
    before = observed["evidence"].combine_chunks()
    says = [_verdict(words[key]) for key in keys]
    raised, lowered = (_where(at, [one == which for one in says]) for which in ("agrees", "contradicts"))
    worse = pa.array([None if grade is None else _WORSE[grade] for grade in before.to_pylist()], pa.string())
    grades = pc.if_else(raised, "A", pc.if_else(lowered, worse, before))
    reasons = pa.array([[word.reason for word in words[key]] for key in keys], pa.list_(pa.string()))
    with_grades = observed.set_column(observed.schema.get_field_index("evidence"), "evidence", grades)
    place = with_grades.schema.get_field_index("evidence_reasons")
    return with_grades.set_column(place, "evidence_reasons", reasons.take(at))


def _verdict(words: Sequence[Word]) -> Says:
    said = {word.says for word in words}
    return "contradicts" if "contradicts" in said else "agrees" if "agrees" in said else "nothing"


def _places(observed: pa.Table, keys: Sequence[Key]) -> pa.Array:
    """Of each row, where its key is among the keys; null where it is not."""
    joined = pc.binary_join_element_wise(*(observed[name] for name in _KEY), "|")
    return pc.index_in(
        joined, value_set=pa.array(["|".join(key) for key in keys], pa.string())
    ).combine_chunks()


def _where(at: pa.Array, flags: Sequence[bool]) -> pa.Array:
    return pc.fill_null(pa.array(flags, pa.bool_()).take(at), False)
