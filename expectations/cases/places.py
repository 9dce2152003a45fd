"""Regions as cases need them: their names, and how many a region is made of."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.codes import DIGITS, covering


@dataclass(frozen=True)
class Places:
    """The table ``regions``, asked often."""

    regions: pa.Table

    @cached_property
    def _present(self) -> list[tuple[str, str, str]]:
        present = self.regions.filter(pc.is_null(self.regions["valid_to"]))
        columns = (present[name].to_pylist() for name in ("region_code", "name", "level"))
        return list(zip(*columns, strict=True))

    @cached_property
    def _names(self) -> dict[str, str]:
        every = zip(self.regions["region_code"].to_pylist(), self.regions["name"].to_pylist(), strict=True)
        return {**dict(every), **{code: name for code, name, _ in self._present}}

    @cached_property
    def _below(self) -> Counter[str]:
        """By region how many villages, townships or counties it is made of."""
        above = {"village": "township", "township": "county"}
        return Counter(covering(code, above[level]) for code, _, level in self._present if level in above)

    @cached_property
    def counties(self) -> int:
        """How many counties there are."""
        return sum(level == "county" for _, _, level in self._present)

    def name(self, region_code: str) -> str:
        """Its own name, or its code."""
        return self._names.get(region_code, region_code)

    def full_name(self, region_code: str) -> str:
        """County, township and village, one after another."""
        codes = dict.fromkeys(covering(region_code, level) for level in DIGITS)
        return "".join(self._names[code] for code in codes if code in self._names) or region_code

    def parts(self, region_code: str) -> int:
        """Of how many villages, townships or counties it is made; 0 where that is not known."""
        return self._below[region_code]

    def share(self, regions: int, of: str) -> float:
        """What part of a region so many of its parts are; 1 where that is not known."""
        return min(regions / self.parts(of), 1.0) if self.parts(of) else 1.0
