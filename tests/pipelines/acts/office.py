"""The home that acts are done on: its contract in versions, its map, and files that are handed in as their rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow as pa

from expectations.contracts.records import record_schema
from expectations.resubmission import intent_of
from pipelines.home.regions import import_regions
from pipelines.home.site import Site
from pipelines.loading.counted import miscounted
from pipelines.loading.deciding import Deciding
from pipelines.loading.records import in_force_records, outdated_records, rebuild_records
from tests.expectations.versioned import SURVIVED, form
from tests.pipelines.acts.model import CHANGE, MONTHS, TOWNS, Key, Rules, Sent, lying
from tests.pipelines.town import REGIONS, Town, new_town
from warehouse import release
from warehouse.ledger import Arrival, Entry, Outcome, digest_at
from warehouse.staged import covered_rows, with_notes

DATASET = "saplings"
Told = tuple[str, str, str, float, str]
"""A row in force: month, where it lies, plot, area, submission."""


def empty_home(folder: Path) -> Path:
    """A home with regions and a contract, to begin with."""
    town = new_town(folder / "empty")
    contracts = town.root / "config" / "contracts"
    contracts.mkdir(parents=True, exist_ok=True)
    (contracts / "saplings.yaml").write_text(form("1.0.0", "", SURVIVED), encoding="utf-8")
    return town.root


class Office:
    """Hands files of a model in and looks at what the home makes of them.

    Args:
        root: The home.
        rules: The model's; what is good is taken from there, so that only what follows from it is tried.
    """

    def __init__(self, root: Path, rules: Rules) -> None:
        self._town, self._rules = Town(root), rules
        self.site: Site = self._town.site
        self._versions = 1

    def receive(self, one: Sent, number: int) -> str:
        """Take a file into the ledger; returns what it is called there."""
        digest = sha256(f"{number} {one.name}".encode()).hexdigest()
        arrived = Arrival("forestry", one.name, one.file, digest, 1, datetime.now(UTC))
        (receipt,) = self.site.ledger.receive_many([arrived])
        self.site.ledger.taken([receipt.submission_id])
        return receipt.submission_id

    def decide(self, files: Sequence[Sent]) -> list[Outcome]:
        """Stage files and decide about them, in their order."""
        entries = self.site.ledger.entries([one.id for one in files])
        return Deciding(self.site, really=True).decide(entries, [self._staged(one) for one in files])

    def stale(self) -> list[Entry]:
        """What has to be staged anew."""
        return self.site.ledger.stale(self.site.staging_digests)

    def change_contract(self, since: str, most: int) -> None:
        """Put a version into the home that allows areas up to a limit, or change the one that holds since then."""
        self._versions += 1
        path = self._town.root / "config" / "contracts" / f"saplings-{since}.yaml"
        path.write_text(form(f"{self._versions}.0.0", since, SURVIVED, most=most), encoding="utf-8")
        self.site.ledger.close()
        self.site = self._town.site

    def change_map(self, *, merged: Sequence[str] = (), split: bool = False, over: bool = False) -> None:
        """Bring in a list in which 汀 is part of 沐 in some months, or 石 was split, perhaps so that it ended."""
        path = self._town.root.with_name("regions.csv")
        path.write_text(_listed(merged, split=split, over=over), encoding="utf-8")
        import_regions(self.site, path)

    def rows(self) -> list[Told]:
        """In force."""
        return _told(in_force_records(self.site, DATASET, MONTHS))

    def rows_at(self, moment: datetime, known: Iterable[str]) -> list[Told]:
        """In force at an earlier time, by the townships that rows were handed in for."""
        contract = self.site.contracts[DATASET]
        found = self.site.ledger.in_force(DATASET, MONTHS, as_of=moment)
        staged = self.site.staged.read(DATASET, known, "records", record_schema(contract))
        return _told(covered_rows(staged, found, contract.coverage, contract.identity), "handed_in_as")

    def freeze(self, name: str) -> None:
        """Bring the table up to date, hold it against the ledger as a release does, and give the present state a name."""
        if months := outdated_records(self.site).get(DATASET):
            rebuild_records(self.site, DATASET, months)
        assert [line for line in miscounted(self.site) if line.startswith(DATASET)] == []
        release.freeze(self.site.store, name)

    def frozen(self, name: str) -> tuple[list[Told], dict[tuple[str, str], float]]:
        """Rows of a release, and its sums by month and county."""
        with self.site.connect(release=name) as connection:
            rows = connection.execute(_ROWS).fetchall()
            sums = connection.execute(_SUMS).fetchall()
        return sorted(rows), {(month, county): area for month, county, area in sums}

    def _staged(self, one: Sent) -> Outcome:
        rows, nothing = self._rules.good(one), self._rules.nothing(one)
        contract = self.site.contracts[DATASET]
        schema = record_schema(contract)
        records = pa.Table.from_pylist([self._record(one, *row) for row in rows.items()], schema=schema)
        self.site.staged.aside.write(DATASET, one.id, "records", with_notes(records, {}, ()))
        coverage = {(TOWNS[town], month): 0 for month, town in nothing}
        for month, town, _ in rows:
            coverage[TOWNS[town], month] = coverage.get((TOWNS[town], month), 0) + 1
        sent_back = len(one.written) - len(rows)
        months = {key[0] for key in one.written} | {month for month, _ in one.nothing_in}
        return Outcome(
            one.id,
            "refused" if not coverage else "partial" if sent_back else "accepted",
            DATASET,
            max(months),
            sorted({region for region, _ in coverage}),
            len(one.written),
            len(rows),
            sent_back,
            coverage=coverage,
            contract_digest=digest_at(self.site.staging_digests[DATASET], months),
            judged_by={month: contract.at(month).digest for month in sorted(months)},
            says=intent_of([one.name]),
        )

    def _record(self, one: Sent, key: Key, area: int) -> dict[str, Any]:
        month, town, plot = key
        where = {"region_code": TOWNS[lying(month, town, self._rules.merged)], "handed_in_as": TOWNS[town]}
        stands = {"submission_id": one.id, "sheet": "台账", "row": one.at[key]}
        says = {"period": month, "plot_number": plot, "species": "杉木", "area_mu": float(area)}
        return dict.fromkeys(record_schema(self.site.contracts[DATASET]).names) | where | stands | says


def totals(rows: Iterable[Told]) -> dict[tuple[str, str], float]:
    """Areas by month and county."""
    found: dict[tuple[str, str], float] = {}
    for month, region, _, area, _ in rows:
        found[month, region[:6]] = found.get((month, region[:6]), 0.0) + area
    return found


def as_told(model: Mapping[Key, Sent], merged: Sequence[str]) -> list[Told]:
    """What the model has in force, as the home would tell it."""
    return sorted(
        (month, TOWNS[lying(month, town, merged)], plot, float(by.rows[month, town, plot]), by.id)
        for (month, town, plot), by in model.items()
    )


_ROWS = f"select period, region_code, plot_number, area_mu, submission_id from {DATASET}"
_SUMS = f"select period, left(region_code, 6), sum(area_mu) from {DATASET} group by all"


def _told(records: pa.Table, where: str = "region_code") -> list[Told]:
    told = records.select(["period", where, "plot_number", "area_mu", "submission_id"])
    return sorted(tuple(row.values()) for row in told.to_pylist())  # type: ignore[misc]  # of five, as selected


def _listed(merged: Sequence[str], *, split: bool, over: bool) -> str:
    """A list of regions with days, as CSV."""
    day = f"{CHANGE}-01"
    head, *lines = REGIONS.splitlines()
    ends = {}
    if merged:
        ends[TOWNS["汀"]] = f",{'' if len(merged) == len(MONTHS) else day},{TOWNS['沐']}"
    if over:
        ends[TOWNS["石"]] = f",{day},"
    told = [f"{line},{ends.get(line.split(',')[0], ',,')}" for line in lines]
    if split:
        told.append(f"{TOWNS['新']},新石镇,township,990122000000,{day},,")
    return "\n".join([f"{head},valid_from,valid_to,successor", *told, ""])
