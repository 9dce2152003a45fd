"""What is padded looks better than it is, and only where the truth says so."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from expectations.contracts.reading import load_contracts
from pipelines.demo.datasets import Rows
from pipelines.demo.datasets.catalog import all_ledgers, periods
from pipelines.demo.paddings import HONEST, KINDS, PADDINGS, Padding, Where, drawn, padded_ledgers, unsettled
from pipelines.demo.truth import Truth
from pipelines.demo.world import World, make_world

pytestmark = pytest.mark.xdist_group("demo padding")


def world() -> World:
    """Each time the same anew: a world hands out every person once."""
    return make_world("village", 11)


@pytest.fixture(scope="module")
def honest() -> dict[str, Rows]:
    return all_ledgers(world())


@pytest.fixture
def truths() -> list[Truth]:
    return []


@pytest.fixture
def padded(truths: list[Truth]) -> dict[str, Rows]:
    return padded_ledgers(world(), truths, PADDINGS)


def test_a_shrunk_denominator_stands_only_in_the_named_townships(
    honest: dict[str, Rows], padded: dict[str, Rows], truths: list[Truth]
) -> None:
    before, after = honest["household_register"]("2025-12"), padded["household_register"]("2025-12")

    named = {one.region_code for one in truths if one.kind == "padding_denominator_at_year_end"}
    stale = {one.region_code for one in truths if one.kind == "padding_stale_values"}
    fewer = after["households"] < before["households"]
    assert named <= set(after.loc[fewer, "town_code"]) <= named | stale
    assert (after["population"] <= 8 * after["households"]).all()
    assert (after["male"] + after["female"] == after["population"]).all()


def test_stale_values_repeat_the_first_month(padded: dict[str, Rows], truths: list[Truth]) -> None:
    first, later = padded["household_register"]("2025-07"), padded["household_register"]("2025-10")

    town = next(one.region_code for one in truths if one.kind == "padding_stale_values")
    here = later["town_code"] == town
    assert (first.loc[here, "population"] == later.loc[here, "population"]).all()
    assert (first.loc[~here, "population"] != later.loc[~here, "population"]).any()


def test_toilets_claimed_again_bear_ids_of_earlier_years(
    padded: dict[str, Rows], truths: list[Truth]
) -> None:
    stock, november = padded["toilet_ledger"]("2025-07"), padded["toilet_ledger"]("2025-11")

    twice = november[november["resident_id"].isin(stock["resident_id"])]
    assert len(twice) >= 10
    assert (twice["reform_year"] == 2025).all()
    assert set(twice["town_code"]) == {
        one.region_code for one in truths if one.kind == "padding_duplicate_across_years"
    }


def test_crowding_moves_toilets_to_december_and_loses_none(
    honest: dict[str, Rows], padded: dict[str, Rows]
) -> None:
    months = [f"2025-{month:02d}" for month in range(7, 13)]
    true = pd.concat([honest["toilet_ledger"](month) for month in months])
    told = pd.concat([padded["toilet_ledger"](month) for month in months])

    assert set(true["resident_id"]) == set(told["resident_id"])
    assert len(padded["toilet_ledger"]("2025-12")) > len(honest["toilet_ledger"]("2025-12"))


def test_a_clerk_who_rounds_still_keeps_the_rules_of_the_ledger(
    padded: dict[str, Rows], truths: list[Truth]
) -> None:
    plots = padded["grain_plots"]("2025-12")

    town = next(one.region_code for one in truths if one.kind == "honest_rounding_clerk")
    rounded = plots[plots["town_code"] == town]
    assert (rounded["area_mu"] % 0.5 == 0).all()
    assert np.allclose(plots["area_mu"] * plots["yield_kg_per_mu"], plots["output_kg"], atol=1.0)
    assert (plots["plot_area_mu"] >= plots["area_mu"]).all()
    assert (plots["area_mu"] >= plots["machine_sown_mu"]).all()


def test_padded_claims_lie_above_honest_ones_and_others_agree(
    padded: dict[str, Rows], truths: list[Truth]
) -> None:
    rounded = [one for one in PADDINGS if one.kind.is_honest]
    true = padded_ledgers(world(), [], rounded)["self_assessment"]("2025-12")
    told = padded["self_assessment"]("2025-12")

    touched = {one.region_code for one in truths if one.dataset == "self_assessment"}
    differs = (true["claimed_value"] - told["claimed_value"]).abs() > 1e-9
    assert differs.any()
    assert set(told.loc[differs, "unit_code"]) <= touched
    assert (told.loc[differs, "claimed_value"] >= true.loc[differs, "claimed_value"]).all()
    assert (told.loc[told["claimed_unit"] == "%", "claimed_value"] <= 100).all()


def test_an_honest_form_adds_up_to_its_ledgers(honest: dict[str, Rows]) -> None:
    form, plots = honest["rural_statistics"]("2025-12"), honest["grain_plots"]("2025-12")
    register = honest["household_register"]("2025-12")

    towns = form[form["township"] != "合计"].set_index("town_code")
    crops = ["rice_area", "wheat_area", "maize_area", "beans_area", "tubers_area"]
    assert np.allclose(towns["grain_area"], plots.groupby("town_code")["area_mu"].sum(), atol=1.0)
    assert np.allclose(form["grain_area"], form[crops].sum(axis=1))
    assert (towns["population"] == register.groupby("town_code")["population"].sum()).all()
    assert form.groupby("county")["township"].first().eq("合计").all()
    counties = form[form["township"] == "合计"].set_index("county")
    assert np.allclose(counties["rice_output"], towns.groupby("county")["rice_output"].sum())


def test_a_padded_form_differs_from_the_honest_one_where_the_truth_says_so(
    padded: dict[str, Rows], truths: list[Truth]
) -> None:
    rounded = [one for one in PADDINGS if one.kind.is_honest]
    true = padded_ledgers(world(), [], rounded)["rural_statistics"]("2025-12")
    told = padded["rural_statistics"]("2025-12")

    touched = {one.region_code for one in truths if one.dataset == "rural_statistics"}
    differs = (true["grain_area"] - told["grain_area"]).abs() > 1e-9
    assert set(told.loc[differs, "town_code"]) == touched
    assert (told["grain_area"] >= true["grain_area"]).all()
    assert (told["population"] == true["population"]).all()


def test_roads_fall_short_in_the_last_quarter(honest: dict[str, Rows], padded: dict[str, Rows]) -> None:
    true, told = honest["road_segments"]("2025-12"), padded["road_segments"]("2025-12")

    assert told["length_km"].sum() < true["length_km"].sum()
    assert not told.duplicated(["route_code", "start_km"]).any()


def city() -> World:
    return unsettled(make_world("village", 12))


@pytest.fixture(scope="module")
def before() -> dict[str, Rows]:
    return all_ledgers(city())


def _as_texts(frame: pd.DataFrame) -> pd.DataFrame:
    """What stands in the cells, however the column holds it."""
    return frame.map(
        lambda cell: "" if pd.isna(cell) else f"{cell:.3f}" if isinstance(cell, int | float) else str(cell)
    )


@pytest.mark.parametrize("name", sorted({*KINDS, *HONEST} - {"leaving", "hamlet_moved"}))
def test_a_kind_changes_rows_of_the_regions_it_names_and_of_no_other(
    name: str, before: dict[str, Rows]
) -> None:
    kind, truths = {**KINDS, **HONEST}[name], []  # type: ignore[var-annotated]
    here = city()
    ledgers = padded_ledgers(here, truths, [Padding(kind, Where("24", (0,)))])

    changed: set[str] = set()
    for period in periods(load_contracts()[kind.dataset].frequency, here):
        true, told = (_as_texts(one[kind.dataset](period)) for one in (before, ledgers))
        places = next(name for name in ("village_code", "unit_code", "town_code") if name in true)
        moved = pd.concat([true, told]).drop_duplicates(keep=False)
        changed |= set(moved[places])
    assert changed, "nothing is planted"
    # A county's own row in a form is the sum of its towns, and changes with them.
    named = {one.region_code.removesuffix("000000") for one in truths} | {
        f"{code[:6]}000000" for code in changed
    }
    starts = tuple(code.removesuffix("000") for code in named)
    assert {code for code in changed if not code.startswith(starts)} == set()
    assert {one.planting for one in truths} == {f"{name}@990124/0"}
    assert {one.severity for one in truths} == {"honest" if kind.is_honest else "padding"}


def test_who_moves_moves_in_every_ledger() -> None:
    moved = city()
    leaving, hamlet = moved.shifts
    settled = make_world("village", 12)

    gone = moved.households("2025-12") - settled.households("2025-12")
    codes = moved.villages["code"]
    assert (gone[codes.str.startswith(leaving.giver)] <= 0).all()
    assert gone[codes == hamlet.giver].sum() == -gone[codes == hamlet.taker].sum() != 0
    elsewhere = ~codes.str.startswith(leaving.giver) & ~codes.isin([hamlet.giver, hamlet.taker])
    assert (gone[elsewhere] == 0).all()


def test_a_drawn_plan_has_every_kind_once_and_spares_two_counties() -> None:
    whole = make_world("city", 12)
    plan = drawn(whole)

    assert sorted(one.kind.name for one in plan if not one.kind.is_honest) == sorted(KINDS)
    assert len({one.where.county for one in plan if not one.kind.is_honest}) == 7
    assert drawn(whole) == plan
    assert {one.kind.name for one in drawn(whole, honest=True)} <= set(HONEST)
    assert len({one.strength for one in plan}) == 3
