"""What clerks of the demo do after their hand-ins, or in their place, comes to what it must."""

from __future__ import annotations

from collections import Counter
from copy import deepcopy
from typing import Any

import pytest

from pipelines.demo.score import acts_amiss
from tests.pipelines.town import Town

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("demo truth")]


def test_every_act_comes_to_what_it_must(village: Town, truth: dict[str, Any]) -> None:
    kinds = Counter(act["kind"] for act in truth["acts"])
    assert len(kinds) >= 20
    statuses = Counter(file["status"] for act in truth["acts"] for file in act["files"])
    assert set(statuses) == {"accepted", "partial", "held", "refused", "superseded", "withdrawn"}

    with village.site.connect() as connection:
        assert acts_amiss(connection, truth["acts"]) == {}


def test_an_act_that_came_to_something_else_is_told(village: Town, truth: dict[str, Any]) -> None:
    """The score is not blind: each thing that it says is looked at."""
    act = next(one for one in truth["acts"] if len(one["files"]) == 2 and one["stands"][0]["figure"])
    nil = next(one for one in truth["acts"] if one["kind"] == "nothing_new")
    wrong = [deepcopy(act) for _ in range(5)]
    wrong[0]["files"][0]["status"] = "superseded"
    wrong[1]["files"][1]["rows"] += 1
    wrong[2]["stands"][0]["total"] += 1
    wrong[3]["files"][0]["rule"] = "no_such_rule"
    wrong[4]["files"][1]["file"] = "not there"
    nothing = deepcopy(nil)
    nothing["stands"][0]["region_code"] = "990199000000"

    with village.site.connect() as connection:
        told = [acts_amiss(connection, [one]) for one in (*wrong, nothing)]
    assert [sum(map(len, one.values())) for one in told] == [1] * 6
