"""What visits found, brought to the samples that they were drawn in: verdicts, and what they say of all records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.home.site import Site
from warehouse.sampling import Result, results
from warehouse.sampling.results import NOT_FOUND, PARTLY, TRUE, UNTRUE
from warehouse.schemas import SAMPLES, VERIFICATIONS

CHECKS = "field_checks"
"""The dataset that filled visit lists become."""


def visited(site: Site) -> list[Result]:
    """Results of every sample that somebody was sent out for; their verdicts are noted in ``samples`` on the way."""
    if not site.store.exists("samples", CHECKS):
        return []
    checks = site.store.read(CHECKS, columns=["check_number", "verdict"])
    verdicts = dict(zip(checks["check_number"].to_pylist(), checks["verdict"].to_pylist(), strict=True))
    samples = site.store.read("samples")
    if "check_number" not in samples.column_names:
        return []
    _note(site, samples, verdicts)
    return results(samples, verdicts)


def _note(site: Site, samples: pa.Table, verdicts: Mapping[str, str]) -> None:
    """Write the verdicts into the samples, where they are others than before."""
    found = pa.array([verdicts.get(number) for number in samples["check_number"].to_pylist()], pa.string())
    place = samples.schema.get_field_index("result")
    now = samples.set_column(place, "result", found)
    differs = pc.not_equal(pc.fill_null(samples["result"], ""), pc.fill_null(now["result"], ""))
    if changed := pc.unique(samples["sample"].filter(differs)).to_pylist():
        rows = now.filter(pc.is_in(now["sample"], value_set=pa.array(changed)))
        site.store.write("samples", rows, SAMPLES, {"sample": changed})


def verification_table(found: Sequence[Result]) -> pa.Table:
    """Rows of ``verifications``."""
    return pa.Table.from_pylist([_row(one) for one in found], schema=VERIFICATIONS)


def _row(one: Result) -> dict[str, object]:
    share = one.share
    return {
        "sample": one.sample, "dataset": one.dataset, "period": one.period, "region_code": one.region_code,
        "drawn": one.drawn, "visited": sum(one.verdicts.values()),
        "held": one.verdicts.get(TRUE, 0), "held_partly": one.verdicts.get(PARTLY, 0),
        "untrue": one.verdicts.get(UNTRUE, 0), "not_found": one.verdicts.get(NOT_FOUND, 0),
        "value": None if share is None else share.value,
        "interval_low": None if share is None else share.low,
        "interval_high": None if share is None else share.high,
        "effective_n": None if share is None else share.effective_n,
        "design_effect": None if share is None else share.design_effect,
    }  # fmt: skip
