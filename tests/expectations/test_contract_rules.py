"""Every rule of every contract, run by Great Expectations: it flags the row it is for, and leaves a clean row alone."""

from __future__ import annotations

import os
from typing import Any
from uuid import uuid4

import pandas as pd
import pytest

from expectations.contracts.model import Contract, Rule
from expectations.contracts.reading import load_contracts

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*row_condition.*:DeprecationWarning", "ignore:.*condition_parser.*:DeprecationWarning"
)

CONTRACTS = load_contracts()
BORN = {"resident_id_birth_date": "1970-01-01"}
PLACE = {
    "county_name": "长山县",
    "township_name": "清河镇",
    "village_name": "东岭村",
    "region_code": "990101101201",
    "submission_id": "s1",
}

CLEAN: dict[str, dict[str, Any]] = {
    "toilet_ledger": {
        **PLACE, **BORN, "period": "2025-06", "householder": "甲", "resident_id": "460322197001010019", "reform_year": 2025,
        "toilet_type": "三格式", "completed_on": "2025-05-20", "accepted_on": "2025-06-10", "subsidy_yuan": 1500.0,
        "problem": "漏水", "rectification": "已整改", "use_status": "正常使用",
    },
    "road_segments": {
        **PLACE, "period": "2025-06", "route_code": "C001990101", "admin_class": "村道", "start_km": 0.0, "end_km": 3.25,
        "length_km": 3.25, "maintained_km": 3.25, "roadbed_width_m": 6.5, "surface_width_m": 5.5, "technical_class": "四级",
        "surface_type": "水泥混凝土", "built_year": 2025, "completed_on": "2025-05-01", "accepted_on": "2025-06-01",
    },
    "student_status": {
        **PLACE, "period": "2025-03", "student_name": "甲", "resident_id": "460322201501010014", "resident_id_birth_date": "2015-01-01",
        "school": "清河镇中心小学", "stage": "小学", "attendance": "走读", "is_age_6_15": True, "is_disabled": False,
        "student_number": "G460322201501010014",
    },
    "student_grants": {
        **PLACE, "period": "2025-03", "grant_kind": "生活补助", "grant_yuan": 625.0, "paid_on": "2025-10-30", "student_name": "甲",
        "resident_id": "460322201501010014", "resident_id_birth_date": "2015-01-01", "student_number": "G460322201501010014",
    },
    "monitored_households": {
        **PLACE, **BORN, "period": "2025-06", "household_number": "1", "resident_id": "460322197001010019", "household_size": 4,
        "monitored_type": "边缘易致贫户", "identified_on": "2025-03-12", "wage_income_yuan": 20000.0, "business_income_yuan": 8000.0,
        "property_income_yuan": 1000.0, "transfer_income_yuan": 5000.0, "business_cost_yuan": 2000.0, "net_income_yuan": 32000.0,
        "per_capita_income_yuan": 8000.0, "measures": "公益岗位", "assisted_on": "2025-03-20", "is_risk_cleared": True,
        "cleared_on": "2025-06-20",
    },
    "grain_plots": {
        **PLACE, "period": "2025-12", "plot_number": "12", "crop": "中稻", "plot_area_mu": 4.0, "area_mu": 3.5, "yield_kg_per_mu": 520.0,
        "output_kg": 1820.0, "machine_ploughed_mu": 3.5, "machine_sown_mu": 3.5, "machine_harvested_mu": 3.5,
        "harvested_on": "2025-09-20",
    },
    "cooperatives": {
        **PLACE, "period": "2025-06", "credit_code": "93990101MA0000001Q", "cooperative_name": "甲", "registered_on": "2015-03-01",
        "members": 56, "annual_report_status": "已年报", "operating_status": "正常运行",
    },
    "household_register": {**PLACE, "period": "2025-06", "households": 341, "population": 1260, "male": 640, "female": 620},
    "satisfaction_survey": {
        **PLACE, "period": "2025-06", "respondent_number": "Q1", "surveyed_on": "2025-05-18", "minutes": 12.0, "age": 45,
        "awareness": 4, "support": 5, "satisfaction": 4, "satisfaction_industry": 4, "satisfaction_environment": 4,
        "satisfaction_culture": 4, "satisfaction_governance": 4, "satisfaction_livelihood": 4,
    },
    "rural_statistics": {
        **PLACE, "period": "2025-12", "form": "农业生产条件", "region_name": "清河镇", "indicator_code": "01", "indicator": "耕地面积",
        "item": "数值", "basis": "本年", "unit": "亩", "value": 1250.0, "cell": "D17",
    },
    "self_assessment": {
        **PLACE, "period": "2025-12", "indicator": "卫生厕所普及率", "claimed_unit": "%", "claimed_value": 92.5, "full_score": 20.0,
        "claimed_score": 19.0,
    },
    "village_profile": {
        **PLACE, "period": "2025-12", "has_plan": True, "is_head_secretary": True, "has_rules": True,
        "tap_water_households": 330, "insured_people": 1241, "natural_villages": 6,
        "paved_natural_villages": 6, "collective_income_yuan": 126000.0, "contracted_mu": 1800.0, "transferred_mu": 720.0,
    },
    "farmland_projects": {
        **PLACE, "period": "2025-12", "project_number": "GB-2025-003", "plot_number": "7", "project_year": 2025,
        "build_kind": "新建", "planned_mu": 1260.0, "built_mu": 1255.0, "started_on": "2025-02-10", "completed_on": "2025-09-20",
        "accepted_on": "2025-11-05",
    },
    "survey_plan": {**PLACE, "period": "2025-09", "planned_interviews": 15, "drawn_from": 341, "method": "随机"},
    "statistics_bureau": {
        **PLACE, "period": "2025-12", "indicator": "城乡居民收入比", "stated_value": 1.92, "stated_unit": "倍",
    },
    "field_checks": {**PLACE, "period": "2025-12", "check_number": "5F0C2A-001", "verdict": "属实"},
    "village_poverty_report": {
        **PLACE, "period": "2012-12", "register_households": 47, "register_people": 156, "reported_households": 47,
        "reported_people": 156, "expected_out_households": 38,
    },
}  # fmt: skip

