"""What is done to releases and regions is in the audit log, whichever door it was done by."""

from __future__ import annotations

import datetime as dt

from tests.pipelines.town import Town, toilets
from warehouse.audit import Audit
from warehouse.release import freeze, nightly_name, releases


def test_imports_freezes_and_the_thinning_of_old_releases_are_logged(town: Town) -> None:
    town.drop("toilet_reform/2025年6月改厕台账.csv", toilets("甲村"))
    town.load()
    long_ago = dt.datetime(2025, 3, 4, 10, tzinfo=dt.UTC)
    names = [nightly_name(long_ago + dt.timedelta(hours=hour)) for hour in range(2)]
    for hour, name in enumerate(names):
        freeze(town.site.store, name, created_at=long_ago + dt.timedelta(hours=hour))
    town.drop("toilet_reform/2025年7月改厕台账.csv", toilets("乙村", completed="2025-07-10"))
    town.load()

    audit = Audit(town.root / "audit.jsonl")
    acts = [(entry.what, entry.subject) for entry in audit.entries()]
    assert acts[0][0] == "regions import"
    assert [what for what, _ in acts[1:]] == ["freeze", "freeze", "release thinning"]
    assert acts[-1][1] == names[0]
    assert names[0] not in [release.name for release in releases(town.site.store)]
    assert audit.verify().broken_line is None
