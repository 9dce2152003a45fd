"""The catalogue: of every detector, reconciliation and rule that speaks of padding, of which kind of case it speaks.

It stands in ``catalogue.yaml``. How sure one may be of a source stands in ``certainty.yaml``.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.definitions import read_yaml

FILE = Path(__file__).parent / "catalogue.yaml"

Action = Literal["电话回访", "查原始单据", "实地看", "改口径", "补报"]
OTHERWISE = "contradiction"
"""The kind of a reconciliation that is not in the catalogue: one of a city's own."""

_STRICT = ConfigDict(extra="forbid", frozen=True)


class Kind(BaseModel):
    """What a case is, what to do about it, and what to ask whom."""

    model_config = _STRICT

    title: str = Field(min_length=1)
    action: Action
    asks: Literal["county", "department"]
    question: str = Field(min_length=1)


class Entry(BaseModel):
    """What one detector, reconciliation or rule says of a case."""

    model_config = _STRICT

    kind: str
    title: str = Field(min_length=1)
    measures: Literal["level", "share", "count", "none"] = "none"
    is_off: bool = True
    dataset: str = ""
    side: Literal["left", "right", "either"] = "either"


class Catalogue(BaseModel):
    """Kinds, and by name what speaks of them."""

    model_config = _STRICT

    kinds: Mapping[str, Kind]
    detectors: Mapping[str, Entry]
    reconciliations: Mapping[str, Entry]
    rules: Mapping[str, Entry]

    @model_validator(mode="after")
    def _names_kinds_there_are(self) -> Self:
        every = {**self.detectors, **self.reconciliations, **self.rules}
        unknown = {name: entry.kind for name, entry in every.items() if entry.kind not in self.kinds}
        if unknown or OTHERWISE not in self.kinds:
            raise ValueError(f"no such kinds: {unknown or OTHERWISE}")
        return self

    def reconciliation(self, name: str, title: str) -> Entry:
        """The entry of a reconciliation, by the name before the item or sheet; of an unknown one the kind of last resort."""
        known = self.reconciliations.get(name)
        return known or Entry(kind=OTHERWISE, title=title or name, measures="level")


@cache
def catalogue() -> Catalogue:
    """The catalogue as it stands in the program.

    Raises:
        pydantic.ValidationError: It is not one.
    """
    return Catalogue.model_validate(read_yaml(FILE.read_text(encoding="utf-8")))
