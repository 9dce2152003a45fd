"""Running the detectors and naming what they found. What is odd, and how odd, is the detectors' matter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from hashlib import sha256
from typing import TYPE_CHECKING, Protocol

import pandas as pd
import pyarrow as pa

from expectations.anomalies.control import discoveries
from expectations.anomalies.scene import Scene
from expectations.contracts.model import Contract
from warehouse.indicators import Indicator
from warehouse.relations import check_months
from warehouse.schemas import ANOMALIES

if TYPE_CHECKING:
    from warehouse.engines import Engine


MOST_RECORDS = 200
"""Rows that an anomaly names at most: a person looks at some, and ``n`` says how many there are."""


class Detector(Protocol):
    """A module that looks for one way in which padding shows."""

    NAME: str

    def find(self, scene: Scene) -> pd.DataFrame:
        """All tests made (``scene.tests``), also those that found nothing."""

    def tell(self, scene: Scene, found: pd.DataFrame) -> list[str]:
        """A Chinese message per row found: what was seen, n, what was expected, what to look at."""


def detect(
    engine: Engine,
    months: Iterable[str],
    contracts: Mapping[str, Contract],
    indicators: Mapping[str, Indicator] | None = None,
    detectors: Sequence[Detector] | None = None,
) -> pa.Table:
    """What is worth a visit in the months.

    Args:
        engine: Has a table per dataset; ``observations`` and ``regions`` where there are any.
        months: ``2025-06`` …; earlier records serve as history.
        contracts: By dataset.
        indicators: By id.
        detectors: All by default.

    Returns:
        ``warehouse.schemas.ANOMALIES``, sorted; an anomaly found again has the same id.
    """
    from expectations.anomalies.detectors import DETECTORS

    scene = Scene(engine, check_months(months), contracts, indicators or {})
    found = [_anomalies(detector, scene) for detector in (detectors or DETECTORS) if scene.months]
    frames = [frame for frame in found if len(frame)]
    if not frames:
        return ANOMALIES.empty_table()
    table = pd.concat(frames, ignore_index=True).sort_values(
        ["period", "detector", "region_code", "anomaly_id"]
    )
    return pa.Table.from_pandas(table[ANOMALIES.names], schema=ANOMALIES, preserve_index=False)


def _anomalies(detector: Detector, scene: Scene) -> pd.DataFrame:
    tests = detector.find(scene)
    found = discoveries(tests[tests["period"].isin(scene.months)]).reset_index(drop=True)
    if found.empty:
        return found
    identity = ["dataset", "indicator", "region_code", "period", "subject"]
    names = found[identity].astype(str).agg("|".join, axis=1)
    return found.assign(
        detector=detector.NAME,
        anomaly_id=[sha256(f"{detector.NAME}|{name}".encode()).hexdigest()[:16] for name in names],
        message=detector.tell(scene, found),
        indicator=found["indicator"].astype(object).where(found["indicator"] != "", None),
        dataset=found["dataset"].astype(object).where(found["dataset"] != "", None),
        n=found["n"].astype("int64"),
        records=found["records"].map(lambda rows: list(rows)[:MOST_RECORDS]),
    )
