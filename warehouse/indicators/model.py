"""What an indicator is, as its YAML says it. How it is computed is the engine's matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

from pydantic import ConfigDict, Field, model_validator

from warehouse.definitions import Definition, DefinitionError, load_definitions
from warehouse.indicators.evidence_rules import EvidenceRule
from warehouse.relations import relations_in

BUILT_IN = Path(__file__).parent / "definitions"

Dimension = Literal["产业兴旺", "生态宜居", "乡风文明", "治理有效", "生活富裕", "主体评价", "过程"]
Kind = Literal["ratio", "sum", "survey", "adopted", "change"]

_SIDES: dict[str, tuple[str, ...]] = {
    "ratio": ("numerator", "denominator"),
    "survey": ("numerator", "denominator"),
    "sum": ("numerator",),
    "adopted": ("stated",),
    "change": (),
}


class Indicator(Definition):
    """One indicator. SQL gives rows ``as_of, region_code, value``, one per record; the engine adds and divides."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Stable snake_case name.")
    title: str = Field(min_length=1, description="中文名称")
    dimension: Dimension
    unit: str = Field(description="Unit of the value: %, 户, 亩, 公斤/亩 …")
    kind: Kind = Field(
        description="ratio: sum ÷ sum; survey: a ratio of answers, with a confidence interval; "
        "sum: a total; adopted: a figure stated for a region, never added up; change: of another indicator since a year before."
    )
    direction: Literal["higher", "lower"]
    target: float | None = Field(None, description="City-wide target; leave out where there is none.")
    targets: dict[str, float | None] = Field(
        default_factory=dict,
        description="Targets of single regions by code; null: not applicable there.",
    )
    scale: float = Field(1, gt=0, description="Factor on the quotient or sum; 100 for percentages.")
    over_time: Literal["last", "sum", "average"] = Field(
        "last", description="How months make a year: stocks the last state, flows their sum."
    )
    counted_where: Literal["every_input", "denominator"] = Field(
        "every_input",
        description="Which inputs a region must have reported to be counted: every one, or only what the denominator "
        "reads, where nothing in the numerator's ledger is itself the answer (no interviews held).",
    )
    corroborated_by: tuple[EvidenceRule, ...] = Field(
        (),
        description="What moves its evidence: visits to records (field_check), an independent source (indicator).",
    )
    numerator: str = ""
    denominator: str = ""
    stated: str = ""
    weight: str = Field(
        "",
        description="Of kind survey: how many stand behind the answers of a finest region, such as its households.",
    )
    of: str = Field("", description="Of kind change: the indicator whose change is told.")
    form: Literal["percent", "absolute"] | None = Field(
        None, description="Of kind change: in per cent of the value a year before, or the difference."
    )
    since: str | None = Field(
        None,
        pattern=r"^\d{4}-(0[1-9]|1[0-2])$",
        description="The first month it is told of; left out where records decide.",
    )
    description: str = Field(min_length=1, description="口径：谁算在内，谁不算")
    source: str = Field(min_length=1, description="Where the rule or target comes from.")

    @model_validator(mode="after")
    def _has_its_sides(self) -> Self:
        wanted = _SIDES[self.kind]
        for side in ("numerator", "denominator", "stated"):
            if (side in wanted) != bool(getattr(self, side)):
                verb = "needs" if side in wanted else "takes no"
                raise ValueError(f"kind {self.kind} {verb} {side}")
        if self.weight and self.kind != "survey":
            raise ValueError(f"kind {self.kind} takes no weight")
        if (self.kind == "change") != bool(self.of and self.form) or (
            self.kind != "change" and (self.of or self.form)
        ):
            raise ValueError("kind change needs of and form; no other kind takes them")
        if self.form == "percent" and self.unit != "%":
            raise ValueError(f"a change in per cent has the unit %, not {self.unit}")
        if self.kind == "sum" and is_rate_unit(self.unit):
            raise ValueError(
                f"a figure in {self.unit} does not add up over regions: give numerator and denominator (kind ratio) "
                "or adopt it where it is stated (kind adopted)"
            )
        return self

    @property
    def statements(self) -> dict[str, str]:
        """SQL by side."""
        given = {side: getattr(self, side) for side in _SIDES[self.kind]}
        return given | ({"weight": self.weight} if self.weight else {})

    @cached_property
    def relations(self) -> frozenset[tuple[str, str]]:
        """The ``(dataset, window)`` pairs it reads."""
        return frozenset().union(*(relations_in(sql) for sql in self.statements.values()))

    @cached_property
    def needed(self) -> frozenset[tuple[str, str]]:
        """The relations a region must be reported in to be counted."""
        if self.counted_where == "denominator" and self.denominator:
            return frozenset(relations_in(self.denominator))
        return self.relations - (
            relations_in(self.weight) - relations_in(self.numerator + " " + self.denominator)
        )

    @cached_property
    def inputs(self) -> tuple[str, ...]:
        """The datasets it reads, sorted."""
        return tuple(sorted({dataset for dataset, _ in self.relations}))

    @cached_property
    def digest(self) -> str:
        """SHA-256 of what it says; the layout of the file does not matter."""
        return sha256(self.model_dump_json().encode()).hexdigest()

    @property
    def valid_range(self) -> tuple[float | None, float | None]:
        """The least and the greatest value there can be; None where there is no bound."""
        if self.kind == "change":
            return None, None
        return 0, 100 if self.unit == "%" else None

    def applies_to(self, region_code: str) -> bool:
        """Whether a region is assessed by it at all: no target of its own is said to be null."""
        return self.targets.get(region_code, 0) is not None

    def target_for(self, region_code: str) -> float | None:
        """The target of a region; None where there is none or it does not apply."""
        return self.targets.get(region_code, self.target)


def measured(one: Indicator, known: Mapping[str, Indicator]) -> Indicator:
    """What is measured for an indicator: of a change what it is told of, else itself."""
    return known[one.of] if one.of else one


def is_rate_unit(unit: str) -> bool:
    """Whether figures in a unit are rates, yields or prices, which do not add up."""
    return any(mark in unit for mark in ("%", "‰", "％", "/", "比", "分值"))


def base_problem(indicator: Indicator, known: Mapping[str, Indicator]) -> str | None:
    """Why a change cannot be told of what it names, or None."""
    if not indicator.of:
        return None
    if indicator.of not in known:
        return f"no indicator is called {indicator.of}; shiji indicators list shows them"
    if known[indicator.of].kind == "change":
        return f"{indicator.of} is a change itself; name what it is the change of"
    return None


def load_indicators(folders: Iterable[Path] = (BUILT_IN,)) -> dict[str, Indicator]:
    """Indicators by id; a later folder's replaces an earlier one's.

    Raises:
        warehouse.definitions.DefinitionError: With file and line of everything wrong.
    """
    loaded = load_definitions(folders, Indicator)
    known = {name: indicator for name, (indicator, _) in loaded.items()}
    problems = [
        document.problem(("of",), wrong)
        for indicator, document in loaded.values()
        if (wrong := base_problem(indicator, known))
    ]
    if problems:
        raise DefinitionError(problems)
    return known
