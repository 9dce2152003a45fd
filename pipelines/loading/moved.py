"""Villages that went over to another township while both live on: what two files say of one would count twice.

A file speaks for the township that it was handed in for, so what the old township's says of the village stands until
that file comes again, beside what the new township's says of it by now. Nothing can be replaced here, for the rest of
the other file is right; the sender is told, and by whom it has to be mended.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from expectations.conform.in_time import Successors
from expectations.contracts.model import Contract
from expectations.resubmission import compare
from pipelines.loading.stands import Stands
from warehouse.codes import covering
from warehouse.ledger import Outcome, Standing
from warehouse.ledger.versions import Unit


@dataclass(frozen=True)
class Doubled:
    """Rows that are handed in twice.

    Attributes:
        rows: How many.
        places: Region codes of the villages.
        left: Region codes of those that they went from.
        others: What of the other files stands.
    """

    rows: int
    places: Collection[str]
    left: Collection[str]
    others: Collection[Standing]


class Moved:
    """Looks up what is handed in by two townships.

    Args:
        stands: What is in force.
        codes: Where codes lead.
    """

    def __init__(self, stands: Stands, codes: Successors) -> None:
        self._stands, self._codes = stands, codes

    def doubled(
        self, seq: int, outcome: Outcome, contract: Contract, records: Callable[[], pa.Table]
    ) -> Doubled | None:
        """Rows of a submission that another one's file of the same month says too, for one that lives on beside its own.

        Args:
            seq: Its place in the order of receipt.
            outcome: What it covers.
            contract: Its contract.
            records: Its records.

        Returns:
            What both say; None where nothing is said twice, or no village moved.
        """
        own = set(outcome.coverage)
        moves = [move for move in self._moves(own, contract.coverage) if own & {*move}]
        if not moves:
            return None
        beside = {unit for move in moves for unit in move} - own
        in_force = self._stands.in_force(contract.dataset, {period for _, period in own}, seq)
        others = [one for one in in_force if one.unit in beside and one.rows]
        if not others:
            return None
        now, there = records(), self._stands.rows(contract, others)
        places = set(now["region_code"].to_pylist()) & set(there["region_code"].to_pylist())
        found = compare(_lying_in(now, places), _lying_in(there, places), contract)
        if not found.same + found.changed:
            return None
        left = {before[0] for before, _ in moves if before in own | {one.unit for one in others}}
        return Doubled(found.same + found.changed, places, left, others)

    def _moves(self, own: Collection[Unit], level: str) -> Iterator[tuple[Unit, Unit]]:
        """Regions at a level of which a part went to another one, and that one; both live on."""
        for month in {period for _, period in own} if self._codes.are_any else ():
            for code, successor in self._codes.led(month):
                before, after = covering(code, level), covering(successor, level)
                if before != after and self._codes.of(before, month) == before:
                    yield (before, month), (after, month)


def _lying_in(rows: pa.Table, places: Collection[str]) -> pa.Table:
    return rows.filter(pc.is_in(rows["region_code"], pa.array(sorted(places), pa.string())))
