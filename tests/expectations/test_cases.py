"""Cases: what speaks of the same is one, what does not is not, and a case lives on from load to load."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pyarrow as pa
import pytest

from expectations.cases import Known, Schemes, Tables, cases
from expectations.cases.certainty import calibration
from expectations.cases.stake import MUCH_POINTS
from expectations.contracts.reading import load_contracts
from expectations.reconciliations import load_reconciliations
from warehouse import schemas
from warehouse.indicators import load_indicators
from warehouse.ledger import CaseDecision

KNOWN = Known(load_contracts(), load_indicators(), load_reconciliations())
NOW = dt.datetime(2031, 3, 4, 5, 6, tzinfo=dt.UTC)
LATER = NOW + dt.timedelta(days=9)
COUNTIES = [f"7701{number:02}000000" for number in range(1, 9)]
COUNTY = COUNTIES[0]
TOWNS = [f"{COUNTY[:6]}1{number:02}000" for number in range(8)]
TOWN = TOWNS[0]


def village(town: str, number: int) -> str:
    return f"{town[:9]}2{number:02}"


VILLAGES = [village(TOWN, number) for number in range(6)]


def regions() -> pa.Table:
    rows = [{"region_code": code, "name": f"县{code[4:6]}", "level": "county"} for code in COUNTIES]
    rows += [{"region_code": code, "name": f"镇{code[6:9]}", "level": "township"} for code in TOWNS]
    rows += [
        {"region_code": village(town, n), "name": f"村{n}", "level": "village"}
        for town in TOWNS
        for n in range(6)
    ]
    return pa.Table.from_pylist(rows, schema=schemas.REGIONS)


def anomaly(detector: str, region: str, period: str = "2030-06", **given: Any) -> dict[str, Any]:
    row = {
        "detector": detector,
        "dataset": "toilet_ledger",
        "indicator": None,
        "region_code": region,
        "period": period,
        "score": 9.0,
        "n": 60,
        "value": 40.0,
        "expected": 0.0,
        "message": "看到了什么",
        "subject": "",
        "records": [],
        "p": None,
        **given,
    }
    return row | {
        "anomaly_id": f"{detector}{row['dataset']}{row['indicator']}{region}{period}{row['subject']}"
    }


def differs(name: str, region: str, left: float, right: float, period: str = "2030-06") -> dict[str, Any]:
    return {
        "reconciliation": name,
        "region_code": region,
        "period": period,
        "left_value": left,
        "operator": "≤",
        "right_value": right,
        "gap": left - right,
        "agrees": False,
        "instruction": "请核对。",
        "importance": "high",
    }


def finding(rule: str, region: str, row: int, period: str = "2030-06", **given: Any) -> dict[str, Any]:
    return {
        "finding_id": f"{rule}{region}{row}",
        "submission_id": "S1",
        "dataset": "monitored_households",
        "region_code": region,
        "period": period,
        "sheet": "台账 一",
        "row": row,
        "rule": rule,
        "severity": "warning",
        "message": "先后不合。",
        "status": "open",
        **given,
    }


def made(
    *rows: dict[str, Any], before: pa.Table | None = None, now: dt.datetime = NOW, **given: Any
) -> list[dict[str, Any]]:
    return table(*rows, before=before, now=now, **given).to_pylist()


def table(
    *rows: dict[str, Any], before: pa.Table | None = None, now: dt.datetime = NOW, **given: Any
) -> pa.Table:
    def those(key: str, schema: pa.Schema) -> pa.Table:
        own = [{name: row.get(name) for name in schema.names} for row in rows if key in row]
        return pa.Table.from_pylist(own, schema=schema)

    tables = Tables(
        those("anomaly_id", schemas.ANOMALIES),
        those("reconciliation", schemas.RECONCILIATIONS),
        those("finding_id", schemas.FINDINGS),
        regions(),
        before=schemas.CASES.empty_table() if before is None else before,
    )
    tables = replace(tables, **given.pop("tables", {}))
    return cases(tables, KNOWN, now=now, **given)


# What speaks of the same


def test_two_villages_stay_two_and_three_are_their_township_s() -> None:
    two = made(*(anomaly("duplicates", code) for code in VILLAGES[:2]))
    assert [row["region_code"] for row in two] == VILLAGES[:2]
    (one,) = made(*(anomaly("duplicates", code) for code in VILLAGES[:3]))
    assert (one["region_code"], one["regions"]) == (TOWN, VILLAGES[:3])


def test_villages_of_different_townships_are_not_taken_together() -> None:
    rows = made(*(anomaly("duplicates", village(town, 0)) for town in TOWNS[:3]))
    assert len(rows) == 3


def test_a_county_takes_in_its_townships_and_no_other_county_s() -> None:
    other = f"{COUNTIES[1][:6]}100000"
    rows = made(
        *(
            differs("claim_vs_observation/sanitary_toilet_rate", code, 93, 71)
            for code in (COUNTY, *TOWNS, other)
        )
    )
    assert sorted((row["region_code"], len(row["evidence"])) for row in rows) == [(COUNTY, 9), (other, 1)]


def test_half_of_a_county_s_townships_are_the_county_s_and_fewer_are_not() -> None:
    few = made(*(anomaly("stale", code, p=1e-7) for code in TOWNS[:3]))
    assert [row["region_code"] for row in few] == TOWNS[:3]
    (one,) = made(*(anomaly("stale", code, p=1e-7) for code in TOWNS[1:5]))
    assert (one["region_code"], one["regions"]) == (COUNTY, TOWNS[1:5])


def test_months_that_follow_each_other_are_one_and_others_are_not() -> None:
    months = ["2030-01", "2030-03", "2030-07"]
    rows = made(*(anomaly("duplicates", TOWN, month) for month in months))
    assert sorted((row["period_from"], row["period_to"]) for row in rows) == [
        ("2030-01", "2030-03"),
        ("2030-07", "2030-07"),
    ]


def test_a_quarterly_ledger_s_quarters_follow_each_other() -> None:
    rows = [anomaly("falling", TOWN, month, dataset="road_segments") for month in ("2030-03", "2030-09")]
    assert len(made(*rows)) == 1


def test_different_kinds_of_one_dataset_are_different_cases() -> None:
    rows = made(anomaly("duplicates", TOWN), anomaly("year_end", TOWN, value=0.4, expected=0.03, p=1e-9))
    assert {row["kind"] for row in rows} == {"repeated", "rush"}


def test_what_names_the_same_rows_is_one_whatever_its_kind() -> None:
    names = [f"S1 {number} 表" for number in range(20)]
    rows = made(
        anomaly("duplicates", VILLAGES[0], records=names),
        anomaly("bunching", VILLAGES[0], records=names[:12], p=1e-8),
        anomaly("year_end", TOWN, records=[*names[15:], *(f"S2 {n} 表" for n in range(90))], p=1e-9),
    )
    assert [sorted(one.split("/")[0] for one in row["evidence"]) for row in rows] == [
        ["bunching", "duplicates"],
        ["year_end"],
    ]


def test_what_names_the_same_column_of_a_region_and_month_is_one() -> None:
    grain = {"dataset": "grain_plots", "subject": "area_mu"}
    rows = made(
        anomaly("last_digit", TOWN, value=0.9, expected=0.2, p=1e-9, **grain),
        anomaly("unit_scale", TOWN, value=700.0, expected=0.7, **grain),
        anomaly("unit_scale", TOWN, value=70.0, expected=0.7, **(grain | {"subject": "output_kg"})),
    )
    assert len(rows) == 1  # the second joins the first by its column, the third the second by its kind


def test_a_register_that_fell_and_ledgers_above_it_are_one() -> None:
    register = {"dataset": "household_register", "subject": "households"}
    (one,) = made(
        anomaly("shrunk_denominator", TOWN, value=310.0, expected=402.0, p=1e-6, **register),
        differs("toilets_within_households", VILLAGES[0], 120, 101),
        differs("tap_water_within_households", VILLAGES[1], 140, 117),
    )
    assert (one["kind"], one["region_code"], one["dataset"]) == ("households", TOWN, "household_register")
    assert one["certainty"] > max(
        made(differs("toilets_within_households", TOWN, 120, 101))[0]["certainty"], 0.8
    )


# What makes no case


def test_what_agrees_and_what_costs_the_unit_is_no_case() -> None:
    agrees = differs("toilets_within_households", TOWN, 90, 101) | {"agrees": True}
    unknown = differs("toilets_within_households", TOWN, 90, 101, "2030-09") | {"agrees": None}
    modest = differs("claim_vs_observation/sanitary_toilet_rate", COUNTY, 60, 71)
    assert made(agrees, unknown, modest) == []


def test_a_claim_a_unit_away_is_not_overclaimed() -> None:
    assert made(differs("claim_vs_observation/grain_output", COUNTY, 512_000, 511.3)) == []


def test_of_what_should_be_low_the_lower_claim_is_the_better() -> None:
    claim = "claim_vs_observation/year_end_crowding"
    assert [row["kind"] for row in made(differs(claim, COUNTY, 5, 31))] == ["overclaimed"]
    assert made(differs(claim, COUNTY, 31, 5)) == []


def test_one_date_out_of_order_is_a_slip_and_thirty_are_a_case() -> None:
    slips = [finding("cleared_after_assisted", VILLAGES[0], row) for row in range(30)]
    assert made(slips[0]) == []
    (one,) = made(*slips)
    assert (one["kind"], one["region_code"], one["records_count"]) == ("timelines", TOWN, 30)
    assert one["records"][0] == "S1 0 台账 一"
    assert made(*(slip | {"status": "corrected"} for slip in slips)) == []


def test_a_rule_of_data_quality_makes_no_case() -> None:
    assert made(*(finding("unknown_region", TOWN, row) for row in range(99))) == []


# What speaks against


def test_the_whole_city_alike_is_less_sure() -> None:
    alone = made(anomaly("duplicates", COUNTY))[0]
    alike = made(*(anomaly("duplicates", code) for code in COUNTIES))
    assert all(row["certainty"] < alone["certainty"] for row in alike)
    assert "8 个县区" in alike[0]["speaks_against"][0]


def test_few_values_a_correction_and_a_visit_speak_against() -> None:
    own = anomaly("stale", TOWN, n=4, value=4.0, expected=0.2, p=1e-4)
    sure = made(own | {"n": 50})[0]["certainty"]
    corrected = pa.Table.from_pylist(
        [{"dataset": "toilet_ledger", "region_code": COUNTY, "period": "2030-06", "corrections": 2}],
        schema=schemas.HAND_INS,
    )
    held = pa.Table.from_pylist(
        [{"sample": "s", "dataset": "toilet_ledger", "period": "2030-06", "region_code": COUNTY, "visited": 40, "value": 0.99}],
        schema=schemas.VERIFICATIONS,
    )  # fmt: skip
    (one,) = made(own, tables={"hand_ins": corrected})
    assert one["certainty"] < sure
    assert [text[:4] for text in one["speaks_against"]] == ["只有 4", "截止日后"]
    visited = made(own | {"n": 50}, tables={"verifications": held})
    assert visited == [] or visited[0]["certainty"] < sure / 1.5


def test_a_visit_that_found_untrue_rows_speaks_for() -> None:
    found = pa.Table.from_pylist(
        [{"sample": "s", "dataset": "toilet_ledger", "period": "2030-09", "region_code": TOWN, "visited": 20, "value": 0.4}],
        schema=schemas.VERIFICATIONS,
    )  # fmt: skip
    (one,) = made(anomaly("duplicates", TOWN), tables={"verifications": found})
    assert "40%" in one["speaks_for"][0]


# What is at stake


def scored(records: int = 400) -> Schemes:
    rows = [
        {
            "scheme": "main",
            "region_code": COUNTY,
            "objective": name,
            "part": "objective",
            "period": period,
            "points": points,
            "records": records,
        }
        for name, points in (("toilets", 6.0), ("roads", 5.0))
        for period in ("2030-05", "2030-06")
    ]
    named = {("main", "toilets"): "sanitary_toilet_rate", ("main", "roads"): "road_maintained_rate"}
    return Schemes(pa.Table.from_pylist(rows, schema=schemas.SCORES), named)


def test_points_are_those_of_the_records_in_question() -> None:
    (one,) = made(anomaly("duplicates", COUNTY), schemes=scored())
    assert one["stake_points"] == pytest.approx(6.0 * 40 / 400)
    assert one["importance"] == pytest.approx(one["certainty"], abs=0.001)
    assert one["stake_points"] >= MUCH_POINTS


def test_nothing_is_invented_where_nothing_is_known() -> None:
    (one,) = made(anomaly("duplicates", TOWN), schemes=scored())
    assert (one["stake"], one["stake_points"], one["stake_yuan"], one["crosses_target"]) == (None,) * 4
    assert one["importance"] < one["certainty"]


def test_a_claim_above_the_target_and_records_below_it_cross_it() -> None:
    target = KNOWN.indicators["sanitary_toilet_rate"].target_for(COUNTY)
    assert target is not None
    claim = "claim_vs_observation/sanitary_toilet_rate"
    (over,) = made(differs(claim, COUNTY, target + 3, target - 9))
    (both,) = made(differs(claim, COUNTY, target + 9, target + 3))
    assert (over["crosses_target"], both["crosses_target"]) == (True, False)
    assert "过目标" in over["stake"]


def test_money_is_that_of_the_rows_named() -> None:
    names = ["S1 4 表", "S1 5 表"]
    (one,) = made(
        anomaly("duplicates", TOWN, records=names),
        money=lambda dataset, rows: 700.0 * len(rows) if dataset == "toilet_ledger" else None,
    )
    assert (one["stake_yuan"], "1,400 元" in one["stake"]) == (1400.0, True)


# The life of a case


def decision(row: dict[str, Any], status: str) -> dict[str, list[CaseDecision]]:
    return {row["case_id"]: [CaseDecision(row["case_id"], status, "去问了", row["digest"], NOW, "li")]}


def test_an_id_survives_months_before_and_after() -> None:
    first = table(anomaly("duplicates", TOWN, "2030-05"))
    then = table(
        *(anomaly("duplicates", TOWN, month) for month in ("2030-04", "2030-05", "2030-06")),
        before=first,
        now=LATER,
    )
    (was,), (now,) = first.to_pylist(), then.to_pylist()
    assert (now["case_id"], now["since"]) == (was["case_id"], NOW)
    assert (now["period_from"], now["period_to"]) == ("2030-04", "2030-06")


def test_the_same_tables_give_the_same_cases() -> None:
    rows = [anomaly("duplicates", code, month) for code in VILLAGES for month in ("2030-05", "2030-06")]
    first = table(*rows)
    assert table(*reversed(rows), before=first, now=LATER).select(["case_id", "since", "digest"]) == (
        first.select(["case_id", "since", "digest"])
    )


def test_two_episodes_have_two_ids_and_keep_them() -> None:
    early, late = anomaly("duplicates", TOWN, "2030-01"), anomaly("duplicates", TOWN, "2030-09")
    both = table(early, late)
    (kept, gone) = table(late, before=both, now=LATER).to_pylist()
    ids = {row["period_from"]: row["case_id"] for row in both.to_pylist()}
    assert (kept["case_id"], kept["status"]) == (ids["2030-09"], "open")
    assert (gone["case_id"], gone["status"]) == (ids["2030-01"], "closed")


def test_a_decision_holds_while_the_data_hold_and_lapses_when_they_change() -> None:
    rows = anomaly("duplicates", TOWN)
    (was,) = made(rows)
    asked = decision(was, "asked")
    (same,) = made(rows | {"expected": 0.5}, decisions=asked)
    assert (same["status"], "去问了" in same["reason"]) == ("asked", True)
    (changed,) = made(rows | {"value": 55.0}, decisions=asked)
    assert (changed["status"], "原处理" in changed["reason"]) == ("open", True)


def test_an_explanation_makes_it_less_sure_and_is_shown() -> None:
    (was,) = made(anomaly("duplicates", TOWN))
    (one,) = made(anomaly("duplicates", TOWN), decisions=decision(was, "explained"))
    assert one["certainty"] < was["certainty"]
    assert "去问了" in one["speaks_against"][-1]


def test_a_case_whose_evidence_is_gone_is_closed_by_the_correction_that_came() -> None:
    first = table(anomaly("duplicates", TOWN))
    came = pa.Table.from_pylist(
        [
            {"submission_id": "S7", "dataset": "toilet_ledger", "received_at": LATER, "regions": [TOWN], "status": "accepted"},
            {"submission_id": "S8", "dataset": "road_segments", "received_at": LATER, "regions": [TOWN], "status": "accepted"},
        ],
        schema=schemas.SUBMISSIONS,
    )  # fmt: skip
    closed = table(before=first, now=LATER, tables={"submissions": came})
    (one,) = closed.to_pylist()
    assert (one["status"], "S7" in one["reason"]) == ("closed", True)
    (still,) = made(before=closed, now=LATER + dt.timedelta(days=1))
    assert still == one
    (back,) = made(anomaly("duplicates", TOWN), before=closed)
    assert (back["status"], back["case_id"]) == ("open", one["case_id"])


def test_a_village_s_case_that_was_decided_and_became_its_township_s_says_so() -> None:
    (own,) = made(anomaly("duplicates", VILLAGES[0]))
    first = table(*(anomaly("duplicates", code) for code in VILLAGES[:2]), decisions=decision(own, "asked"))
    assert [row["status"] for row in first.to_pylist()] == ["asked", "open"]
    (whole, part) = made(*(anomaly("duplicates", code) for code in VILLAGES[:4]), before=first)
    assert (whole["status"], part["status"], part["case_id"]) == ("open", "closed", own["case_id"])
    assert whole["case_id"] in part["reason"]
    assert "去问了" in part["reason"]


# How sure


def test_certainty_rises_with_rarity_and_never_reaches_one() -> None:
    sure = calibration()
    rising = [sure.alone("stale", p, None) for p in (1e-2, 1e-4, 1e-6, 0.0)]
    assert rising == sorted(rising)
    assert rising[2] == rising[3]  # beyond some rarity no chance speaks louder
    assert sure.together([(str(n), 0.9) for n in range(9)]) == sure.most
    assert sure.together([("stale", 0.6), ("stale", 0.7)]) == pytest.approx(0.7, abs=0.001)


def test_ten_thousand_lines_take_a_second() -> None:
    from time import perf_counter

    rows = [
        differs("toilets_within_households", village(f"77{c:04}1{t:02}000", v), 120, 101, f"2030-{m:02}")
        for c in range(10)
        for t in range(10)
        for v in range(10)
        for m in range(1, 11)
    ]
    started = perf_counter()
    assert len(made(*rows)) == 100
    assert perf_counter() - started < 3
