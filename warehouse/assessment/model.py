"""What a scheme (考核方案) is, as its YAML says it: who is assessed, in which groups, by which objectives, with which weights.

How a scheme is carried out stands beside it: groups, targets, rules, scores.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from fractions import Fraction
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, model_validator

from warehouse.assessment.rules import AnyRule, Exact
from warehouse.assessment.target_files import read_targets
from warehouse.definitions import Definition, load_definitions

BUILT_IN = Path(__file__).parent / "schemes"

Level = Literal["county", "township", "village"]
Grade = Literal["A", "B", "C", "D"]
WithoutData = Literal["redistribute", "zero", "withhold"]
_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Condition(BaseModel):
    """What an observation must be at a fixed date; whatever it becomes later, the group stays."""

    model_config = _STRICT

    indicator: str
    period: str = Field(description="The date at which groups are frozen: 2024-12, or 2024.")
    at_least: Exact | None = None
    below: Exact | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.at_least is None and self.below is None:
            raise ValueError("give at_least, below, or both")
        return self


class Group(BaseModel):
    """A region group (分类): regions measured by one yardstick; named by one of the ways."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    regions: tuple[str, ...] = Field((), description="Region codes.")
    region_groups: tuple[str, ...] = Field((), description="Values of region_group in the list of regions.")
    where: Condition | None = None
    rest: bool = Field(False, description="Every region that no other group takes.")

    @model_validator(mode="after")
    def _is_named_once(self) -> Self:
        ways = (bool(self.regions), bool(self.region_groups), self.where is not None, self.rest)
        if sum(ways) != 1:
            raise ValueError("name its regions by one of: regions, region_groups, where, rest")
        return self


class Target(BaseModel):
    """The target of an objective; a plain number is the same for all."""

    model_config = _STRICT

    value: Exact | None = None
    groups: dict[str, Exact] = Field(default_factory=dict, description="By region group.")
    regions: dict[str, Exact | None] = Field(
        default_factory=dict, description="Of single regions by code; null: not applicable there."
    )
    own_last_year: Exact | None = Field(None, description="Factor on the region's own figure a year before.")
    of_group: Literal["median", "best"] | None = Field(
        None, description="Of the region group's own values in the period."
    )
    of_indicator: bool = Field(False, description="What the indicator itself says.")
    file: str = Field(
        "",
        description="A CSV beside the scheme: region_code, target; what is written under regions goes before it.",
    )

    @model_validator(mode="before")
    @classmethod
    def _with_its_file(cls, given: Any, info: ValidationInfo) -> Any:
        """A scheme that was read from a file has its table beside it; one that was kept has the numbers in it."""
        if not (info.context and isinstance(given, Mapping) and given.get("file")):
            return given
        listed = read_targets(info.context["folder"] / str(given["file"]))
        return {**given, "regions": {**listed, **(given.get("regions") or {})}}

    @model_validator(mode="after")
    def _is_said_once(self) -> Self:
        ways = (
            self.value is not None,
            bool(self.groups),
            self.own_last_year is not None,
            self.of_group is not None,
            self.of_indicator,
        )
        if sum(ways) > 1 or not (any(ways) or self.regions):
            raise ValueError(
                "say it in one way: value, groups, own_last_year, of_group or of_indicator; regions or a file may stand beside"
            )
        return self


def _target(given: Any) -> Any:
    return {"value": given} if isinstance(given, (int, float, str)) and not isinstance(given, bool) else given


AnyTarget = Annotated[Target, BeforeValidator(_target, json_schema_input_type=Target | float)]
"""``85``, or said in another way."""


class Growth(BaseModel):
    """The part of an objective that the change since a year before earns; the rest is for the level."""

    model_config = _STRICT

    share: Exact = Field(gt=0, lt=100, description="Per cent of the objective's weight.")
    change: Literal["percent", "absolute"] = "percent"
    rule: AnyRule
    target: AnyTarget | None = None


class Minimum(BaseModel):
    """What a value must rest on to be scored; below it is stated, not scored."""

    model_config = _STRICT

    evidence: Grade = "D"
    coverage: Exact = Field(default=Fraction(0), ge=0, le=1)
    records: int = Field(default=0, ge=0, description="Of a survey: how many answers.")


class Objective(BaseModel):
    """One objective (指标): an indicator, what it can earn in each group, and how."""

    model_config = _STRICT

    id: str = Field("", description="By default the indicator's.", pattern=r"^([a-z][a-z0-9_]*)?$")
    indicator: str
    weight: dict[str, Exact] | Exact = Field(description="Points; one number for all groups, or by group.")
    rule: AnyRule
    target: AnyTarget | None = None
    growth: Growth | None = None
    then: AnyRule | None = Field(
        default=None,
        description="A rule for the raw scores themselves, within the region group: rank, mostly.",
    )
    minimum: Minimum | None = Field(None, description="In place of the scheme's.")

    @property
    def name(self) -> str:
        """What it is called in tables."""
        return self.id or self.indicator

    def weight_in(self, group: str) -> Fraction:
        """The points it can earn in a group."""
        return self.weight.get(group, Fraction(0)) if isinstance(self.weight, dict) else self.weight