BREAKS: dict[tuple[str, str], dict[str, Any]] = {
    ("toilet_ledger", "accepted_after_completed"): {"accepted_on": "2025-05-01"},
    ("toilet_ledger", "born_before_completed"): {"resident_id_birth_date": "2025-06-01"},
    ("toilet_ledger", "householder_adult"): {"resident_id_birth_date": "2012-06-01"},
    ("toilet_ledger", "completed_in_reform_year"): {"reform_year": 2024},
    ("toilet_ledger", "completed_by_period"): {"completed_on": "2025-07-02"},
    ("toilet_ledger", "accepted_by_period"): {"accepted_on": "2025-07-02"},
    ("toilet_ledger", "subsidy_plausible"): {"subsidy_yuan": 15000.0},
    ("toilet_ledger", "problem_has_rectification"): {"rectification": None},
    ("road_segments", "chainage_in_order"): {"end_km": 0.0},
    ("road_segments", "chainage_matches_length"): {"length_km": 3.6},
    ("road_segments", "maintained_within_length"): {"maintained_km": 4.0},
    ("road_segments", "surface_within_roadbed"): {"surface_width_m": 7.0},
    ("road_segments", "letter_fits_admin_class"): {"admin_class": "县道"},
    ("road_segments", "width_fits_technical_class"): {"technical_class": "二级"},
    ("road_segments", "accepted_after_completed"): {"accepted_on": "2025-04-01"},
    ("road_segments", "completed_by_period"): {"completed_on": "2025-07-01"},
    ("road_segments", "completed_in_built_year"): {"completed_on": "2024-05-01"},
    ("road_segments", "new_classed_road_is_paved"): {"surface_type": "无路面"},
    ("student_status", "school_or_reason"): {"school": None},
    ("student_status", "school_without_reason"): {"absence_reason": "休学"},
    ("student_status", "age_answer_matches_id"): {"is_age_6_15": False},
    ("student_status", "student_number_matches_id"): {"student_number": "G460322201501010022"},
    ("student_status", "born_before_term"): {"resident_id_birth_date": "2025-05-01"},
    ("student_status", "stage_fits_age"): {"resident_id_birth_date": "2001-01-01"},
    ("student_status", "disabled_has_certificate"): {"is_disabled": True},
    ("student_grants", "grant_plausible"): {"grant_yuan": 62500.0},
    ("student_grants", "grant_not_zero"): {"grant_yuan": 0.0},
    ("student_grants", "paid_not_before_term"): {"paid_on": "2025-01-20"},
    ("student_grants", "paid_soon_after_term"): {"paid_on": "2025-11-02"},
    ("student_grants", "student_number_matches_id"): {"student_number": "G460322201501010022"},
    ("student_grants", "born_before_term"): {"resident_id_birth_date": "2025-05-01"},
    ("monitored_households", "cleared_after_identified"): {"cleared_on": "2025-03-01"},
    ("monitored_households", "assisted_after_identified"): {"assisted_on": "2025-03-01"},
    ("monitored_households", "cleared_after_assisted"): {"cleared_on": "2025-03-15"},
    ("monitored_households", "cleared_has_date"): {"cleared_on": None},
    ("monitored_households", "date_only_when_cleared"): {"is_risk_cleared": False},
    ("monitored_households", "identified_by_period"): {"identified_on": "2025-07-01"},
    ("monitored_households", "cleared_by_period"): {"cleared_on": "2025-07-01"},
    ("monitored_households", "income_parts_sum"): {"wage_income_yuan": 26000.0},
    ("monitored_households", "per_capita_income"): {"household_size": 5},
    ("monitored_households", "income_above_line"): {
        "per_capita_income_yuan": 80000.0,
        "is_risk_cleared": False,
    },
    ("monitored_households", "assisted_has_date"): {"assisted_on": None},
    ("monitored_households", "household_size_plausible"): {"household_size": 16},
    ("grain_plots", "sown_within_plot"): {"area_mu": 35.0},
    ("grain_plots", "output_is_area_times_yield"): {"output_kg": 3640.0},
    ("grain_plots", "yield_plausible"): {"yield_kg_per_mu": 1040.0},
    ("grain_plots", "ploughed_within_sown"): {"machine_ploughed_mu": 3.6},
    ("grain_plots", "machine_sown_within_sown"): {"machine_sown_mu": 3.6},
    ("grain_plots", "harvested_within_sown"): {"machine_harvested_mu": 3.6},
    ("grain_plots", "harvested_by_period"): {"harvested_on": "2026-01-02"},
    ("cooperatives", "members_enough"): {"members": 4},
    ("cooperatives", "operating_reports"): {"annual_report_status": "未年报"},
    ("cooperatives", "registered_by_period"): {"registered_on": "2025-07-01"},
    ("cooperatives", "registered_plausible"): {"registered_on": "1905-03-01"},
    ("household_register", "people_cover_households"): {"population": 300},
    ("household_register", "household_size_plausible"): {"population": 12600},
    ("household_register", "sexes_sum"): {"male": 630},
    ("satisfaction_survey", "respondent_adult"): {"age": 12},
    ("satisfaction_survey", "long_enough"): {"minutes": 1.0},
    ("satisfaction_survey", "surveyed_by_period"): {"surveyed_on": "2025-07-01"},
    ("satisfaction_survey", "satisfaction_agrees_with_items"): {
        f"satisfaction_{item}": 1
        for item in ("industry", "environment", "culture", "governance", "livelihood")
    },
    ("self_assessment", "score_within_full"): {"claimed_score": 21.0},
    ("self_assessment", "rate_within_hundred"): {"claimed_value": 192.5},
    ("rural_statistics", "below_zero"): {"value": -3.0},
    ("village_profile", "paved_within_natural_villages"): {"paved_natural_villages": 7},
    ("village_profile", "transferred_within_contracted"): {"transferred_mu": 10800.0},
    ("village_profile", "collective_income_plausible"): {"collective_income_yuan": 126e7},
    ("farmland_projects", "accepted_after_completed"): {"accepted_on": "2025-09-01"},
    ("farmland_projects", "accepted_has_completed"): {"completed_on": None},
    ("farmland_projects", "completed_by_period"): {"completed_on": "2026-01-10"},
    ("farmland_projects", "accepted_by_period"): {"accepted_on": "2026-01-10"},
    ("farmland_projects", "built_within_planned"): {"built_mu": 18900.0},
    ("survey_plan", "planned_within_frame"): {"planned_interviews": 350},
    ("statistics_bureau", "usual_unit"): {"indicator": "农业劳动生产率", "stated_unit": "元/人"},
    ("statistics_bureau", "income_ratio_plausible"): {"indicator": "城乡居民收入比", "stated_value": 0.52},
    ("statistics_bureau", "value_above_zero"): {"stated_value": -1.0},
    ("village_poverty_report", "register_people_cover_households"): {"register_people": 40},
    ("village_poverty_report", "reported_people_cover_households"): {"reported_people": 40},
    ("village_poverty_report", "reported_household_size"): {"reported_households": 5, "reported_people": 182},
    ("village_poverty_report", "register_household_size"): {"register_people": 1560},
    ("village_poverty_report", "expected_out_within_reported"): {"expected_out_households": 380},
}
TWINS = {"one_row_per_village", "one_row_per_indicator", "reported_twice"}
"""Rules that a second, equal row breaks."""

