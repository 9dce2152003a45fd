"""Headings that state how many rows follow are held against them, whatever the ledger."""

from __future__ import annotations

from tests.pipelines.town import HEADER, Town, toilets


def test_a_heading_that_states_another_count_than_follows_is_a_finding_at_its_cell(town: Town) -> None:
    first, second, third = (row.line for row in toilets("甲村", "乙村", "丙村"))
    lines = [HEADER, "一、沐溪镇（2户）", first, second, "二、汀坪乡（3户）", third, ""]
    town.drop("toilet_reform/2025-06/榆塘县.csv", "\r\n".join(lines).encode("gb18030"))

    town.load()

    [finding] = town.ask(
        "select rule, severity, cell, value, message from findings where rule = 'section_count'"
    )
    assert finding[:4] == ("section_count", "warning", "榆塘县!A5", "3")
    assert "写明3，下面有1行" in finding[4]
    assert town.ask("select count(*) from toilet_ledger") == [(3,)]
