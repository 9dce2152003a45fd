"""What stands for a dataset while it is decided about submissions: asked of the ledger once, then kept up to date.

The ledger hears of a wave of submissions when all of it is decided, so what was decided before in the wave is kept here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import pyarrow as pa

from expectations.contracts.model import Contract
from expectations.contracts.records import record_schema
from pipelines.home.site import Site
from warehouse.ledger import Entry, Outcome, Standing
from warehouse.ledger.force import as_in_force
from warehouse.ledger.versions import Unit
from warehouse.staged import covered_rows


class Stands:
    """What was accepted for regions and periods, overtaken or not.

    Args:
        site: The home.
    """

    def __init__(self, site: Site) -> None:
        self._site = site
        self._standing: dict[tuple[str, str], list[Standing]] = {}

    def known(self, dataset: str, period: str) -> list[Standing]:
        """All that speaks for a period, in the order it came."""
        if (dataset, period) not in self._standing:
            self._standing[dataset, period] = self._site.ledger.standing(dataset, [period])
        return self._standing[dataset, period]

    def in_force(self, dataset: str, periods: Iterable[str], before: int) -> list[Standing]:
        """What was in force before the submission of a number came."""
        by_unit: dict[Unit, list[Standing]] = defaultdict(list)
        for period in sorted(periods):
            for one in self.known(dataset, period):
                if one.seq < before:
                    if one.takes == "replaces":
                        by_unit[one.region_code, period].clear()
                    by_unit[one.region_code, period].append(one)
        return [one for standing in by_unit.values() for one in standing]

    def rows(self, contract: Contract, standing: Sequence[Standing]) -> pa.Table:
        """Records of what is in force for regions and periods."""
        ids = list(dict.fromkeys(one.submission_id for one in standing))
        staged = self._site.staged.read(contract.dataset, ids, "records", record_schema(contract))
        rows = [
            (one.submission_id, one.region_code, one.period, one.rows, one.seq, one.takes) for one in standing
        ]
        return covered_rows(staged, as_in_force(rows), contract.coverage, contract.identity)

    def note(self, entry: Entry, outcome: Outcome, dataset: str) -> None:
        """A submission was decided about and stands from now on."""
        for period in {period for _, period in outcome.coverage}:
            known = [one for one in self.known(dataset, period) if one.seq != entry.seq]
            known += [
                Standing(
                    entry.seq,
                    entry.submission_id,
                    entry.department,
                    entry.sender_path,
                    entry.received_at,
                    region,
                    period,
                    rows,
                    outcome.takes or "replaces",
                )
                for (region, own), rows in outcome.coverage.items()
                if own == period
            ]
            self._standing[dataset, period] = sorted(known, key=lambda one: one.seq)
