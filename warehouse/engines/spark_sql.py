"""SQL is written in DuckDB's dialect; this is what Spark is told instead, and what it cannot be told.

The translation is sqlglot's. What it passes on as it stands although Spark means something else by it is put right here, or
refused: better a definition that is turned back when it is written than a number that depends on the engine.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.dialects.dialect import Dialect

ALIKE = frozenset(
    {"abs", "ceil", "floor", "round", "sign", "greatest", "least"}
    | {"coalesce", "nullif", "if", "case", "cast", "trycast", "exists", "and", "or"}
    | {"count", "sum", "avg", "min", "max", "median", "countif", "groupconcat"}
    | {"argmax", "argmin", "anyvalue", "logicalor", "logicaland"}
    | {"left", "right", "substring", "length", "lower", "upper", "trim", "replace", "pad"}
    | {"concat", "concatws", "startswith", "contains", "strposition"}
    | {"regexplike", "regexpfullmatch", "explode", "array", "arraycontains"}
    | {"year", "quarter", "month", "day", "lastday", "datediff", "datefromparts"}
    | {"timetostr", "strtotime"}
    | {"rownumber", "rank", "denserank", "ntile", "lag", "lead", "firstvalue", "lastvalue"}
)
"""Functions, as sqlglot calls them, that both engines are known to answer alike; a test asks both."""

_OTHERWISE = {
    "bracket": "x[…] (outside of the list DuckDB gives null and Spark an error)",
    "slice": "x[a:b]",
    "similarto": "similar to (use regexp_full_match)",
    "pivot": "pivot",
    "lambda": "functions of functions (x -> …)",
}
_TILDE = "~ (write regexp_full_match, which says the same)"


class Untranslatable(ValueError):
    """SQL that Spark cannot be told, or would answer otherwise; says what of it."""


def to_spark(sql: str, given: Mapping[str, object] | None = None) -> str:
    """A statement as Spark takes it.

    Args:
        sql: One SELECT in DuckDB's dialect.
        given: Values of its parameters, which are written into it.

    Raises:
        Untranslatable: sqlglot cannot read it, or cannot say it in Spark's dialect.
    """
    from sqlglot import ErrorLevel
    from sqlglot.errors import SqlglotError

    tree = _read(sql)
    try:
        for node in reversed(list(tree.walk())):  # parts before what they are parts of
            if (better := _put_right(node, given or {})) is not node:
                node.replace(better)
        return tree.sql(_spark(), unsupported_level=ErrorLevel.RAISE)
    except SqlglotError as error:
        raise Untranslatable(_first_line(error)) from error


def trouble(sql: str, columns: Mapping[str, str]) -> str | None:
    """Why a statement would not give on Spark what it gives on DuckDB, or None.

    Args:
        sql: One SELECT that DuckDB takes.
        columns: Types of the columns it reads.
    """
    try:
        tree = _read(sql)
        tilde = [_TILDE] if _has_tilde(sql) else []
        found = sorted({*_unlike(tree), *_subtracted(tree, columns), *_recast(tree, columns), *tilde})
        if not found:
            to_spark(sql)
    except Untranslatable as error:
        return f"cannot be told to Spark: {error}"
    return f"not known to be the same on DuckDB and on Spark: {'; '.join(found)}" if found else None


def spark_type(kind: str) -> str:
    """A type of DuckDB as Spark calls it."""
    from sqlglot import exp

    return exp.DataType.build(kind, dialect="duckdb").sql("spark")


def _read(sql: str) -> exp.Expr:
    from sqlglot import parse
    from sqlglot.errors import SqlglotError

    try:
        found = [one for one in parse(sql, read="duckdb") if one is not None]
    except SqlglotError as error:
        raise Untranslatable(_first_line(error)) from error
    if len(found) != 1:
        raise Untranslatable(f"one statement at a time; here are {len(found)}")
    return found[0]


def _unlike(tree: exp.Expr) -> Iterator[str]:
    """What a statement uses that is not known to be alike, as people call it."""
    from sqlglot import exp

    for node in tree.walk():
        if isinstance(node, exp.Anonymous):
            yield f"{node.name.lower()}(…)"
        elif node.key in _OTHERWISE:
            yield _OTHERWISE[node.key]
        elif isinstance(node, exp.Distinct) and node.args.get("on"):
            yield "distinct on"
        elif isinstance(node, exp.DateDiff) and node.text("unit").lower() != "day":
            yield "date_diff of anything but 'day' (write 12 * year(b) + month(b) - 12 * year(a) - month(a))"
        elif isinstance(node, exp.Func) and node.key not in ALIKE:
            yield f"{node.sql('duckdb').partition('(')[0].lower()}(…)"


def _subtracted(tree: exp.Expr, columns: Mapping[str, str]) -> Iterator[str]:
    """Dates taken from dates: days on DuckDB, an interval on Spark."""
    from sqlglot import exp

    for node in tree.find_all(exp.Sub):
        sides = [side.unnest() for side in (node.left, node.right)]
        if all(_type(side, columns) == "date" for side in sides):
            first, second = (side.sql("duckdb") for side in sides)
            yield f"{first} - {second} (write date_diff('day', {second}, {first}))"


def _recast(tree: exp.Expr, columns: Mapping[str, str]) -> Iterator[str]:
    """Fractions made integers, of which DuckDB makes the nearest one and Spark cuts off, or made texts."""
    from sqlglot import exp

    for node in tree.find_all(exp.Cast):
        if node.to.is_type(*exp.DataType.INTEGER_TYPES) and _is_fraction(node.this, columns):
            yield f"{node.sql('duckdb')} (write round(…) around the fraction)"
        elif node.to.is_type(*exp.DataType.TEXT_TYPES) and _is_fraction(node.this, columns):
            yield f"{node.sql('duckdb')} (a fraction as text)"


def _is_fraction(node: exp.Expr, columns: Mapping[str, str]) -> bool:
    """Whether a number may have a fraction, as far as it is written there."""
    from sqlglot import exp

    whole = (exp.Round, exp.Ceil, exp.Floor, exp.Count, exp.Predicate, exp.Not)
    parts = node.walk(prune=lambda part: isinstance(part, whole))
    return any(
        isinstance(part, (exp.Div, exp.Avg, exp.Median)) or _type(part, columns) == "double"
        for part in parts
        if not isinstance(part, whole)
    )


def _type(node: exp.Expr, columns: Mapping[str, str]) -> str:
    """The type of a column or cast; blank where it is not known, or the part is something else."""
    from sqlglot import exp

    if isinstance(node, exp.Cast):
        return str(node.to.sql("duckdb")).lower()
    return columns.get(node.name, "").lower() if isinstance(node, exp.Column) else ""


def _has_tilde(sql: str) -> bool:
    """Whether a text is matched with ``~``: the whole of it on DuckDB, any part of it on Spark."""
    from sqlglot import TokenType, tokenize

    return any(
        token.token_type == TokenType.TILDE or token.text == "~" for token in tokenize(sql, read="duckdb")
    )


def _put_right(node: exp.Expr, given: Mapping[str, object]) -> exp.Expr:
    """One part of a statement as Spark has to be told it."""
    from sqlglot import exp

    if isinstance(node, exp.Placeholder) and node.name in given:
        value = exp.convert(given[node.name])
        # A number with a point is a decimal to Spark where it is written, and was a double where it was given.
        return exp.cast(value, "double") if isinstance(given[node.name], float) else value
    if isinstance(node, exp.Div):
        return _divided(node)
    if isinstance(node, exp.IgnoreNulls) and isinstance(node.this, exp.AnyValue):
        return exp.Anonymous(this="any_value", expressions=[node.this.this, exp.true()])
    if isinstance(node, exp.Log) and node.this.name in ("2", "10"):
        return exp.Anonymous(this=f"log{node.this.name}", expressions=[node.expression])
    if isinstance(node, exp.Median):
        return exp.Anonymous(this="percentile", expressions=[node.this, exp.Literal.number("0.5")])
    if isinstance(node, exp.RegexpFullMatch):
        whole = exp.Concat(
            expressions=[exp.Literal.string(r"^(?:"), node.expression, exp.Literal.string(r")\z")]
        )
        return exp.RegexpLike(this=node.this, expression=whole)
    if isinstance(node, exp.Select):
        return _in_step(node)
    return node


def _divided(node: exp.Div) -> exp.Expr:
    """A quotient: of doubles whatever stands on both sides, and infinite where the divisor is nought."""
    from sqlglot import exp

    above, below = exp.cast(node.left.unnest(), "double"), node.right
    quotient = exp.Div(this=above, expression=below, typed=True, safe=False)
    if isinstance(below, exp.Nullif) or (below.is_number and below.to_py()):
        return exp.paren(quotient, copy=False)
    endless = exp.Mul(this=above.copy(), expression=exp.cast(exp.Literal.string("Infinity"), "double"))
    is_nought = exp.EQ(this=below.copy(), expression=exp.Literal.number(0))
    return exp.Case().when(is_nought, endless).else_(quotient)


def _in_step(select: exp.Select) -> exp.Select:
    """Lists unnested side by side: they go in step on DuckDB; Spark takes one such column, of structs."""
    from sqlglot import exp

    named = [
        one for one in select.selects if isinstance(one, exp.Alias) and isinstance(one.this, exp.Explode)
    ]
    if len(named) < 2:
        return select
    lists = [one.this.this for one in named]
    zipped = exp.Anonymous(this="inline", expressions=[exp.Anonymous(this="arrays_zip", expressions=lists)])
    both = exp.Aliases(this=zipped, expressions=[exp.to_identifier(one.alias) for one in named])
    select.set("expressions", [*(one for one in select.selects if one not in named), both])
    return select


@cache
def _spark() -> type[Dialect]:
    """Spark 4 takes QUALIFY as it is; sqlglot would take it apart, and lose columns of a star on the way."""
    from sqlglot import exp, transforms
    from sqlglot.dialects.spark import Spark
    from sqlglot.generators.spark import SparkGenerator

    select = transforms.preprocess(
        [transforms.eliminate_distinct_on, transforms.unnest_to_explode, transforms.any_to_exists]
    )

    class Generator(SparkGenerator):
        TRANSFORMS: ClassVar = {**SparkGenerator.TRANSFORMS, exp.Select: select}

    return type("Spark4", (Spark,), {"Generator": Generator})


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
