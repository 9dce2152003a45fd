"""Indicator files: what is wrong shows with file and line before a load meets it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from warehouse.definitions import DefinitionError
from warehouse.indicators import Indicator, lint_indicators, load_indicators
from warehouse.relations import Source

GOOD = """\
id: paved_rate
title: 铺装率
dimension: 生态宜居
unit: '%'
kind: ratio
direction: higher
scale: 100
numerator: select as_of, region_code, paved_km as value from roads_as_of
denominator: select as_of, region_code, length_km as value from roads_as_of
description: 口径
source: 规则
"""
SOURCES = {
    "roads": Source(
        "B",
        "snapshot",
        columns={"paved_km": "double", "length_km": "double", "paved_percent": "double"},
        rates=frozenset({"paved_percent"}),
    )
}


def problems(folder: Path, text: str) -> list[str]:
    path = folder / "one.yaml"
    path.write_text(text, encoding="utf-8")
    return [str(problem).removeprefix(f"{folder}/") for problem in lint_indicators([folder], SOURCES)]


def test_a_good_file_has_no_problem(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD) == []


def test_a_total_of_rates_is_refused(tmp_path: Path) -> None:
    text = GOOD.replace("kind: ratio", "kind: sum").replace("denominator:", "# denominator:")
    assert "does not add up over regions" in problems(tmp_path, text)[0]


def test_a_rate_column_added_up_inside_a_ratio_is_refused_at_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("paved_km as value", "paved_percent as value"))
    assert len(found) == 1
    assert found[0].startswith("one.yaml:8: numerator: paved_percent is a rate")


def test_a_misspelt_column_is_found_at_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("length_km", "lenght_km"))
    assert found[0].startswith("one.yaml:9: denominator:")
    assert "lenght_km" in found[0]


def test_what_only_one_engine_knows_is_refused_at_its_line(tmp_path: Path) -> None:
    found = problems(tmp_path, GOOD.replace("length_km as value", "gamma(length_km) as value"))
    assert len(found) == 1
    assert found[0].startswith(
        "one.yaml:9: denominator: not known to be the same on DuckDB and on Spark: gamma(…)"
    )


def test_a_dataset_without_contract_is_found(tmp_path: Path) -> None:
    assert "no contract for rails" in problems(tmp_path, GOOD.replace("roads_as_of", "rails_as_of"))[0]


def test_a_statement_without_a_dataset_is_found(tmp_path: Path) -> None:
    assert "reads no dataset" in problems(tmp_path, GOOD.replace("roads_as_of", "roads"))[0]


@pytest.mark.parametrize(
    "sql",
    [
        "select as_of, region_code, length_km as value from roads_as_of cross join read_csv('/etc/passwd')",
        "select as_of, region_code, length_km as value from roads_as_of, '/etc/passwd.csv'",
        "copy (from roads_as_of) to '/tmp/roads.csv'",
        "with gone as (delete from regions returning 1) select as_of, region_code, 1 as value from roads_as_of",
        "select as_of, region_code, 1 as value from roads_as_of), gone as (delete from regions returning 1",
        "select as_of, region_code, 1 as value from roads_as_of; drop table regions",
    ],
)
def test_sql_that_does_more_than_read_datasets_is_refused_at_its_line(tmp_path: Path, sql: str) -> None:
    found = problems(
        tmp_path,
        GOOD.replace("select as_of, region_code, length_km as value from roads_as_of", f'"{sql}"'),
    )
    assert len(found) == 1
    assert found[0].startswith("one.yaml:9: denominator: ")


def test_a_missing_side_and_an_unknown_field_are_found(tmp_path: Path) -> None:
    assert "needs denominator" in problems(tmp_path, GOOD.replace("denominator:", "# denominator:"))[0]
    found = problems(tmp_path, GOOD + "colour: 3\n")
    assert found == ["one.yaml:12: colour: Extra inputs are not permitted"]


def test_a_key_given_twice_is_found_at_the_second(tmp_path: Path) -> None:
    assert problems(tmp_path, GOOD + "unit: 户\n") == ["one.yaml:12: unit is given twice; keep one of them"]


def test_broken_yaml_is_found_with_its_line(tmp_path: Path) -> None:
    assert problems(tmp_path, "id: a\ntitle: [\n")[0].startswith("one.yaml:3: not YAML")


def test_two_files_with_one_id_are_found(tmp_path: Path) -> None:
    (tmp_path / "two.yaml").write_text(GOOD, encoding="utf-8")
    assert "is also in" in problems(tmp_path, GOOD)[0]
    with pytest.raises(DefinitionError, match="rename one of them"):
        load_indicators([tmp_path])


def test_a_citys_own_folder_replaces_a_built_in_definition(tmp_path: Path) -> None:
    own, built_in = tmp_path / "own", tmp_path / "built_in"
    for folder, title in ((built_in, "铺装率"), (own, "本市铺装率")):
        folder.mkdir()
        (folder / "one.yaml").write_text(GOOD.replace("铺装率", title), encoding="utf-8")
    loaded = load_indicators([built_in, own])
    assert loaded["paved_rate"].title == "本市铺装率"
    assert loaded["paved_rate"].inputs == ("roads",)


def test_the_digest_follows_what_is_said_and_not_the_layout(tmp_path: Path) -> None:
    path = tmp_path / "one.yaml"
    digests = []
    for text in (GOOD, f"# note\n{GOOD}", GOOD.replace("scale: 100", "scale: 1")):
        path.write_text(text, encoding="utf-8")
        digests.append(load_indicators([tmp_path])["paved_rate"].digest)
    assert digests[0] == digests[1] != digests[2]


def test_a_target_can_differ_by_region_be_zero_or_not_apply() -> None:
    import yaml

    one = Indicator.model_validate(
        {**yaml.safe_load(GOOD), "target": 90, "targets": {"990101000000": None, "990102000000": 0}}
    )
    assert [one.target_for(f"99010{n}000000") for n in (1, 2, 3)] == [None, 0, 90]


def test_the_json_schema_beside_the_definitions_is_the_models() -> None:
    path = Path(__file__).parents[2] / "warehouse" / "indicators" / "indicator.schema.json"
    assert json.loads(path.read_text(encoding="utf-8")) == Indicator.model_json_schema()


def test_the_built_in_set_covers_every_dimension() -> None:
    indicators = load_indicators()
    assert len(indicators) >= 60
    assert {one.dimension for one in indicators.values()} == {
        "产业兴旺", "生态宜居", "乡风文明", "治理有效", "生活富裕", "主体评价", "过程",
    }  # fmt: skip


OTHER = """\
id: counted_rate
title: 另一来源的铺装率
dimension: 生态宜居
unit: '%'
kind: ratio
direction: higher
scale: 100
numerator: select as_of, region_code, paved_km as value from counts_as_of
denominator: select as_of, region_code, length_km as value from counts_as_of
description: 口径
source: 规则
"""


@pytest.mark.parametrize(
    ("rule", "other", "said"),
    [
        ("{indicator: counted_rate, tolerance: 5}", OTHER, None),
        ("{field_check: roads}", OTHER, None),
        (
            "{field_check: counts}",
            OTHER,
            "it does not read counts: visits to these records say nothing of it",
        ),
        ("{indicator: nowhere, tolerance: 5}", OTHER, "no other indicator is called nowhere"),
        ("{indicator: paved_rate, tolerance: 5}", OTHER, "no other indicator is called paved_rate"),
        (
            "{indicator: counted_rate, tolerance: 5}",
            OTHER.replace("unit: '%'", "unit: 倍"),
            "is in 倍, not in %",
        ),
        (
            "{indicator: counted_rate, tolerance: 5}",
            OTHER.replace("counts_as_of", "roads_as_of"),
            "reads roads too",
        ),
    ],
)
def test_what_is_to_corroborate_must_be_a_witness(
    tmp_path: Path, rule: str, other: str, said: str | None
) -> None:
    (tmp_path / "other.yaml").write_text(other, encoding="utf-8")
    (tmp_path / "one.yaml").write_text(f"{GOOD}corroborated_by:\n  - {rule}\n", encoding="utf-8")
    found = [str(problem) for problem in lint_indicators([tmp_path])]
    assert found == [] if said is None else [said in text for text in found] == [True]
