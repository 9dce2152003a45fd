"""What holds of any scores, whatever the values."""

from __future__ import annotations

from fractions import Fraction

from a_scheme import EAST, NAMES, NORTH, SOUTH, VALUES, WEST, assessed, observations, of, scheme, whole
from hypothesis import given, settings
from hypothesis import strategies as st

_VALUE = st.one_of(st.none(), st.integers(0, 100), st.floats(0, 100).map(lambda x: round(x, 2)))
_VALUES = st.fixed_dictionaries(
    {name: st.fixed_dictionaries(dict.fromkeys(NAMES, _VALUE)) for name in VALUES}
)
_QUICK = settings(max_examples=25, deadline=None)


def _weights(hills: tuple[int, ...], plains: tuple[int, ...]) -> list[dict]:
    objectives = scheme().model_dump(mode="json")["objectives"]
    for one, at_hills, at_plains in zip(objectives, hills, plains, strict=True):
        one["weight"] = {"hills": at_hills, "plains": at_plains}
    return objectives


@_QUICK
@given(_VALUES, st.permutations([10, 20, 30, 40]))
def test_another_groups_weights_never_move_a_region(values: dict, plains: list[int]) -> None:
    hills = (40, 10, 30, 20)
    first = assessed(scheme(objectives=_weights(hills, (10, 40, 30, 20))), observations(values))
    second = assessed(scheme(objectives=_weights(hills, tuple(plains))), observations(values))
    for code in (NORTH, WEST):
        assert whole(first, code).points == whole(second, code).points


@_QUICK
@given(_VALUES, st.integers(2, 30))
def test_more_points_for_all_change_nothing(values: dict, times: int) -> None:
    hills, plains = (40, 10, 30, 20), (10, 40, 30, 20)
    larger = _weights(tuple(w * times for w in hills), tuple(w * times for w in plains))
    one = assessed(scheme(objectives=_weights(hills, plains)), observations(values))
    many = assessed(scheme(objectives=larger, base=100 * times), observations(values))
    for code in NAMES:
        before, after = whole(one, code), whole(many, code)
        assert (after.points, after.place) == (before.points and before.points * times, before.place)


@_QUICK
@given(_VALUES)
def test_what_is_called_otherwise_is_scored_the_same(values: dict) -> None:
    turned = {NORTH: WEST, WEST: NORTH, SOUTH: EAST, EAST: SOUTH}  # inside the groups
    others = {name: {turned[code]: value for code, value in own.items()} for name, own in values.items()}
    one, other = assessed(scheme(), observations(values)), assessed(scheme(), observations(others))
    for code in NAMES:
        assert whole(one, code).points == whole(other, turned[code]).points


@_QUICK
@given(_VALUES, st.sampled_from(sorted(VALUES)))
def test_what_is_missing_leaves_the_others_as_they_were_to_each_other(values: dict, missing: str) -> None:
    values[missing] = dict.fromkeys(NAMES)
    done = assessed(scheme(), observations(values))
    for code in NAMES:
        scored = [one for one in done.scored if one.region.code == code and one.status == "scored"]
        by_dimension: dict[str, set[Fraction]] = {}
        for one in scored:
            by_dimension.setdefault(one.dimension, set()).add(one.weight / one.planned)
        assert all(len(factors) == 1 for factors in by_dimension.values())
        assert not scored or sum(one.weight for one in scored) == 100


@_QUICK
@given(_VALUES)
def test_points_add_up_to_the_whole(values: dict) -> None:
    done = assessed(scheme(), observations(values))
    for code in NAMES:
        points = [one.points for one in done.scored if one.region.code == code and one.points is not None]
        assert whole(done, code).points in (sum(points), None)
        assert of(done, code, "wells").weight <= 100
