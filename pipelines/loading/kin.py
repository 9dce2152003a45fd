"""Regions that were handed in apart and are one on the map of their month: which of them a new submission speaks for too.

Once a township is merged into another, what either handed in stands side by side. A file of the one that remains speaks
for both where it has rows of both, or says that there is nothing. One that still names the other speaks for that alone,
unless nothing stands for it by itself and a file of the one that remains speaks for it, or has rows of it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence

import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.in_time import Successors
from expectations.contracts.model import Contract
from expectations.resubmission import compare
from pipelines.home.site import Site
from pipelines.loading.stands import Stands
from warehouse.ledger import Entry, Outcome, Standing
from warehouse.ledger.values import COUNTING
from warehouse.ledger.versions import Unit


class Kin:
    """Looks up what else submissions speak for.

    Args:
        site: The home.
        stands: What is in force.
        codes: Where codes lead.
    """

    def __init__(self, site: Site, stands: Stands, codes: Successors) -> None:
        self._site, self._stands, self._codes = site, stands, codes

    def place(self, unit: Unit) -> Unit:
        """Where a region lies on the map of the period."""
        return self._codes.of(*unit), unit[1]

    def spoken_for(
        self,
        entry: Entry,
        outcome: Outcome,
        contract: Contract,
        in_force: Sequence[Standing],
        now: Callable[[], pa.Table],
    ) -> frozenset[Unit]:
        """Regions and periods besides its own that a submission speaks for; decided once.

        Args:
            entry: The submission.
            outcome: What it covers of its own.
            contract: Its contract.
            in_force: What stood before it came.
            now: Its records.
        """
        if not self._codes.are_any:
            return frozenset()
        own = set(outcome.coverage)
        places = set(map(self.place, own))
        near = [
            one for one in in_force if one.unit not in own and one.rows and self.place(one.unit) in places
        ]
        if entry.status in (*COUNTING, "held"):
            return self._kept(entry, contract, own, near)
        here = [one for one in in_force if one.unit in own]
        of_both = {one.submission_id for one in here if not one.rows}
        alone = {self.place(one.unit) for one in here if one.rows}
        found = {one.unit for one in near if one.submission_id in of_both}
        for unit in {one.unit for one in near} - found:
            remains = (self._codes.first(*self.place(unit)), unit[1]) in own
            if (remains and outcome.is_nil) or (
                (remains or self.place(unit) not in alone)
                and self._meet(now(), contract, [one for one in near if one.unit == unit])
            ):
                found.add(unit)
        return frozenset(found)

    def _kept(
        self, entry: Entry, contract: Contract, own: Collection[Unit], near: Sequence[Standing]
    ) -> frozenset[Unit]:
        """What a submission spoke for besides its own when it was decided about."""
        ledger, places = self._site.ledger, set(map(self.place, own))
        known = ledger.covered(entry.submission_id).keys()
        kept = {unit for unit in known if unit not in own and self.place(unit) in places}
        staged = self._site.staged
        if not near or "handed_in_as" in staged.columns(contract.dataset, entry.submission_id, "records"):
            return frozenset(kept)
        # It was decided by where its rows lay, when they lay in one region with those near.
        if not ledger.compared(entry.submission_id):
            return frozenset(kept - {one.unit for one in near})
        return frozenset(
            kept | {one.unit for one in near if known & ledger.covered(one.submission_id).keys()}
        )

    def _meet(self, now: pa.Table, contract: Contract, standing: Sequence[Standing]) -> bool:
        """Whether some rows are about the same things."""
        found = compare(now, self._stands.rows(contract, standing), contract)
        return bool(found.same + found.changed)

    def amended(
        self, kin: Collection[Unit], contract: Contract, replaced: Sequence[Standing], now: pa.Table
    ) -> frozenset[Unit]:
        """Of what a submission that adds speaks for besides its own, that in which its rows stand for others.

        Not where one of its rows could stand for one of its own region as well as for one there: the key tells rows
        apart within a region then.
        """
        same = ["period", *contract.identity]
        rows = self._stands.rows(contract, replaced)
        there = {unit: rows.filter(_is_of(unit)).select(same) for unit in kin}
        here = now.join(rows, ["handed_in_as", *same], join_type="left semi").select(same)
        return frozenset(
            unit for unit, own in there.items() if not here.join(own, same, join_type="left semi").num_rows
        )


def _is_of(unit: Unit) -> pc.Expression:
    return (pc.field("handed_in_as") == unit[0]) & (pc.field("period") == unit[1])
