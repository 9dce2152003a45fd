"""What a code location is built from: a home's datasets, and the windows of months that something is due or there for.

A partition of a dataset is a window of its frequency, named by the window's last month as its records are. Windows are
told as the report tells who must hand in what: from the first month that anybody handed in for to the last. Dagster
knows them from the moment it loads the definitions, so sensors compare what is with what was planned.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from expectations.contracts.model import Contract
from pipelines.home.folders import Home
from pipelines.home.site import Site
from pipelines.loading.differs import digest
from warehouse.frequency import MONTHS, Frequency, window_end, window_start
from warehouse.periods import Month


@dataclass(frozen=True)
class Plan:
    """Datasets and their partitions.

    Attributes:
        contracts: By dataset.
        present: By dataset, the months that something is in force or built for.
        first: The first month that a hand-in is expected for.
    """

    contracts: Mapping[str, Contract]
    present: Mapping[str, frozenset[str]]
    first: str

    @classmethod
    def of(cls, home: Home) -> Plan:
        """The plan of a home; of a folder that is none, built-in datasets without partitions."""
        if not home.is_initialised:
            return cls(home.contracts, {}, "")
        ledger = Site(home).ledger
        present = {
            name: frozenset(ledger.desired(name)) | frozenset(ledger.built(name)) for name in home.contracts
        }
        return cls(home.contracts, present, home.settings.first_period)

    @cached_property
    def months(self) -> list[str]:
        """Months of any dataset, sorted: those that figures are computed for."""
        return sorted(set().union(*self.present.values()))

    @cached_property
    def windows(self) -> dict[Frequency, list[str]]:
        """By frequency, the windows that are due or handed in for, in order."""
        return {frequency: self._windows(frequency) for frequency in MONTHS}

    def partitions(self, contract: Contract) -> list[str]:
        """The windows of a dataset; none while nobody has ever handed it in."""
        return self.windows[contract.frequency] if self.present.get(contract.dataset) else []

    def shape(self, contract: Contract) -> tuple[str, ...]:
        """What must be known of a dataset to run it: its asset and its partitions."""
        return (contract.department, contract.dataset, contract.frequency, *self.partitions(contract))

    @property
    def digest(self) -> str:
        """A fingerprint of all that the definitions are made from."""
        contracts = (f"{one.digest} {' '.join(self.shape(one))}" for _, one in sorted(self.contracts.items()))
        return digest([*contracts, *self.months])

    def knows(self, contract: Contract) -> bool:
        """Whether a dataset as it is described now has the asset that it had when this plan was made."""
        planned = self.contracts.get(contract.dataset)
        return planned is not None and (
            (planned.department, planned.frequency) == (contract.department, contract.frequency)
        )

    def _windows(self, frequency: Frequency) -> list[str]:
        own = (self.present.get(c.dataset, ()) for c in self.contracts.values() if c.frequency == frequency)
        handed_in = _ends(set().union(*own), frequency)
        expected = [month for month in self.months if month >= self.first]
        if not expected:
            return sorted(handed_in)
        first, last = Month(expected[0]), Month(expected[-1])
        due = {
            end for end in _ends(map(str, first.until(last)), frequency)
            if end <= last.text and window_start(Month(end), frequency) >= first
        }  # fmt: skip
        return sorted(handed_in | due)


def _ends(months: Iterable[str], frequency: Frequency) -> set[str]:
    return {window_end(Month(month), frequency).text for month in months}
