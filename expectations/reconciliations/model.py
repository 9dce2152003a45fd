"""What a reconciliation is, as its YAML says it: left, operator, right, and what to do when they differ."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from warehouse.definitions import Definition, load_definitions
from warehouse.relations import relations_in

BUILT_IN = Path(__file__).parent / "definitions"

_STRICT = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


class Side(BaseModel):
    """One side: rows from SQL (``as_of, region_code, value``), or an indicator's observation."""

    model_config = _STRICT

    title: str = Field(min_length=1, description="这一方的中文名称，显示给需要改正的人")
    sql: str = Field("", description="Rows are added up to the level; a blank value makes the total unknown.")
    observation: str = Field("", description="Id of an indicator; its value at the level is taken as it is.")

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.sql) == bool(self.observation):
            raise ValueError("give either sql or observation")
        return self

    @property
    def statement(self) -> str:
        """The side's rows as SQL."""
        if self.sql:
            return self.sql
        return (
            f"select as_of, region_code, value from observations_as_of where indicator = '{self.observation}'"  # noqa: S608
        )


class Tolerance(BaseModel):
    """How far apart both sides may be: absolute + relative × |right|."""

    model_config = _STRICT

    absolute: float = Field(0, ge=0)
    relative: float = Field(0, ge=0)


class Reconciliation(Definition):
    """A claim or a total held against evidence."""

    model_config = _STRICT

    id: str = Field(pattern=r"^[a-z][a-z0-9_]*$", description="Stable snake_case name.")
    title: str = Field(min_length=1, description="中文名称")
    level: Literal["village", "township", "county", "city", "stated"] = Field(
        description="Where both sides are compared; stated: at the regions where they are stated, nothing is added up."
    )
    per_item: bool = Field(
        False, description="Both sides also select an item (an indicator); each is compared."
    )
    left: Side
    operator: Literal["=", "≤", "≥", "<", ">"]
    right: Side
    tolerance: Tolerance = Field(default_factory=lambda: Tolerance(absolute=0, relative=0))
    listed_by: Literal["either", "left", "right"] = Field(
        "either",
        description="Which side's presence makes a row; the other one's absence then shows as unreported.",
    )
    importance: Literal["high", "medium", "low"]
    instruction: str = Field(
        min_length=1,
        description="显示给需要改正的人；{left} {right} {gap} {item} 换成数值和项目名称，缺的一方显示“未报”",
    )

    @property
    def inputs(self) -> tuple[str, ...]:
        """The datasets it reads, sorted."""
        statements = (self.left.statement, self.right.statement)
        return tuple(sorted({dataset for sql in statements for dataset, _ in relations_in(sql)}))

    @property
    def digest(self) -> str:
        """SHA-256 of what it says; the layout of the file does not matter."""
        return sha256(self.model_dump_json().encode()).hexdigest()


def load_reconciliations(folders: Iterable[Path] = (BUILT_IN,)) -> dict[str, Reconciliation]:
    """Reconciliations by id; a later folder's replaces an earlier one's.

    Raises:
        warehouse.definitions.DefinitionError: With file and line of everything wrong.
    """
    return {name: found for name, (found, _) in load_definitions(folders, Reconciliation).items()}
