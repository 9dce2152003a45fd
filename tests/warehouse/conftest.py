"""A small warehouse: two submissions of one ledger, its records, two villages of one town."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.ledger import Arrival, Ledger, Outcome
from warehouse.schemas import RECORD_FIELDS, REGIONS
from warehouse.store import Store

TOILETS = pa.schema(
    [("built_on", pa.date32()), ("subsidy_yuan", pa.float64()), ("plots", pa.int64()), *RECORD_FIELDS]
)
TOWN, FIRST, SECOND, RETIRED = "990101100000", "990101100201", "990101100202", "990101100299"


@dataclass(frozen=True)
class Warehouse:
    store: Store
    ledger: Ledger
    submissions: tuple[str, str]

    def write(self, month: str, *rows: tuple[str, float, int]) -> None:
        """Records of a month: region, subsidy and the row of the spreadsheet."""
        records = [
            {
                "subsidy_yuan": subsidy, "plots": 1, "region_code": region, "period": month,
                "submission_id": self.submissions[0 if month == "2025-06" else 1], "sheet": "台账", "row": row,
            }
            for region, subsidy, row in rows
        ]  # fmt: skip
        self.store.write(
            "toilet_ledger", pa.Table.from_pylist(records, schema=TOILETS), TOILETS, {"period": [month]}
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Iterator[Warehouse]:
    ledger = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    arrivals = [
        Arrival(
            "toilet_reform",
            f"toilet_reform/{month}/台账.xlsx",
            "台账.xlsx",
            f"{n}" * 64,
            9,
            datetime(2025, 7, 1, tzinfo=UTC),
            datetime(2025, 7, 2, tzinfo=UTC),
        )
        for n, month in enumerate(("2025-06", "2025-07"))
    ]
    receipts = ledger.receive_many(arrivals)
    made = Warehouse(
        Store(tmp_path / "仓库 *1"), ledger, (receipts[0].submission_id, receipts[1].submission_id)
    )
    ledger.finish_many(
        [
            Outcome(
                made.submissions[0],
                "accepted",
                "toilet_ledger",
                "2025-06",
                [TOWN],
                2,
                2,
                0,
                coverage={(TOWN, "2025-06"): 2},
            )
        ]
    )
    regions = [
        {"region_code": TOWN, "name": "东镇", "level": "township"},
        {"region_code": FIRST, "name": "一村", "level": "village", "parent_code": TOWN},
        {"region_code": SECOND, "name": "二村", "level": "village", "parent_code": TOWN},
        {"region_code": RETIRED, "name": "老村", "level": "village", "successor": SECOND},
    ]
    made.store.write("regions", pa.Table.from_pylist(regions, schema=REGIONS), REGIONS, {})
    made.write("2025-06", (FIRST, 100.0, 5), (SECOND, 200.5, 6))
    made.write("2025-07", (FIRST, 300.0, 4), (RETIRED, 50.0, 7))
    yield made
    ledger.close()