ONE_ROW_EACH = sorted(
    name for name, contract in CONTRACTS.items() if TWINS & {rule.name for rule in contract.rules}
)

TYPES = {
    "string": "str",
    "integer": "Int64",
    "number": "float64",
    "date": "datetime64[us]",
    "boolean": "boolean",
}


def frame(contract: Contract, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows as conforming hands them to validation."""
    types = {column.name: TYPES[column.type] for column in contract.columns}
    types |= {f"{c.name}_birth_date": "datetime64[us]" for c in contract.columns if c.kind == "resident_id"}
    types |= {"region_code": "str", "period": "str", "submission_id": "str"}
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=kind) for name, kind in types.items()}
    )


@pytest.fixture(scope="module")
def asset() -> Any:
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = {"globally": False}
    return context.data_sources.add_pandas("p").add_dataframe_asset("a")


def flagged(asset: Any, data: pd.DataFrame, rules: tuple[Rule, ...]) -> dict[str, list[int]]:
    """Positions each rule flags, by rule."""
    import great_expectations as gx
    from great_expectations.expectations.registry import get_expectation_impl

    # One name each for the life of the asset: an address may come back once its frame is gone.
    name = f"batch{uuid4().hex}"
    batch = asset.add_batch_definition_whole_dataframe(name).get_batch({"dataframe": data})
    expectations = [
        get_expectation_impl(rule.expectation)(**rule.kwargs, meta={"name": rule.name}) for rule in rules
    ]
    suite = gx.ExpectationSuite(name, expectations=expectations)
    result = batch.validate(suite, result_format={"result_format": "COMPLETE"})
    for outcome in result.results:
        assert not (outcome.exception_info or {}).get("raised_exception"), outcome
    return {
        outcome.expectation_config.meta["name"]: sorted(outcome.result.get("unexpected_index_list") or [])
        for outcome in result.results
    }


def test_every_rule_has_a_row_that_breaks_it() -> None:
    written = {(name, rule.name) for name, contract in CONTRACTS.items() for rule in contract.rules}
    assert {pair for pair in written if pair[1] not in TWINS} == set(BREAKS)


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_rules_flag_what_they_are_for_and_nothing_in_a_clean_row(asset: Any, dataset: str) -> None:
    contract, clean = CONTRACTS[dataset], CLEAN[dataset]
    breaks = [(rule, change) for (name, rule), change in BREAKS.items() if name == dataset]
    rows = [
        clean,
        *(
            {**clean, "indicator": str(n), **change, "region_code": f"x{n}"}
            for n, (_, change) in enumerate(breaks)
        ),
    ]
    found = flagged(asset, frame(contract, rows), contract.rules)
    for position, (rule, _) in enumerate(breaks, start=1):
        assert position in found[rule], rule
    assert {rule for rule, positions in found.items() if 0 in positions} == set()


@pytest.mark.parametrize("dataset", sorted(CONTRACTS))
def test_blank_optional_cells_break_no_rule(asset: Any, dataset: str) -> None:
    contract = CONTRACTS[dataset]
    kept = {column.name for column in contract.columns if column.required} | {
        "region_code",
        "period",
        "submission_id",
    }
    row = {name: value for name, value in CLEAN[dataset].items() if name in kept}
    found = flagged(asset, frame(contract, [row]), contract.rules)
    expected = {"school_or_reason"} if dataset == "student_status" else {"cleared_has_date"} & set(found)
    assert {rule for rule, positions in found.items() if positions} <= expected


@pytest.mark.parametrize("dataset", ONE_ROW_EACH)
def test_a_second_row_for_the_same_unit_is_flagged(asset: Any, dataset: str) -> None:
    found = flagged(
        asset, frame(CONTRACTS[dataset], [CLEAN[dataset], CLEAN[dataset]]), CONTRACTS[dataset].rules
    )
    assert [positions for rule, positions in found.items() if rule in TWINS] == [[0, 1]]


@pytest.mark.parametrize("dataset", ONE_ROW_EACH)
def test_the_same_unit_in_two_submissions_is_no_twin(asset: Any, dataset: str) -> None:
    again = {**CLEAN[dataset], "submission_id": "s2"}
    found = flagged(asset, frame(CONTRACTS[dataset], [CLEAN[dataset], again]), CONTRACTS[dataset].rules)
    assert [positions for rule, positions in found.items() if rule in TWINS] == [[]]
