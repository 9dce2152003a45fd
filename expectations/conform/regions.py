"""From what a row says of its place to one region code: by code, or by county, township and village together.

A village name alone is never enough: one in thirty shares its name with another of the same county. What is nearly a
name is a finding with suggestions, not a match. Retired codes and names lead to their successors. The region tree
itself (validity, roll-up) is the warehouse's.
"""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

import pyarrow as pa
from rapidfuzz import fuzz, process

LEVELS = ("county", "township", "village")
LEVEL_TITLES = {"county": "县（区）", "township": "乡镇", "village": "村"}
SUGGESTIONS = 3
_CODE = re.compile(r"\d{6}(?:\d{3}(?:\d{3})?)?")
_OFFICES = (("村民委员会", "村"), ("村委会", "村"), ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居民委员会", ""), ("居委会", ""), ("街道办事处", "街道"), ("镇人民政府", "镇"), ("乡人民政府", "乡"))  # fmt: skip
_KINDS = ("自治县", "民族乡", "街道", "社区", "镇", "乡", "村", "县", "区", "市")
_PROVINCE = re.compile(r"^.{2,7}?(?:省|自治区)(?=..)")
_LIKE = 50.0


@dataclass(frozen=True)
class Place:
    """What one row says of where it is; blank is None."""

    code: str | None = None
    county: str | None = None
    township: str | None = None
    village: str | None = None

    @property
    def names(self) -> tuple[str | None, str | None, str | None]:
        """County, township, village."""
        return (self.county, self.township, self.village)


@dataclass(frozen=True)
class Scope:
    """Regions that the file itself names (title, sheet, folder); empty where it names none."""

    counties: frozenset[str] = frozenset()
    townships: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Resolution:
    """The code found, or the rule that failed, at which level, with a Chinese message."""

    code: str | None
    rule: str = ""
    level: str = ""
    message: str = ""


class RegionIndex:
    """Names and codes of one region tree, ready for looking up.

    Args:
        regions: A table of the REGIONS schema; one code may have several rows (renamed, moved).

    Attributes:
        successors: Every known code to the code in force after it.
        titles: Code in force to its name today.
        names: Code in force to every name it has had, its own and those of codes that lead to it.
        parents: Code in force to its parent.
        levels: Code in force to its level.
    """

    def __init__(self, regions: pa.Table) -> None:
        rows = regions.select(
            ["region_code", "name", "level", "parent_code", "valid_from", "successor"]
        ).to_pylist()
        rows.sort(key=lambda row: (row["region_code"], str(row["valid_from"] or "")))
        retired = {row["region_code"]: row["successor"] for row in rows if row["successor"]}
        self.successors = {row["region_code"]: _follow(row["region_code"], retired) for row in rows}
        own = {
            row["region_code"]: row
            for row in rows
            if self.successors[row["region_code"]] == row["region_code"]
        }
        names: dict[str, set[str]] = defaultdict(set)
        for row in rows:
            names[self.successors[row["region_code"]]].add(row["name"])
        self.names = {code: frozenset(names[code]) for code in own}
        self.titles = {code: str(row["name"]) for code, row in own.items()}
        self.levels = {code: str(row["level"]) for code, row in own.items()}
        self.parents = {code: self._ended(row["parent_code"]) for code, row in own.items()}
        self._by_form = _forms_of(self.names, self.levels)
        self._below: dict[str | None, list[str]] = defaultdict(list)
        for code, parent in self.parents.items():
            self._below[parent].append(code)

    def _ended(self, code: str | None) -> str | None:
        return self.successors.get(code, code) if code else None

    def scope(self, texts: Iterable[str]) -> Scope:
        """Counties and townships that texts name in full; the first text that names any decides, per level."""
        plain = [unicodedata.normalize("NFKC", text) for text in texts if text]
        counties = self._named(plain, "county", frozenset())
        return Scope(counties, self._named(plain, "township", counties))

    def resolve(self, place: Place, scope: Scope) -> Resolution:
        """The region of a row, by code where it gives one (names must agree), else by names within the scope."""
        if place.code is not None:
            return self._by_code(place)
        if not any(place.names):
            return self._by_scope(scope)
        return self._by_names(place, scope)

    def at_level(self, code: str, level: str) -> str | None:
        """The ancestor (or the region itself) at a level."""
        return next((above for above in self._line(code) if self.levels.get(above) == level), None)

    def _by_code(self, place: Place) -> Resolution:
        code = self.successors.get(normal_code(place.code or "") or "")
        if code is None:
            found = self._by_names(place, Scope()).code if all(place.names[1:]) else None
            hint = f"，按名称应为 {self._described(found)}" if found else ""
            return Resolution(None, "unknown_region", "code", f"地区代码在区划表中不存在{hint}。")
        for level, name in zip(LEVELS, place.names, strict=True):
            region = self.at_level(code, level)
            if name and region is not None and not self._is_called(region, name):
                message = f"地区代码是{self._described(code)}，与所填{LEVEL_TITLES[level]}名称不一致。"
                return Resolution(None, "region_conflict", level, message)
        return Resolution(code)

    def _by_scope(self, scope: Scope) -> Resolution:
        named = scope.townships or scope.counties
        if len(named) == 1:
            return Resolution(next(iter(named)))
        if named:
            return Resolution(
                None,
                "ambiguous_region",
                "",
                f"文件涉及多个地区（{self._listed(named)}），此行没有写明是哪个。",
            )
        return Resolution(None, "unknown_region", "", "此行没有写明地区，标题、表名和文件夹中也没有。")  # fmt: skip

    def _by_names(self, place: Place, scope: Scope) -> Resolution:
        if place.village and not place.township and not scope.townships:
            return Resolution(None, "ambiguous_region", "village", "只有村名，没有乡镇：不同乡镇的村会重名。")
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
        if within is None or len(within) != 1:
            return self._ambiguous(place, within or frozenset())
        return Resolution(next(iter(within)))

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
        return frozenset(code for code in codes if within.intersection(self._line(code)))

    def _without_ancestors(self, name: str, within: frozenset[str] | None) -> str:
        """广州市从化区 as 从化区, 吕田镇三村村 as 三村村."""
        plain = _PROVINCE.sub("", _plain(name))
        above = [c for c, level in self.levels.items() if level == "city"] if within is None else within
        for code in above:
            for line in reversed(list(self._line(code))):
                longest = sorted(self.names[line], key=len, reverse=True)
                plain = next(
                    (plain.removeprefix(n) for n in longest if plain.startswith(n) and plain != n), plain
                )
        return plain

    def _is_called(self, code: str, name: str) -> bool:
        level = self.levels[code]
        return any(code in self._by_form.get((level, form), ()) for form in match_forms(name))

    def _unknown(self, name: str, level: str, within: frozenset[str] | None) -> Resolution:
        choices = {code: self.titles[code] for code in self._candidates(level, within)}
        near = process.extract(
            _plain(name), choices, scorer=fuzz.ratio, limit=SUGGESTIONS, score_cutoff=_LIKE
        )
        hint = f"，是不是：{'、'.join(self._described(code) for _, _, code in near)}？" if near else "。"
        where = self._listed(within) if within else "区划表"
        return Resolution(None, "unknown_region", level, f"{where}中没有这个{LEVEL_TITLES[level]}{hint}")

    def _ambiguous(self, place: Place, found: frozenset[str]) -> Resolution:
        level = next(level for level, name in reversed(list(zip(LEVELS, place.names, strict=True))) if name)
        message = f"这个名称可以指多个地区：{self._listed(found)}。"
        return Resolution(None, "ambiguous_region", level, message)

    def _candidates(self, level: str, within: frozenset[str] | None) -> Iterator[str]:
        if within is None:
            return (code for code, own in self.levels.items() if own == level)
        return (code for parent in within for code in self._descend(parent) if self.levels[code] == level)

    def _descend(self, code: str) -> Iterator[str]:
        yield code
        for child in self._below.get(code, ()):
            yield from self._descend(child)

    def _line(self, code: str) -> Iterator[str]:
        """The code and its ancestors, upwards."""
        above: str | None = code
        while above is not None and above in self.levels:
            yield above
            above = self.parents.get(above)

    def _named(self, texts: Sequence[str], level: str, within: frozenset[str]) -> frozenset[str]:
        for text in texts:
            said: dict[str, set[str]] = defaultdict(set)
            for code in self._candidates(level, within or None):
                for name in self._named_in(text, code):
                    said[name].add(code)
            whole = [name for name in said if not any(name != other and name in other for other in said)]
            found = frozenset().union(*(said[name] for name in whole)) or self._called(
                text, level, within or None
            )
            if found:
                return found
        return frozenset()

    def _named_in(self, text: str, code: str) -> Iterator[str]:
        """Names of a region in a text, also behind its parent's: 广州市从化区 is one region where 从化区 may be two."""
        parents = self.names.get(self.parents[code] or "", ())
        for name in self.names[code]:
            if len(name) > 1 and name in text:
                yield name
                yield from (above + name for above in parents if above + name in text)

    def _described(self, code: str) -> str:
        line = [self.titles[above] for above in self._line(code) if self.levels[above] in LEVELS]
        return f"{''.join(reversed(line))}（{code}）"

    def _listed(self, codes: Iterable[str]) -> str:
        ordered = sorted(codes)
        more = f"等 {len(ordered)} 个" if len(ordered) > SUGGESTIONS else ""
        return "、".join(self._described(code) for code in ordered[:SUGGESTIONS]) + more


def normal_code(text: str) -> str | None:
    """A 6, 9 or 12-digit code as 12 digits; None for anything else."""
    return text.ljust(12, "0") if _CODE.fullmatch(text) else None


@lru_cache(maxsize=65536)
def match_forms(name: str) -> tuple[str, ...]:
    """How a name may be written in the index, the nearest first.

    Full names meet full names; a name without its kind (三村) meets the full one (三村村), and one with its kind
    doubled (吕田镇镇) likewise. 东坑村 never meets 东坑社区: a change of kind is a change of region.
    """
    full = _full(name)
    bare = _bare(full)
    doubled = bare is not None and bare.endswith(full[len(bare) :])
    return (f"={full}", f"~{full}", *([f"={bare}"] if doubled else []))


def _forms_of(
    names: Mapping[str, Iterable[str]], levels: Mapping[str, str]
) -> dict[tuple[str, str], frozenset[str]]:
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code, called in names.items():
        for name in called:
            full = _full(name)
            found[levels[code], f"={full}"].add(code)
            if (bare := _bare(full)) is not None:
                found[levels[code], f"~{bare}"].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def _plain(name: str) -> str:
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def _full(name: str) -> str:
    """The name with the office's words for a kind taken as the kind (三村村民委员会: 三村村)."""
    plain = _plain(name)
    for office, kind in _OFFICES:
        if plain.endswith(office) and len(plain) > len(office):
            return plain.removesuffix(office) + kind
    return plain


def _bare(full: str) -> str | None:
    """The name without its kind; None where it bears none."""
    for kind in _KINDS:
        if full.endswith(kind) and len(full) > len(kind):
            return full.removesuffix(kind)
    return None


def _follow(code: str, retired: Mapping[str, str]) -> str:
    seen = {code}
    while code in retired and retired[code] not in seen:
        code = retired[code]
        seen.add(code)
    return code
