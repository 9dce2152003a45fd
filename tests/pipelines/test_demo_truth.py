"""Loading the demo city finds every injected fault, and nothing in a clean row."""

from __future__ import annotations

from typing import Any

import pytest

from tests.pipelines.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo truth")]

Place = tuple[str, str, int]
FORMS = "rural_statistics"


@pytest.fixture(scope="module")
def findings(village: Town) -> dict[Place, set[tuple[str, str]]]:
    with village.site.connect() as connection:
        rows = connection.execute(
            'select s.sender_path, f.sheet, f."row", f.rule, f.severity from findings f'
            " join submissions s using (submission_id)"
            """ where f."row" is not null and f.rule not in ('form_rule', 'form_total')"""
        ).fetchall()
    found: dict[Place, set[tuple[str, str]]] = {}
    for path, sheet, row, rule, severity in rows:
        found.setdefault((path, sheet, row), set()).add((rule, severity))
    return found


def places(truth: dict[str, Any]) -> list[tuple[Place, dict[str, Any]]]:
    faults = [one for one in truth["truths"] if one["kind"].startswith("fault_")]
    return [((one["file"], one["sheet"], one["row"]), one) for one in faults]


def test_every_fault_is_found_where_it_stands(
    truth: dict[str, Any], findings: dict[Place, set[tuple[str, str]]]
) -> None:
    missed = [
        (one["kind"], one["column"], place, findings.get(place))
        for place, one in places(truth)
        if (one["rule"], one["severity"]) not in findings.get(place, set())
    ]

    assert len(places(truth)) > 80
    assert missed == []


def test_clean_rows_have_no_finding(
    truth: dict[str, Any], findings: dict[Place, set[tuple[str, str]]]
) -> None:
    wrong = {place for place, _ in places(truth)}
    sheets = {(file, sheet) for file, sheet, _ in wrong}

    odd = {place: found for place, found in findings.items() if place not in wrong}
    # The demo adds up before a fault spoils a row: then the total of that sheet rightly differs.
    of_totals = {
        place
        for place, found in odd.items()
        if found == {("ledger_total", "warning")} and place[:2] in sheets
    }

    assert {place: found for place, found in odd.items() if place not in of_totals} == {}
    assert len(of_totals) <= 2


def test_a_form_that_misstates_is_found_in_its_cells_or_by_its_ledger_and_no_other_form_is(
    village: Town, truth: dict[str, Any]
) -> None:
    told = {(one["rule"], one["region_code"]) for one in truth["truths"] if one["dataset"] == FORMS}
    misstated = {region for _, region in told}

    in_cells = village.ask(f"select rule, region_code, value, cell from findings where dataset = '{FORMS}'")
    by_ledger = village.ask(
        "select reconciliation, region_code from reconciliations"
        " where not agrees and reconciliation = 'grain_area_form_within_plots'"
    )
    found = {(rule, region) for rule, region, *_ in in_cells} | set(by_ledger)
    assert told <= found
    assert {region for _, region in found} <= misstated
    assert {rule for rule, *_ in in_cells} == {"form_rule", "form_total"}
    assert all(float(value) > 0 and "粮食作物生产情况!" in cell for _, _, value, cell in in_cells)


def test_every_file_is_taken_refused_or_known_as_a_repeat_as_it_deserves(
    village: Town, truth: dict[str, Any]
) -> None:
    with village.site.connect() as connection:
        told = dict(connection.execute("select sender_path, status from submissions").fetchall())

    of_acts = {file["file"]: file["status"] for act in truth["acts"] for file in act["files"]}
    for one in truth["files"]:
        corrected = any(
            fact["note"] == one["file"] for fact in truth["truths"] if fact["kind"] == "file_corrected"
        )
        expected = "superseded" if corrected else one["expected"]
        assert told[one["file"]] == of_acts.get(one["file"], expected), one


def test_rows_handed_in_are_all_accounted_for(village: Town, truth: dict[str, Any]) -> None:
    with village.site.connect() as connection:
        told = connection.execute(
            "select sender_path, rows_in, rows_recorded + rows_quarantined from submissions where rows_in > 0"
        ).fetchall()

    expected = {
        one["file"]: one["rows"]
        for one in truth["files"]
        if one["expected"] in ("accepted", "partial", "held") and one["rows"]
    }
    assert {path: rows for path, rows, _ in told} == expected
    assert all(rows == parts for _, rows, parts in told)
