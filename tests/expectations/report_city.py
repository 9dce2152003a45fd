"""A small city in memory, of any size, for looking at the report and for testing it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from expectations.cases import Known, Tables, cases
from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from expectations.reconciliations import load_reconciliations
from warehouse import schemas
from warehouse.indicators.model import Indicator

YEAR = "2025"
MONTHS = [f"{YEAR}-{month:02}" for month in range(1, 13)]
AS_OF = dt.datetime(2025, 12, 20, 1, 0, tzinfo=dt.UTC)
COUNTIES = ("长山县", "北湖县", "东陵市", "西河区", "南浦区", "清源县", "云台县", "石泉县", "金沙区")
GROUPS = ("农业县", "农业县", "强县", "城区", "城区", "农业县", "山区县", "山区县", "城区")


def county_code(number: int) -> str:
    return f"9901{number:02}000000"


def regions(townships: int, villages: int) -> pa.Table:
    rows: list[dict[str, Any]] = [region("990100000000", "示范市", "city", "")]
    for c, name in enumerate(COUNTIES, start=1):
        code = county_code(c)
        rows.append(region(code, name, "county", "990100000000", GROUPS[c - 1]))
        for t in range(1, townships + 1):
            township = f"{code[:6]}{100 + t:03}000"
            rows.append(region(township, f"第{t}镇", "township", code))
            rows += [
                region(f"{township[:9]}{200 + v:03}", f"第{v}村", "village", township)
                for v in range(1, villages + 1)
            ]
    return pa.Table.from_pylist(rows, schema=schemas.REGIONS)


def region(code: str, name: str, level: str, parent: str, group: str = "") -> dict[str, Any]:
    return {
        "region_code": code, "name": name, "level": level, "parent_code": parent, "urban_rural": "220",
        "region_group": group, "valid_from": dt.date(2020, 1, 1), "valid_to": None, "successor": None,
        "provisional": False,
    }  # fmt: skip


def submission(
    number: int, dataset: str, department: str, month: str, county: int, **other: Any
) -> dict[str, Any]:
    year, at = int(month[:4]), int(month[5:])
    received = dt.datetime(year + at // 12, at % 12 + 1, 3, 2, 0, tzinfo=dt.UTC)
    return {
        "submission_id": f"s{number}", "department": department, "dataset": dataset, "file_name": f"{dataset}.xlsx",
        "sha256": f"{number:064}", "received_at": received, "sender_path": f"{department}/{month}/{COUNTIES[county]}.xlsx",
        "period": month, "regions": [county_code(county + 1)], "status": "accepted", "reason": None, "remedy": None,
        "rows_in": 100, "rows_recorded": 100, "rows_quarantined": 0, **other,
    }  # fmt: skip


def finding(number: int, dataset: str, month: str, region_code: str, **other: Any) -> dict[str, Any]:
    return {
        "finding_id": f"f{number}", "submission_id": f"s{number}", "dataset": dataset, "region_code": region_code,
        "period": month, "sheet": "Sheet1", "row": 17, "column": "id", "cell": "Sheet1!D17", "rule": "resident_id_check",
        "severity": "error", "value": "4603**********1234", "message": "身份证号校验位不对。",
        "remedy": "请对照户口簿核对。", "status": "open", **other,
    }  # fmt: skip


def empty() -> dict[str, pa.Table]:
    """Every fixed table, without rows."""
    return {
        "submissions": schemas.SUBMISSIONS.empty_table(),
        "quarantine": schemas.QUARANTINE.empty_table(),
        "findings": schemas.FINDINGS.empty_table(),
        "observations": schemas.OBSERVATIONS.empty_table(),
        "reconciliations": schemas.RECONCILIATIONS.empty_table(),
        "anomalies": schemas.ANOMALIES.empty_table(),
        "cases": schemas.CASES.empty_table(),
        "schemes": schemas.SCHEMES.empty_table(),
        "scores": schemas.SCORES.empty_table(),
        "standings": schemas.STANDINGS.empty_table(),
        "regions": regions(2, 3),
    }


def connect(tables: dict[str, pa.Table]) -> duckdb.DuckDBPyConnection:
    connection = duckdb.connect()
    for name, table in tables.items():
        connection.register(f"arrow_{name}", table)
        connection.execute(f"create table {name} as select * from arrow_{name}")
    return connection


def city(
    contracts: dict[str, Contract],
    indicators: dict[str, Indicator],
    *,
    townships: int = 3,
    villages: int = 4,
    findings: int = 2_000,
) -> dict[str, pa.Table]:
    """A year of a city whose departments are as punctual and careful as departments are."""
    random = np.random.default_rng(7)
    tables = empty() | {"regions": regions(townships, villages)}
    submissions, records = _hand_ins(contracts, random)
    tables["submissions"] = pa.Table.from_pylist(submissions, schema=schemas.SUBMISSIONS)
    for dataset in contracts:
        own = [row for row in records if row["dataset"] == dataset]
        tables[dataset] = pa.Table.from_pylist(own, schema=record_schema(contracts[dataset]))
    tables["findings"] = _findings(submissions, findings, townships, villages, random)
    tables["observations"] = _observations(indicators, random)
    tables["reconciliations"] = _reconciliations(townships, villages, random)
    tables["anomalies"] = _anomalies(random)
    tables["cases"] = with_cases(tables, contracts, indicators)["cases"]
    return tables


def with_cases(
    tables: dict[str, pa.Table], contracts: dict[str, Contract], indicators: dict[str, Indicator]
) -> dict[str, pa.Table]:
    """The tables, with the cases that they make."""
    known = Known(contracts, indicators, load_reconciliations())
    given = {
        name: tables[name] for name in ("anomalies", "reconciliations", "findings", "regions", "submissions")
    }
    return tables | {"cases": cases(Tables(**given), known, now=AS_OF)}


def _hand_ins(
    contracts: dict[str, Contract], random: np.random.Generator
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    submissions, records = [], []
    for dataset, contract in contracts.items():
        due = {"monthly": range(1, 12), "quarterly": (3, 6, 9), "termly": (7,), "yearly": (12,)}[
            contract.frequency
        ]
        for month in (f"{YEAR}-{m:02}" for m in due):
            for county in range(len(COUNTIES)):
                luck = random.random()
                row = submission(len(submissions), dataset, contract.department, month, county)
                row["rows_in"] = int(random.integers(80, 2_000))
                row["rows_recorded"] = row["rows_in"]
                if luck < 0.05:
                    continue
                if luck < 0.09:
                    row |= {
                        "status": "refused",
                        "reason": "表里是图片，不是单元格。",
                        "remedy": "请报送原始表格。",
                        "rows_recorded": 0,
                        "rows_in": 0,
                    }
                elif luck < 0.45:
                    row |= {"status": "partial", "rows_quarantined": 12, "rows_recorded": row["rows_in"] - 12}
                if luck > 0.85:
                    row["received_at"] += dt.timedelta(days=int(random.integers(6, 24)))
                submissions.append(row)
                if row["status"] != "refused":
                    records.append(
                        {
                            "dataset": dataset,
                            "region_code": f"{county_code(county + 1)[:6]}101201",
                            "period": month,
                            "submission_id": row["submission_id"],
                            "sheet": "Sheet1",
                            "row": 5,
                        }
                    )
    repeat = dict(submissions[0], submission_id="again", status="repeat", rows_in=0, rows_recorded=0)
    lost = dict(
        submissions[0],
        submission_id="lost",
        status="refused",
        dataset=None,
        period=None,
        regions=None,
        reason="与任何台账都对不上，最接近的是“农村改厕台账”，缺少“身份证号”。",
        remedy="请用统一的表样填报。",
        rows_in=0,
        rows_recorded=0,
    )
    return [*submissions, repeat, lost], records


def _findings(
    submissions: list[dict[str, Any]], count: int, townships: int, villages: int, random: np.random.Generator
) -> pa.Table:
    usable = [row for row in submissions if row["status"] == "partial"]
    rules = [
        (
            "resident_id_check",
            "error",
            "4603**********1234",
            "居民身份证号校验位不对。",
            "请对照户口簿或身份证原件核对后改正。",
        ),
        (
            "unknown_region",
            "error",
            "东邨",
            "找不到这个村，相近的有：东村、东屯村。",
            "请按行政区划全称填写，或填 12 位村代码。",
        ),
        ("duplicate_key", "error", "", "同一户重复出现。", "请保留正确的一行，删去其余。"),
        ("out_of_range", "warning", "12000", "金额比合理范围大。", "请核对单位是不是“元”。"),
        ("accepted_before_completed", "warning", "2025-03-01", "验收日期早于竣工日期。", "请核对两个日期。"),
    ]
    rows = []
    for number in range(count):
        of = usable[int(random.integers(len(usable)))]
        rule, severity, value, message, remedy = rules[min(int(random.exponential(1.3)), 4)]
        at = int(random.integers(5, 900))
        code = f"{of['regions'][0][:6]}{101 + int(random.integers(townships))}{201 + int(random.integers(villages))}"
        rows.append(
            finding(
                number,
                of["dataset"],
                of["period"],
                code,
                submission_id=of["submission_id"],
                rule=rule,
                severity=severity,
                value=value,
                message=message,
                remedy=remedy,
                row=at,
                cell=f"Sheet1!D{at}",
            )
        )
    return pa.Table.from_pylist(rows, schema=schemas.FINDINGS)


def _observations(indicators: dict[str, Indicator], random: np.random.Generator) -> pa.Table:
    rows = []
    for place, indicator in enumerate(indicators.values()):
        evidence = "ABCD"[place % 4]
        for county in range(len(COUNTIES)):
            value = (
                float(random.uniform(60, 99)) if indicator.unit == "%" else float(random.uniform(200, 40_000))
            )
            if random.random() < 0.05:
                continue
            for month in MONTHS[:11]:
                value *= float(random.uniform(0.985, 1.02))
                if random.random() < 0.05:
                    continue
                shown = min(value, 100.0) if indicator.unit == "%" else value
                survey = indicator.kind == "survey"
                rows.append(
                    {
                        "indicator": indicator.id,
                        "region_code": county_code(county + 1),
                        "period": month,
                        "numerator": shown * 10,
                        "denominator": 1000.0,
                        "value": shown,
                        "unit": indicator.unit,
                        "evidence": evidence,
                        "records": int(random.integers(50, 9_000)),
                        "coverage": float(random.uniform(0.8, 1)),
                        "interval_low": shown - 2 if survey else None,
                        "interval_high": min(shown + 2, 100) if survey else None,
                    }
                )
    return pa.Table.from_pylist(rows, schema=schemas.OBSERVATIONS)


def _reconciliations(townships: int, villages: int, random: np.random.Generator) -> pa.Table:
    kinds = [
        ("toilets_within_households", "high", "<=", "逐户核对改厕台账与户籍底册，多出的户数请说明。"),
        ("report_matches_register", "medium", "=", "请村报数与建档数核对一致。"),
    ]
    rows = []
    for county in range(len(COUNTIES)):
        for t in range(1, townships + 1):
            for v in range(1, villages + 1):
                name, importance, operator, instruction = kinds[int(random.integers(2))]
                left, right = float(random.integers(100, 400)), float(random.integers(100, 400))
                agrees = bool(random.random() > 0.15)
                rows.append(
                    {
                        "reconciliation": name,
                        "region_code": f"{county_code(county + 1)[:6]}{100 + t}{200 + v}",
                        "period": "2025-06",
                        "left_value": left,
                        "operator": operator,
                        "right_value": left if agrees else right,
                        "gap": 0.0 if agrees else left - right,
                        "agrees": agrees,
                        "instruction": instruction,
                        "importance": importance,
                    }
                )
    return pa.Table.from_pylist(rows, schema=schemas.RECONCILIATIONS)


def _anomalies(random: np.random.Generator) -> pa.Table:
    kinds = [
        (
            "too_good",
            "toilet_ledger",
            "sanitary_toilet_rate",
            "台账在用厕所 301 户，户籍底册 341 户，分母少了 40 户。",
        ),
        ("year_end", "road_segments", None, "全年 62% 的记录集中在 12 月最后 5 天录入。"),
        ("stale", "monitored_households", None, "与去年同月完全相同。"),
    ]
    rows = []
    for number in range(60):
        detector, dataset, indicator, message = kinds[number % 3]
        code = f"{county_code(int(random.integers(9)) + 1)[:6]}101201"
        rows.append(
            {
                "anomaly_id": f"a{number}",
                "detector": detector,
                "dataset": dataset,
                "indicator": indicator,
                "region_code": code,
                "period": "2025-11",
                "score": float(random.uniform(2, 12)),
                "n": int(random.integers(20, 400)),
                "value": float(random.uniform(80, 100)),
                "expected": float(random.uniform(60, 90)),
                "message": message,
                "p": 1e-6,
            }
        )
    return pa.Table.from_pylist(rows, schema=schemas.ANOMALIES)
