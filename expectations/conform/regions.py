"""From what a row says of its place to one region code: by code, or by county, township and village together.

A village name alone is never enough: one in thirty shares its name with another of the same county. What is nearly a
name is a finding with suggestions, not a match. Names, codes and parents are those of the row's month; what had ended
by then leads to its successor. What a row was handed in as before a change is ``handed_in``'s. Adding up the region
tree is the warehouse's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import pyarrow as pa
from rapidfuzz import fuzz, process

from expectations.conform.cleaning import shown
from expectations.conform.in_time import era_of, eras, in_force
from expectations.conform.name_forms import forms_of, full_name, match_forms
from expectations.conform.name_forms import plain as plain_name
from expectations.rules import Told, told

LEVELS = ("county", "township", "village")
LEVEL_TITLES = {"county": "县（区）", "township": "乡镇", "village": "村"}
SUGGESTIONS = 3
_CODE = re.compile(r"\d{6}(?:\d{3}(?:\d{3})?)?")
_PROVINCE = re.compile(r"^.{2,7}?(?:省|自治区)(?=..)")
_LIKE = 50.0
_KEPT = 1 << 14
"""How many places, and texts that may name one, a tree remembers: the tables of a month speak of the same ones."""
_READ = ("region_code", "name", "level", "parent_code", "valid_from", "valid_to", "successor")


@dataclass(frozen=True)
class Place:
    """What one row says of where it is; blank is None. ``era`` says which list it is held against, None the latest."""

    code: str | None = None
    county: str | None = None
    township: str | None = None
    village: str | None = None
    era: str | None = None

    @property
    def names(self) -> tuple[str | None, str | None, str | None]:
        """County, township, village."""
        return (self.county, self.township, self.village)


@dataclass(frozen=True)
class Scope:
    """Regions that the file itself names (title, sheet, folder); empty where it names none.

    ``wrong`` asks about a township or county that it names and that is not there in that month.
    """

    counties: frozenset[str] = frozenset()
    townships: frozenset[str] = frozenset()
    wrong: Told | None = None


@dataclass(frozen=True)
class Resolution:
    """The code found, or what is wrong and at which level."""

    code: str | None
    wrong: Told | None = None
    level: str = ""


class RegionIndex:
    """Names and codes of one region tree as it is in a month, ready for looking up.

    Args:
        regions: A table of the REGIONS schema; one code may have several rows (renamed, moved).
        month: As it is in this month; None: after every change known.
        untouched: As if nothing had ended or moved: a region's first code lies in all that it ever lay in.

    Attributes:
        successors: Every code begun by then to the code in force after it.
        titles: Code in force to its name.
        names: Code in force to every name it has had, its own and those of codes that lead to it.
        parents: Code in force to its parent.
        levels: Code in force to its level.
        has_changed: Whether any of it has ended, or was called otherwise or lay elsewhere.
    """

    def __init__(self, regions: pa.Table, month: str | None = None, *, untouched: bool = False) -> None:
        self._regions, self._month, self._in_eras = regions, month, dict[str, RegionIndex]()
        read = regions.select(_READ).to_pylist()
        self._changes = eras(read)
        self._known = in_force(read, month)
        rows = self._known.rows
        self.successors = self._known.firsts if untouched else self._known.successors
        self._out = ({}, self._known.coming) if untouched else (self._known.ended, self._known.coming)
        own = {
            row["region_code"]: row
            for row in rows
            if self.successors[row["region_code"]] == row["region_code"]
            and row["region_code"] not in self._out[0]
        }
        names: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            names[self.successors[row["region_code"]]].add(row["name"])
        self.names = {code: frozenset(names[code]) for code in own}
        self.titles = {code: str(row["name"]) for code, row in own.items()}
        self.levels = {code: str(row["level"]) for code, row in own.items()}
        self.parents = {code: self._parent(row["parent_code"]) for code, row in own.items()}
        self._by_form = forms_of(self.names, self.levels)
        self._lies_in = {code: {parent} for code, parent in self.parents.items()}
        for row in rows if untouched else ():
            self._lies_in[self.successors[row["region_code"]]].add(self._parent(row["parent_code"]))
        self._below: dict[str | None, list[str]] = defaultdict(list)
        for code, parent in ((code, one) for code, parents in self._lies_in.items() for one in parents):
            self._below[parent].append(code)
        self.has_changed = len(own) < len(rows)
        self._following = {row["successor"] for row in rows} if untouched else frozenset(own)
        self._resolved = lru_cache(_KEPT)(self._resolve)
        self._named_by = lru_cache(_KEPT)(self._name)

    @cached_property
    def untouched(self) -> RegionIndex:
        """The same month's, as if nothing had ended or moved."""
        return RegionIndex(self._regions, self._month, untouched=True)

    def era(self, month: str | None) -> str | None:
        """What tells the lists of two months apart; None where no month is known."""
        return None if month is None else era_of(month, self._changes)

    def at(self, era: str | None) -> RegionIndex:
        """The tree of an era; built once."""
        if era is None or not self._changes:
            return self
        if era not in self._in_eras:
            self._in_eras[era] = RegionIndex(self._regions, era)
        return self._in_eras[era]

    def _parent(self, code: str | None) -> str | None:
        """The parent in force: of one that ended its successor, of one that begins later the one that it follows.

        A list that only knows the villages of today still finds them under their county of before.
        """
        if not code:
            return None
        code = self._known.before.get(code, code)
        return self.successors.get(code, code)

    def scope(self, texts: Iterable[str]) -> Scope:
        """Counties and townships that texts name in full; the first text that names any decides, per level."""
        plain = [unicodedata.normalize("NFKC", text) for text in texts if text]
        counties = self._named(plain, "county", frozenset())
        townships = self._named(plain, "township", counties)
        gone = () if townships else self._out_of_time_in(plain)
        return Scope(counties, townships, self._out_of_time(gone))

    def resolve(self, place: Place, scope: Scope) -> Resolution:
        """The region of a row, by code where it gives one (names must agree), else by names within the scope."""
        return self._resolved(place, scope)

    def _resolve(self, place: Place, scope: Scope) -> Resolution:
        if place.code is not None:
            return self._by_code(place)
        if not any(place.names):
            return self._by_scope(scope)
        return self._by_names(place, scope)

    def at_level(self, code: str, level: str) -> str | None:
        """The ancestor (or the region itself) at a level."""
        return next((above for above in self.line(code) if self.levels.get(above) == level), None)

    def _by_code(self, place: Place) -> Resolution:
        given = normal_code(place.code or "") or ""
        code = self.successors.get(given)
        if (said := self._out_of_time([given, code or ""])) is not None:
            return Resolution(None, said, "code")
        if code is None:
            found = self._by_names(place, Scope()).code if all(place.names[1:]) else None
            hint = f"，按名称应为 {self._described(found)}" if found else ""
            return Resolution(None, told("unknown_region", "code", hint=hint), "code")
        for level, name in zip(LEVELS, place.names, strict=True):
            above = [one for one in self._above(code) if self.levels[one] == level]
            if name and above and not any(self._is_called(region, name) for region in above):
                facts = {"place": self._described(code), "level": LEVEL_TITLES[level]}
                return Resolution(None, told("region_conflict", **facts), level)
        return Resolution(code)

    def _out_of_time(self, codes: Iterable[str]) -> Told | None:
        """What to ask where any of the codes has ended with no successor, or begins only later."""
        for code in codes:
            for key, known in zip(("ended", "coming"), self._out, strict=True):
                if code in known:
                    name, day = known[code]
                    return told("unknown_region", key, place=f"{name}（{code}）", day=day.isoformat())
        return None

    def _by_scope(self, scope: Scope) -> Resolution:
        if scope.wrong is not None:
            return Resolution(None, scope.wrong)
        named = scope.townships or scope.counties
        if (one := self._one(named)) is not None:
            return Resolution(one)
        if named:
            return Resolution(None, told("ambiguous_region", "file", places=self._listed(named)))
        return Resolution(None, told("unknown_region", "blank"))

    def _by_names(self, place: Place, scope: Scope) -> Resolution:
        if place.village and not place.township and not scope.townships:
            return Resolution(None, told("ambiguous_region", "village"), "village")
        within: frozenset[str] | None = scope.counties or None
        for level, name in zip(LEVELS, place.names, strict=True):
            if not name:
                if level == "township" and scope.townships:
                    within = self._inside(scope.townships, within)
                continue
            found = self._called(name, level, within)
            if not found:
                return self._unknown(name, level, within)
            within = found
        found = within or frozenset()
        return Resolution(one) if (one := self._one(found)) else self._ambiguous(place, found)

    def _one(self, found: frozenset[str]) -> str | None:
        """The one region found; of several, as nothing has ended or moved yet, the one that follows no other."""
        first = found if len(found) == 1 else found - self._following
        return next(iter(first)) if len(first) == 1 else None

    def _called(self, name: str, level: str, within: frozenset[str] | None) -> frozenset[str]:
        """Regions of a level that a name may mean, below ``within``; the nearest form of the name only."""
        for form in (*match_forms(name), *match_forms(self._without_ancestors(name, within))):
            found = self._inside(self._by_form.get((level, form), frozenset()), within)
            if found:
                return found
        return frozenset()

    def _inside(self, codes: frozenset[str], within: frozenset[str] | None) -> frozenset[str]:
        if within is None:
            return codes
        return frozenset(code for code in codes if within.intersection(self._above(code)))

    def _without_ancestors(self, name: str, within: frozenset[str] | None) -> str:
        """广州市从化区 as 从化区, 吕田镇三村村 as 三村村."""
        plain = _PROVINCE.sub("", plain_name(name))
        above = [c for c, level in self.levels.items() if level == "city"] if within is None else within
        for code in above:
            for line in reversed(list(self.line(code))):
                longest = sorted(self.names[line], key=len, reverse=True)
                plain = next(
                    (plain.removeprefix(n) for n in longest if plain.startswith(n) and plain != n), plain
                )
        return plain

    def _is_called(self, code: str, name: str) -> bool:
        level = self.levels[code]
        return any(code in self._by_form.get((level, form), ()) for form in match_forms(name))

    def _unknown(self, name: str, level: str, within: frozenset[str] | None) -> Resolution:
        if (said := self._out_of_time(self._out_of_time_called(name))) is not None:
            return Resolution(None, said, level)
        choices = {code: self.titles[code] for code in self._candidates(level, within)}
        near = process.extract(
            plain_name(name), choices, scorer=fuzz.ratio, limit=SUGGESTIONS, score_cutoff=_LIKE
        )
        where = self._listed(within) if within else "区划表"
        alike = [code for _, _, code in near if shown(choices[code]) == shown(name)]
        facts = {"where": where, "level": LEVEL_TITLES[level]}
        if alike:
            return Resolution(
                None, told("unknown_region", "invisible", near=self._listed(alike), **facts), level
            )
        hint = f"，是不是：{'、'.join(self._described(code) for _, _, code in near)}？" if near else "。"
        return Resolution(None, told("unknown_region", hint=hint, **facts), level)

    def _out_of_time_in(self, texts: Sequence[str]) -> Iterator[str]:
        """Townships and counties out of time whose name stands in a text, and is no name of one in force."""
        current = frozenset().union(*self.names.values()) if self.names else frozenset()
        for known in self._out:
            for code, (name, _) in known.items():
                if code.endswith("000") and name not in current and any(name in text for text in texts):
                    yield code

    def _out_of_time_called(self, name: str) -> Iterator[str]:
        full = full_name(name)
        for known in self._out:
            yield from (code for code, (called, _) in known.items() if full_name(called) == full)

    def _ambiguous(self, place: Place, found: frozenset[str]) -> Resolution:
        level = next(level for level, name in reversed(list(zip(LEVELS, place.names, strict=True))) if name)
        return Resolution(None, told("ambiguous_region", places=self._listed(found)), level)

    def _candidates(self, level: str, within: frozenset[str] | None) -> Iterator[str]:
        if within is None:
            return (code for code, own in self.levels.items() if own == level)
        return (code for parent in within for code in self._descend(parent) if self.levels[code] == level)

    def _descend(self, code: str) -> Iterator[str]:
        yield code
        for child in self._below.get(code, ()):
            yield from self._descend(child)

    def line(self, code: str) -> Iterator[str]:
        """The code and its ancestors, upwards."""
        above: str | None = code
        while above is not None and above in self.levels:
            yield above
            above = self.parents.get(above)

    def _above(self, code: str | None) -> Iterator[str]:
        """The code and all that it lies in."""
        if code is not None and code in self._lies_in:
            yield code
            for parent in self._lies_in[code]:
                yield from self._above(parent)

    def _named(self, texts: Sequence[str], level: str, within: frozenset[str]) -> frozenset[str]:
        named = (self._named_by(text, level, within or None) for text in texts)
        return next(filter(None, named), frozenset())

    def _name(self, text: str, level: str, within: frozenset[str] | None) -> frozenset[str]:
        said: dict[str, set[str]] = defaultdict(set)
        for code in self._candidates(level, within):
            for name in self._named_in(text, code):
                said[name].add(code)
        whole = [name for name in said if not any(name != other and name in other for other in said)]
        return frozenset().union(*(said[name] for name in whole)) or self._called(text, level, within)

    def _named_in(self, text: str, code: str) -> Iterator[str]:
        """Names of a region in a text, also behind its parent's: 广州市从化区 is one region where 从化区 may be two."""
        parents = self.names.get(self.parents[code] or "", ())
        for name in self.names[code]:
            if len(name) > 1 and name in text:
                yield name
                yield from (above + name for above in parents if above + name in text)

    def _described(self, code: str) -> str:
        line = [self.titles[above] for above in self.line(code) if self.levels[above] in LEVELS]
        return f"{''.join(reversed(line))}（{code}）"

    def _listed(self, codes: Iterable[str]) -> str:
        ordered = sorted(codes)
        more = f"等 {len(ordered)} 个" if len(ordered) > SUGGESTIONS else ""
        return "、".join(self._described(code) for code in ordered[:SUGGESTIONS]) + more


def normal_code(text: str) -> str | None:
    """A 6, 9 or 12-digit code as 12 digits; None for anything else."""
    return text.ljust(12, "0") if _CODE.fullmatch(text) else None