class Item(BaseModel):
    """What is added to the points of objectives or taken from them: by records, or by a named decision (grade D)."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    indicator: str = Field("", description="Counts the cases; without it every case is a decision.")
    each: Exact = Field(gt=0, description="Points for every case.")
    cap: Exact | None = Field(None, gt=0, description="At most so many points.")


class Veto(BaseModel):
    """What leaves a region no more than ``at_most`` points, whatever it earned (一票否决)."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    indicator: str = Field("", description="More than 0 of it is a veto; without it a decision says so.")
    at_most: Exact = Field(Fraction(0), ge=0)


class Calendar(BaseModel):
    """What should be done by when, and when that is told in green, amber or red."""

    model_config = _STRICT

    months: tuple[Exact, ...] = Field(
        (),
        description="Per cent of the year's work due by the end of each of twelve months; else month by month.",
    )
    green: Exact = Field(default=Fraction(100), description="From this per cent of what is due.")
    amber: Exact = Field(default=Fraction(80), description="The same; below it is red.")

    @model_validator(mode="after")
    def _is_a_year(self) -> Self:
        if self.months and (len(self.months) != 12 or list(self.months) != sorted(self.months)):
            raise ValueError("months: twelve numbers, none smaller than the one before")
        if self.months and self.months[-1] != 100:
            raise ValueError("months: the last one is 100")
        return self

    def passed(self, month: int) -> Fraction:
        """The share of the year's work due by the end of a month, 0 to 1."""
        return self.months[month - 1] / 100 if self.months else Fraction(month, 12)


class Scheme(Definition):
    """One year's assessment of the regions of one level."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$")
    title: str = Field(min_length=1)
    year: int = Field(ge=2000, le=2100)
    level: Level = "county"
    base: Exact = Field(
        Fraction(100), gt=0, description="What the weights of a group add up to: 100, or 1000."
    )
    groups: tuple[Group, ...] = Field(min_length=1)
    objectives: tuple[Objective, ...] = Field(min_length=1)
    minimum: Minimum = Minimum()
    without_data: WithoutData = Field(
        "redistribute",
        description="redistribute: within the dimension; zero: no points; withhold: the region is not ranked.",
    )
    shares: dict[Literal["Q1", "Q2", "Q3", "Q4", "year"], Exact] = Field(
        default_factory=dict,
        description="What quarters and the year count for in the end; per cent, 100 in all.",
    )
    calendar: Calendar = Field(default_factory=lambda: Calendar.model_validate({}))
    vetoes: tuple[Veto, ...] = ()
    deductions: tuple[Item, ...] = ()
    bonus: tuple[Item, ...] = ()
    bonus_cap: Exact = Field(
        Fraction(10), ge=0, description="At most so many points of all bonus items together."
    )
    source: str = Field(min_length=1, description="The document that it is taken from.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        names = [one.id for one in self.groups]
        for what, ids in {"group": names, "objective": self.items}.items():
            if twice := sorted({one for one in ids if ids.count(one) > 1}):
                raise ValueError(f"{what} {', '.join(twice)} is there twice")
        for one in self.objectives:
            unknown = sorted(set(one.weight) - set(names)) if isinstance(one.weight, dict) else []
            if unknown:
                raise ValueError(
                    f"objective {one.name} has a weight for {', '.join(unknown)}, which is no group"
                )
            said = {*one.target.groups} if one.target else set()
            if unknown := sorted(said - set(names)):
                raise ValueError(
                    f"objective {one.name} has a target for {', '.join(unknown)}, which is no group"
                )
        for name in names:
            total = sum((one.weight_in(name) for one in self.objectives), Fraction(0))
            if total != self.base:
                raise ValueError(
                    f"the weights of group {name} add up to {float(total):g}, not to {float(self.base):g}"
                )
        if self.shares and sum(self.shares.values()) != 100:
            raise ValueError(f"shares add up to {float(sum(self.shares.values())):g} per cent, not to 100")
        return self

    @property
    def items(self) -> list[str]:
        """Names of all that earns or costs points."""
        others: list[Item | Veto] = [*self.vetoes, *self.deductions, *self.bonus]
        return [*(one.name for one in self.objectives), *(one.id for one in others)]

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it says; the layout of the file does not matter."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def indicators(self) -> set[str]:
        """Every indicator that it reads."""
        others: list[Item | Veto] = [*self.vetoes, *self.deductions, *self.bonus]
        conditions = {group.where.indicator for group in self.groups if group.where}
        named = {one.indicator for one in others if one.indicator}
        return {one.indicator for one in self.objectives} | named | conditions


def load_schemes(folders: Iterable[Path] = (BUILT_IN,)) -> Mapping[str, Scheme]:
    """Schemes by id; a later folder's replaces an earlier one's.

    Raises:
        warehouse.definitions.DefinitionError: With file and line of everything wrong.
    """
    return {name: scheme for name, (scheme, _) in load_definitions(folders, Scheme).items()}
