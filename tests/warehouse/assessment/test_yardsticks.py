"""What another yardstick would have said."""

from __future__ import annotations

import pyarrow as pa
from a_scheme import EAST, INDICATORS, NAMES, NORTH, SOUTH, VALUES, WEST, observations, regions, scheme

from warehouse.assessment.yardsticks import Measured, equally, measured


def _measured(claims: list[tuple[str, str, float]]) -> dict[str, Measured]:
    columns = list(zip(*claims, strict=True)) or [[], [], []]
    table = pa.table(
        {"indicator": pa.array(columns[0], pa.string()), "region_code": pa.array(columns[1], pa.string()), "value": pa.array(columns[2], pa.float64())}
    )  # fmt: skip
    found = measured(scheme(), "2031", observations(), table, regions(), INDICATORS)
    return {one.region.code: one for one in found}


def test_a_lifted_claim_moves_the_points_by_claims_and_nothing_else() -> None:
    honest = _measured([(name, code, float(VALUES[name][code])) for name in VALUES for code in NAMES])
    lifted = _measured([("wells", NORTH, 50.0), ("fires", EAST, 0.0)])
    for code in NAMES:
        assert honest[code].claimed.points == honest[code].scheme.points == lifted[code].scheme.points
    assert lifted[NORTH].claimed.points == honest[NORTH].scheme.points + 20
    assert lifted[EAST].claimed.points == honest[EAST].scheme.points + 40
    assert (lifted[EAST].scheme.place, lifted[EAST].claimed.place) == (4, 4)
    assert lifted[WEST].claimed.points == honest[WEST].scheme.points


def test_equal_weights_are_equal_among_the_objectives_of_a_group() -> None:
    only_hills = scheme().model_dump(mode="json")["objectives"]
    only_hills[0]["weight"] = {"hills": 50}
    only_hills[1]["weight"] = {"plains": 50}
    same = equally(scheme(objectives=only_hills))
    assert [[one.weight_in(group) * 3 for one in same.objectives] for group in ("hills", "plains")] == [
        [100, 0, 100, 100], [0, 100, 100, 100],
    ]  # fmt: skip
    found = _measured([])
    assert found[NORTH].equal.points == 25 * (20 / 40 + 15 / 20 + 0.6 + 1)


def test_rows_come_in_the_order_of_the_scheme() -> None:
    assert list(_measured([])) == [SOUTH, WEST, NORTH, EAST]
