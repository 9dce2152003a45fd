"""The bare script that the load is held against: pandas reads, Great Expectations judges, pandas writes.

It knows this one file: its encoding, its titles, its types. It imports nothing of the project.
"""

from __future__ import annotations

import json
import sys
from typing import Any

COLUMNS = {
    "县区": "county_name", "乡镇": "township_name", "行政村": "village_name", "村代码": "village_code",
    "户编号": "household_code", "户主": "householder", "身份证号": "resident_id", "联系电话": "phone",
    "户类型": "household_type", "家庭人口": "people", "劳动力人数": "labourers", "住房结构": "house_type",
    "饮水来源": "water_source", "承包耕地面积（亩）": "arable_mu", "家庭总收入（元）": "income_yuan",
    "工资性收入（元）": "wage_yuan", "经营性收入（元）": "operating_yuan", "转移性收入（元）": "transfer_yuan",
    "登记日期": "registered_on", "备注": "remark",
}  # fmt: skip
_TEXT = ("村代码", "户编号", "身份证号", "联系电话")

EXPECTATIONS: tuple[tuple[str, str, str, dict[str, Any]], ...] = (
    ("missing", "village_code", "ColumnValuesToNotBeNull", {}),
    ("pattern", "village_code", "ColumnValuesToMatchRegex", {"regex": r"^\d{12}$"}),
    ("missing", "household_code", "ColumnValuesToNotBeNull", {}),
    ("pattern", "household_code", "ColumnValuesToMatchRegex", {"regex": r"^H\d{8}$"}),
    ("missing", "householder", "ColumnValuesToNotBeNull", {}),
    ("missing", "resident_id", "ColumnValuesToNotBeNull", {}),
    ("pattern", "resident_id", "ColumnValuesToMatchRegex", {"regex": r"^\d{17}[\dX]$"}),
    ("pattern", "phone", "ColumnValuesToMatchRegex", {"regex": r"^1\d{10}$"}),
    ("missing", "household_type", "ColumnValuesToNotBeNull", {}),
    ("not_allowed", "household_type", "ColumnValuesToBeInSet", {"value_set": ["一般户", "脱贫户", "监测户", "五保户"]}),
    ("missing", "people", "ColumnValuesToNotBeNull", {}),
    ("out_of_range", "people", "ColumnValuesToBeBetween", {"min_value": 1, "max_value": 20}),
    ("out_of_range", "labourers", "ColumnValuesToBeBetween", {"min_value": 0, "max_value": 20}),
    ("not_allowed", "house_type", "ColumnValuesToBeInSet", {"value_set": ["砖混", "砖木", "框架", "土木"]}),
    ("not_allowed", "water_source", "ColumnValuesToBeInSet", {"value_set": ["自来水", "井水", "山泉水"]}),
    ("out_of_range", "arable_mu", "ColumnValuesToBeBetween", {"min_value": 0, "max_value": 500}),
    ("missing", "income_yuan", "ColumnValuesToNotBeNull", {}),
    ("out_of_range", "income_yuan", "ColumnValuesToBeBetween", {"min_value": 0, "max_value": 5_000_000}),
    ("out_of_range", "wage_yuan", "ColumnValuesToBeBetween", {"min_value": 0, "max_value": 5_000_000}),
    ("out_of_range", "operating_yuan", "ColumnValuesToBeBetween", {"min_value": -1_000_000, "max_value": 5_000_000}),
    ("out_of_range", "transfer_yuan", "ColumnValuesToBeBetween", {"min_value": 0, "max_value": 5_000_000}),
    ("missing", "registered_on", "ColumnValuesToNotBeNull", {}),
    ("duplicate_key", "household_code", "ColumnValuesToBeUnique", {}),
    ("labourers_within_people", "people", "ColumnPairValuesAToBeGreaterThanB", {"column_B": "labourers"}),
    ("wage_within_income", "income_yuan", "ColumnPairValuesAToBeGreaterThanB", {"column_B": "wage_yuan"}),
    ("transfer_within_income", "income_yuan", "ColumnPairValuesAToBeGreaterThanB", {"column_B": "transfer_yuan"}),
    ("operating_within_income", "income_yuan", "ColumnPairValuesAToBeGreaterThanB", {"column_B": "operating_yuan"}),
    ("one_household_each", "resident_id", "ColumnValuesToBeUnique", {}),
    ("income_plausible", "income_yuan", "ColumnValuesToBeBetween", {"max_value": 1_000_000}),
    ("arable_plausible", "arable_mu", "ColumnValuesToBeBetween", {"max_value": 100}),
    ("wage_needs_labour", "wage_yuan", "ColumnValuesToBeNull", {"row_condition": "labourers == 0 and wage_yuan > 0"}),
    ("registered_late_enough", "registered_on", "ColumnValuesToBeNull", {"row_condition": 'registered_on < "1980-01-01"'}),
    ("remark_short", "remark", "ColumnValueLengthsToBeBetween", {"max_value": 50}),
)  # fmt: skip
"""Rule, column, expectation, arguments: the 33 of ``household_ledger.yaml``."""


def run(source: str, target: str) -> dict[str, int]:
    """Read, judge, write.

    Args:
        source: The ledger, CSV in GB18030.
        target: Parquet file to write.

    Returns:
        Failing rows by ``rule column``; of rows that repeat a value, every one fails.
    """
    import great_expectations as gx
    import pandas as pd

    frame = pd.read_csv(
        source, encoding="gb18030", dtype=dict.fromkeys(_TEXT, "str"), parse_dates=["登记日期"]
    )
    frame = frame.rename(columns=COLUMNS)
    context = gx.get_context(mode="ephemeral")
    asset = context.data_sources.add_pandas("bare").add_dataframe_asset("ledger")
    batch = asset.add_batch_definition_whole_dataframe("all").get_batch({"dataframe": frame})
    suite = gx.ExpectationSuite("ledger", [_expectation(gx, *each) for each in EXPECTATIONS])
    how = {
        "result_format": "COMPLETE",
        "include_unexpected_rows": False,
        "return_unexpected_index_query": False,
    }
    outcome = batch.validate(suite, result_format=how)
    frame.to_parquet(target)
    counts = {}
    for result in outcome.results:
        config = result.expectation_config
        counts[config.meta["rule"] if config and config.meta else ""] = len(
            result.result["unexpected_index_list"] or ()
        )
    return counts


def _expectation(gx: Any, rule: str, column: str, kind: str, arguments: dict[str, Any]) -> Any:
    arguments = arguments | {"meta": {"rule": f"{rule} {column}"}}
    if "column_B" in arguments:
        arguments |= {"column_A": column, "or_equal": True, "ignore_row_if": "either_value_is_missing"}
    else:
        arguments["column"] = column
    if "row_condition" in arguments:
        arguments["condition_parser"] = "pandas"
    return getattr(gx.expectations, f"Expect{kind}")(**arguments)


if __name__ == "__main__":
    print(json.dumps(run(sys.argv[1], sys.argv[2])))
