"""What Spark is told of SQL written for DuckDB, and what is turned back because the engines would differ."""

from __future__ import annotations

import pytest

from warehouse.engines.spark_sql import Untranslatable, spark_type, to_spark, trouble

COLUMNS = {
    "built_on": "date",
    "paid_on": "date",
    "length_km": "double",
    "households": "bigint",
    "note": "varchar",
}


@pytest.mark.parametrize(
    ("sql", "said"),
    [
        ("from t select a", "SELECT a FROM t"),
        ("select a from t order by a", "SELECT a FROM t ORDER BY a NULLS LAST"),
        ("select any_value(a) filter (b > 1) from t", "SELECT ANY_VALUE(a, TRUE) FILTER(WHERE b > 1) FROM t"),
        ("select a from t qualify row_number() over (order by b desc) = 1",
         "SELECT a FROM t QUALIFY ROW_NUMBER() OVER (ORDER BY b DESC) = 1"),
        ("select households::varchar, log10(a) from t", "SELECT CAST(households AS STRING), LOG10(a) FROM t"),
        ("select regexp_full_match(a, '[0-9]+') from t", r"SELECT a RLIKE CONCAT('^(?:', '[0-9]+', ')\\z') FROM t"),
        ("select median(a) over (order by b rows between 3 preceding and 1 preceding) from t",
         "SELECT PERCENTILE(a, 0.5) OVER (ORDER BY b NULLS LAST rows BETWEEN 3 preceding AND 1 preceding) FROM t"),
    ],
)  # fmt: skip
def test_a_statement_is_said_in_sparks_words(sql: str, said: str) -> None:
    assert to_spark(sql) == said


def test_values_are_written_in_as_what_they_are() -> None:
    said = to_spark(
        "select $name as a, $share as b, $n as c", {"name": "老李's \\ 村", "share": 0.05, "n": 3}
    )
    assert said == r"SELECT '老李\'s \\ 村' AS a, CAST(0.05 AS DOUBLE) AS b, 3 AS c"


def test_lists_side_by_side_go_in_step() -> None:
    given = {"ids": ["a", "b"], "names": ["甲", "乙"]}
    said = to_spark("select unnest($ids::varchar[]) as id, 7 as n, unnest($names::varchar[]) as name", given)
    assert "EXPLODE" not in said
    assert said.endswith(
        "INLINE(ARRAYS_ZIP(CAST(ARRAY('a', 'b') AS ARRAY<STRING>), CAST(ARRAY('甲', '乙') AS ARRAY<STRING>))) AS (id, name)"
    )


def test_a_quotient_is_one_of_doubles_and_endless_where_the_divisor_is_nought() -> None:
    assert to_spark("select a / nullif(b, 0)") == "SELECT (CAST(a AS DOUBLE) / NULLIF(b, 0))"
    said = to_spark("select a / b / 2")
    assert said.count("CASE WHEN b = 0 THEN CAST(a AS DOUBLE) * CAST('Infinity' AS DOUBLE)") == 1
    assert said.endswith(" / 2)")


def test_types_have_their_names_in_spark() -> None:
    kinds = ("VARCHAR", "DECIMAL(38,6)", "DOUBLE", "BIGINT", "VARCHAR[]", "TIMESTAMP WITH TIME ZONE")
    assert [spark_type(kind) for kind in kinds] == [
        "STRING", "DECIMAL(38, 6)", "DOUBLE", "BIGINT", "ARRAY<STRING>", "TIMESTAMP",
    ]  # fmt: skip


@pytest.mark.parametrize("sql", ["select (", "select 1; select 2", ""])
def test_what_is_not_one_statement_cannot_be_said(sql: str) -> None:
    with pytest.raises(Untranslatable):
        to_spark(sql)


@pytest.mark.parametrize(
    ("sql", "named"),
    [
        ("select jaccard(note, 'x') from t", "jaccard(…)"),
        ("select note ~ '[0-9]+' from t", "regexp_full_match"),
        ("select paid_on - built_on from t", "write date_diff('day', built_on, paid_on)"),
        ("select note::date - date '2025-01-01' from t", "write date_diff('day', "),
        ("select length_km::bigint from t", "write round(…)"),
        ("select (households / 3)::int from t", "write round(…)"),
        ("select length_km::varchar from t", "a fraction as text"),
        ("select list_transform([1], x -> x + 1)", "x -> …"),
        ("select distinct on (note) note from t", "distinct on"),
        ("select note similar to 'a' from t", "similar to"),
        ("select random()", "random(…)"),
        ("select date_diff('month', built_on, paid_on) from t", "anything but 'day'"),
    ],
)
def test_what_the_engines_would_answer_otherwise_is_turned_back(sql: str, named: str) -> None:
    assert named in str(trouble(sql, COLUMNS))


@pytest.mark.parametrize(
    "sql",
    [
        "select date_diff('day', built_on, paid_on) > 30 from t",
        "select built_on - interval 1 month, year(built_on) - 1 from t",
        "select round(length_km)::bigint, (length_km > 2)::int, (note is not null)::int, households::int from t",
        "select households::varchar, note::date, coalesce(note, '') from t where regexp_matches(note, '^村')",
        "select sum(households) filter (note = 'x'), arg_max(note, built_on) from t group by all",
    ],
)
def test_what_they_answer_alike_is_taken(sql: str) -> None:
    assert trouble(sql, COLUMNS) is None
