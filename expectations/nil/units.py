"""For which regions a nil report speaks: by the places of its rows, else by what title, sheet, file and folders name.

It speaks for whole units of its contract's level of coverage and never for one that is not named. Where names
contradict each other, mean several regions, or mean less than a unit, its sender is asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from connectors.errors import Refused
from expectations.conform import RegionIndex
from expectations.conform.regions import LEVEL_TITLES, Place, Scope
from expectations.contracts.model import Level

_TOWNSHIP = re.compile(r"镇|乡|街道|办事处")
_NO_TOWNSHIP = re.compile(r"乡镇|城乡|乡村|下乡|返乡|家乡|镇村")
_ALL = re.compile(r"全[县区市]")
_CITY = re.compile(r"全市|全州|全地区")


class Units:
    """Looks up the units that one file speaks for.

    Args:
        index: The regions of its month.
        level: At which a later submission replaces an earlier one.
        how: What to tell the sender who has to write it again.
    """

    def __init__(self, index: RegionIndex, level: Level, how: str) -> None:
        self._index, self._level, self._how = index, level, how

    def of(self, texts: Sequence[str], rows: Iterable[Mapping[str, str]]) -> frozenset[str]:
        """The units, as codes.

        Args:
            texts: All that may name a region for the whole, the nearest first.
            rows: What the rows that say that there is nothing hold of places; those that name none are left out.

        Raises:
            Refused: No region is named, several are meant, or less than a unit.
        """
        scope = self._index.scope(texts)
        named = self._named(texts, scope)
        placed = [self._placed(Place(**row), scope, named) for row in rows if row]
        if placed:
            found = frozenset().union(*placed)
            self._agree(found, named)
        else:
            found = self._whole(named, texts)
        return self._to_level(found)

    def _named(self, texts: Sequence[str], scope: Scope) -> frozenset[str]:
        """Townships that texts name, else counties; all that name any must mean the same."""
        if scope.wrong is not None:
            raise Refused("nil_no_unit", str(scope.wrong.message), scope.wrong.remedy)
        said = {text: self._index.scope((text, *texts)) for text in texts}
        alone = {text: self._index.scope((text,)) for text in texts}
        towns = {said[text].townships for text in texts if alone[text].townships}
        counties = {alone[text].counties for text in texts if alone[text].counties}
        if len(towns) > 1 or len(counties) > 1 or frozenset() in towns:
            codes = frozenset().union(*(one.townships or one.counties for one in alone.values()))
            raise self._refused(
                "nil_units_disagree", f"写的地方不一致：{self._listed(codes)}，不知是哪一个。"
            )
        found = next(iter(towns), frozenset()) or next(iter(counties), frozenset())
        titles = [self._index.titles[code] for code in found]
        if len(set(titles)) < len(titles):
            raise self._refused("nil_no_unit", f"叫“{titles[0]}”的不止一个：{self._listed(found)}。")
        return found

    def _placed(self, place: Place, scope: Scope, named: frozenset[str]) -> frozenset[str]:
        """The region of a row; one that writes its county alone is of the township that the title names."""
        found = self._index.resolve(place, scope)
        if found.code is None:
            said = found.wrong
            raise Refused(
                "nil_no_unit", f"零报告：{said.message if said else ''}", said.remedy if said else self._how
            )
        inside = frozenset(code for code in named if found.code in self._index.line(code))
        return inside or frozenset({found.code})

    def _agree(self, found: Iterable[str], named: frozenset[str]) -> None:
        """Rows must lie in what the title names."""
        outside = [code for code in found if named and not named.intersection(self._index.line(code))]
        if outside:
            codes = named.union(outside)
            raise self._refused(
                "nil_units_disagree", f"写的地方不一致：{self._listed(codes)}，不知是哪一个。"
            )

    def _whole(self, named: frozenset[str], texts: Sequence[str]) -> frozenset[str]:
        """What the texts name, if that is all that they may mean."""
        every = "\n".join(texts)
        levels = {self._index.levels[code] for code in named}
        if not named:
            where = "全市的请按县（区）分别报送。" if _CITY.search(every) else ""
            raise self._refused("nil_no_unit", f"看不出是哪个{LEVEL_TITLES[self._level]}的。{where}")
        if "township" in levels and _ALL.search(every):
            raise self._refused(
                "nil_units_disagree", f"写了{self._listed(named)}，又写了全县，不知指哪一个。"
            )
        if "township" not in levels and any(map(self._has_unknown_township, texts)):
            raise self._refused("nil_no_unit", "写到了乡镇，但看不出是哪一个。")
        if self._level != "village" and (village := self._village_in(named, texts)):
            raise self._refused(
                "nil_no_unit", f"只写了{village}，这份台账按{LEVEL_TITLES[self._level]}报送，不能只报一个村。"
            )
        return named

    def _has_unknown_township(self, text: str) -> bool:
        return bool(_TOWNSHIP.search(_NO_TOWNSHIP.sub("", self._without_names(text, ("city", "county")))))

    def _village_in(self, named: frozenset[str], texts: Sequence[str]) -> str:
        plain = [self._without_names(text, ("city", "county", "township")) for text in texts]
        inside = (code for code in self._index.levels if named.intersection(self._index.line(code)))
        names = {
            name
            for code in inside
            if self._index.levels[code] == "village"
            for name in self._index.names[code]
        }
        return next(
            (name for name in sorted(names) if len(name) > 1 and any(name in text for text in plain)), ""
        )

    def _without_names(self, text: str, levels: Sequence[str]) -> str:
        names = {
            name
            for code, known in self._index.names.items()
            if self._index.levels[code] in levels
            for name in known
        }
        for name in sorted((name for name in names if name in text), key=len, reverse=True):
            text = text.replace(name, "")
        return text

    def _to_level(self, found: frozenset[str]) -> frozenset[str]:
        """Whole units: the parts of what lies above them, and those of which every part was named."""
        units: set[str] = set()
        for code in found:
            above = self._index.at_level(code, self._level)
            if above is None:
                units |= self._inside(code, self._level) or {code}
            elif above == code or self._inside(above, self._index.levels[code]) <= found:
                units.add(above)
            else:
                part = self._index.titles[code]
                raise self._refused(
                    "nil_no_unit",
                    f"只写了{part}，这份台账按{LEVEL_TITLES[self._level]}报送，不能只报其中一部分。",
                )
        return frozenset(units)

    def _inside(self, code: str, level: str) -> set[str]:
        return {
            one for one, own in self._index.levels.items() if own == level and code in self._index.line(one)
        }

    def _listed(self, codes: Iterable[str]) -> str:
        names = [
            "".join(self._index.titles[one] for one in reversed(list(self._index.line(code))[:2]))
            for code in sorted(codes)
        ]
        return "、".join(names[:5]) + (f"等 {len(names)} 个" if len(names) > 5 else "")

    def _refused(self, code: str, why: str) -> Refused:
        return Refused(code, f"这是零报告，{why}", self._how)
