"""Scoring rules: each is named, in a file of its own, with its formula."""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field, GetJsonSchemaHandler
from pydantic_core import CoreSchema

from warehouse.assessment.rules.case import FULL, Case, Number, Rule
from warehouse.assessment.rules.exact import Exact, exact
from warehouse.assessment.rules.gap_closed import GapClosed
from warehouse.assessment.rules.improvement import Improvement
from warehouse.assessment.rules.linear import Linear
from warehouse.assessment.rules.min_max import MinMax
from warehouse.assessment.rules.pass_fail import PassFail
from warehouse.assessment.rules.per_unit_deduction import PerUnitDeduction
from warehouse.assessment.rules.rank import Rank
from warehouse.assessment.rules.steps import Steps
from warehouse.assessment.rules.threshold import Threshold


def _named(given: Any) -> Any:
    """``rank`` and ``{linear: {floor: 50}}`` as the models want them."""
    if isinstance(given, str):
        return {"name": given}
    if isinstance(given, dict) and len(given) == 1 and "name" not in given:
        ((name, settings),) = given.items()
        return {"name": name, **(settings or {})}
    return given


class _Written:
    """How a rule is written, for editors: its name, its name with settings below it, or all in one."""

    def __get_pydantic_json_schema__(self, core: CoreSchema, handler: GetJsonSchemaHandler) -> dict[str, Any]:
        whole = handler(core)
        names = sorted(whole["discriminator"]["mapping"])
        below = {
            "type": "object",
            "properties": {name: {"type": "object"} for name in names},
            "maxProperties": 1,
        }
        return {"anyOf": [{"enum": names}, {**below, "additionalProperties": False}, whole]}


AnyRule = Annotated[
    Linear | MinMax | Threshold | Steps | Rank | Improvement | GapClosed | PerUnitDeduction | PassFail,
    Field(discriminator="name"),
    BeforeValidator(_named),
    _Written(),
]
"""``rank``, or ``{linear: {floor: 50}}``."""

__all__ = [
    "FULL", "AnyRule", "Case", "Exact", "GapClosed", "Improvement", "Linear", "MinMax", "Number", "PassFail",
    "PerUnitDeduction", "Rank", "Rule", "Steps", "Threshold", "exact",
]  # fmt: skip
