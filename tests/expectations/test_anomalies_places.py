"""One house registered several times, one account behind several households; and villages that are simply dense."""

from __future__ import annotations

import numpy as np
import pandas as pd

from expectations.anomalies.detectors import near_places, shared_accounts
from tests.expectations.test_anomalies import city, found

VILLAGES = [
    f"5109{county:02}1{town:02}2{number:02}" for county in (3, 21) for town in range(3) for number in range(8)
]
MONTHS = ["2027-03", "2027-04"]
MINE = VILLAGES[11]


def ledger(seed: int = 1, spread: float = 0.006) -> pd.DataFrame:
    """Sixty houses a village, strewn over some hundred metres."""
    rng = np.random.default_rng(seed)
    places = np.repeat(VILLAGES, 60)
    frame = pd.DataFrame({"region_code": places, "period": "2027-03"})
    frame["x"] = 105.1 + np.repeat(np.arange(len(VILLAGES)), 60) * 0.05 + rng.uniform(0, spread, len(places))
    frame["y"] = 30.4 + rng.uniform(0, spread, len(places))
    frame["resident_id"] = [f"t{n}" for n in range(len(frame))]
    frame["householder"] = [f"n{n}" for n in range(len(frame))]
    frame["bank_card"] = [f"c{n}" for n in range(len(frame))]
    frame["phone"] = [f"p{n}" for n in range(len(frame))]
    return frame


def rows_of(frame: pd.DataFrame, village: str = MINE) -> pd.Index:
    return frame.index[frame["region_code"] == village]


def told(frame: pd.DataFrame) -> pd.DataFrame:
    spots = [f"{x:.5f},{y:.5f}" for x, y in zip(frame["x"], frame["y"], strict=True)]
    kept = frame.drop(columns=["x", "y"]).assign(coordinates=spots)
    return found(city(toilet_ledger=kept), near_places, shared_accounts, months=MONTHS)


def test_four_rows_within_eight_metres_are_told_with_their_rows_in_the_month_the_third_came() -> None:
    frame = ledger()
    family = rows_of(frame)[:4]
    frame.loc[family, ["x", "y"]] = frame.loc[family[0], ["x", "y"]].to_numpy(dtype=float)
    frame.loc[family, "x"] += np.array([0, 0.00003, 0.00006, 0.00002])
    frame.loc[family[2:], "period"] = "2027-04"

    (row,) = told(frame).to_dict("records")
    assert (row["region_code"], row["period"], row["value"]) == (MINE, "2027-04", 4)
    assert {int(one.split(" ")[1]) for one in row["records"]} == set(family)


def test_father_and_son_a_dense_hamlet_and_strewn_houses_tell_nobody() -> None:
    frame = ledger(2)
    two = rows_of(frame)[:2]
    frame.loc[two, ["x", "y"]] = frame.loc[two[0], ["x", "y"]].to_numpy(dtype=float)
    frame.loc[two, "bank_card"] = "one"
    assert told(frame).empty
    assert told(ledger(3, spread=0.0006)).empty, "sixty houses on sixty metres"


def test_new_houses_in_rows_ten_metres_apart_tell_nobody() -> None:
    frame = ledger(4)
    moved = rows_of(frame)[:30]
    n = np.arange(30)
    frame.loc[moved, "x"] = frame.loc[moved[0], "x"] + (n // 2) * 0.0001
    frame.loc[moved, "y"] = frame.loc[moved[0], "y"] + (n % 2) * 0.00025
    assert told(frame).empty


def test_a_card_of_three_households_is_told_and_the_number_of_the_village_office_is_not() -> None:
    frame = ledger(5)
    three = rows_of(frame)[:3]
    frame.loc[three, "bank_card"] = frame.at[three[0], "bank_card"]
    frame.loc[frame.index % 4 == 0, "phone"] = "the office's"

    (row,) = told(frame).to_dict("records")
    assert (row["region_code"], row["subject"], row["value"]) == (MINE, "bank_card", 3)
    assert {int(one.split(" ")[1]) for one in row["records"]} == set(three)


def test_children_of_one_household_share_their_parents_card() -> None:
    frame = pd.DataFrame(
        {
            "region_code": [MINE] * 6, "period": "2027-03", "household_number": ["h1"] * 3 + ["h2", "h3", "h4"],
            "householder": "n", "resident_id": [f"t{n}" for n in range(6)], "bank_card": ["a"] * 3 + ["b"] * 3,
            "grant_kind": "x",
        }
    )  # fmt: skip
    (row,) = found(city(student_grants=frame), shared_accounts, months=MONTHS).to_dict("records")
    assert row["value"] == 3
