"""How the evidence grade of an indicator may move, as its YAML says it; what comes of it stands in ``evidence``."""

from __future__ import annotations

from typing import TypeAlias

from pydantic import BaseModel, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class FieldCheck(BaseModel):
    """Records drawn by chance and visited: they hold, or they do not."""

    model_config = _STRICT

    field_check: str = Field(
        description="The dataset whose records are visited; one that the indicator reads."
    )
    least: int = Field(30, ge=2, description="Visits in the region that say something; fewer move nothing.")
    tolerance: float = Field(10, gt=0, lt=100, description="Per cent of all records that may be untrue.")
    months: int = Field(12, ge=1, description="How many months a check speaks for, its own the first.")


class Independent(BaseModel):
    """Another indicator that says the same from a source of its own."""

    model_config = _STRICT

    indicator: str = Field(description="In the same unit, from datasets that this one does not read.")
    tolerance: float = Field(gt=0, description="Per cent of the other value that they may lie apart.")


EvidenceRule: TypeAlias = FieldCheck | Independent
