"""What visits found of a sample: by region the records that hold, and what can be said of all records by them.

A record that holds in part counts half. Where nobody was found nothing is known: such visits are counted apart, and say
nothing of the others.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from warehouse.codes import CODE_LENGTH, DIGITS, covering
from warehouse.sampling.estimate import Share, share

TRUE, PARTLY, UNTRUE, NOT_FOUND = "属实", "部分属实", "不实", "找不到人"
VERDICTS = (TRUE, PARTLY, UNTRUE, NOT_FOUND)
"""What a visitor may say of a record."""

_HOLDS = {TRUE: 1.0, PARTLY: 0.5, UNTRUE: 0.0}
_CITY = 4
"""Digits of a code that tell cities apart."""
_LEVELS = tuple(DIGITS)

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What became of one sample in one region.

    Attributes:
        sample: The draw.
        dataset: Whose records.
        period: As they stood in this month.
        drawn_at: When it was drawn, UTC.
        region_code: A stratum's, or a region above strata.
        drawn: Records drawn there.
        verdicts: How often each verdict was given.
        share: Of all its records, those that hold; None where no visit could tell.
    """

    sample: str
    dataset: str
    period: str
    drawn_at: dt.datetime
    region_code: str
    drawn: int
    verdicts: Mapping[str, int]
    share: Share | None

    @property
    def told(self) -> int:
        """Visits that say something."""
        return sum(self.verdicts.get(one, 0) for one in _HOLDS)


def results(samples: pa.Table, verdicts: Mapping[str, str]) -> list[Result]:
    """Results of samples that anybody was sent out for.

    Args:
        samples: Rows of ``samples``.
        verdicts: By number of the check, what the visit found.
    """
    by_sample: dict[str, list[Row]] = defaultdict(list)
    for row in samples.sort_by([("sample", "ascending"), ("number", "ascending")]).to_pylist():
        by_sample[row["sample"]].append(row)
    return [
        result
        for rows in by_sample.values()
        if any(row["check_number"] in verdicts for row in rows)
        for result in _of(rows, verdicts)
    ]


def _of(rows: Sequence[Row], verdicts: Mapping[str, str]) -> Iterator[Result]:
    """Of one sample, its regions from the city down to the strata."""
    by_region: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        for region in _upwards(row["stratum"]):
            by_region[region].append(row)
    for region in sorted(by_region):
        yield _result(region, by_region[region], verdicts)


def _upwards(stratum: str) -> list[str]:
    """A stratum and the regions that it lies in, up to the city."""
    own = "county" if stratum.endswith("000000") else "township" if stratum.endswith("000") else "village"
    levels = _LEVELS[: _LEVELS.index(own) + 1]
    return [stratum[:_CITY].ljust(CODE_LENGTH, "0"), *(covering(stratum, level) for level in levels)]


def _result(region: str, rows: Sequence[Row], verdicts: Mapping[str, str]) -> Result:
    found = [(row, verdicts[row["check_number"]]) for row in rows if row["check_number"] in verdicts]
    told = [(row, _HOLDS[verdict]) for row, verdict in found if verdict in _HOLDS]
    first = rows[0]
    estimate = share(
        [holds for _, holds in told],
        [row["probability"] for row, _ in told],
        [row["stratum"] for row, _ in told],
        {row["stratum"]: row["stratum_size"] for row in rows},
    ) if told else None  # fmt: skip
    counts = Counter(verdict for _, verdict in found)
    return Result(
        first["sample"],
        first["dataset"],
        first["period"],
        first["drawn_at"],
        region,
        len(rows),
        counts,
        estimate,
    )
