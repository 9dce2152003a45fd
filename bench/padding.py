"""``python -m bench.padding``: how far padding moves points that rest on evidence, and points that rest on claims.

The demo is made twice with the same seed: honest, and with claims lifted above the records, rates claimed over fewer
households, values just above the target, and households left out of the register at the year's end. Under the demo's
scheme each county is scored by evidence and by what it claims of itself, in both.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from pipelines.answers.scoring import yardsticks
from pipelines.demo import generate
from pipelines.demo.paddings import PADDINGS, Padding
from pipelines.home.folders import Settings, init_home
from pipelines.home.regions import import_regions
from pipelines.home.site import Site
from pipelines.loading.load import load

LIFTED = ("claims_above_records", "claimed_over_fewer", "denominator_at_year_end", "bunching_above_target")
SCHEME, PERIOD = "demo_2025", "2025"


def measure(scale: str, seed: int) -> list[dict[str, Any]]:
    """By county, points in the honest and in the padded city, by evidence and by claims."""
    chosen = [one for one in PADDINGS if one.kind.name in LIFTED]
    with tempfile.TemporaryDirectory() as folder:
        honest, padded = (
            _points(Path(folder) / name, scale, seed, paddings)
            for name, paddings in (("honest", ()), ("padded", chosen))
        )
    return [
        {
            "region": row["region"],
            "evidence_honest": row["scheme_points"], "evidence_padded": other["scheme_points"],
            "claims_honest": row["claimed_points"], "claims_padded": other["claimed_points"],
        }
        for code, row in honest.items()
        for other in [padded[code]]
    ]  # fmt: skip


def _points(root: Path, scale: str, seed: int, paddings: Sequence[Padding]) -> dict[str, dict[str, Any]]:
    home = init_home(root, Settings(settle_seconds=0, first_period="2024-01", received_at="modified"))
    city = generate(home.inbox, home.config, scale=scale, seed=seed, paddings=paddings)  # type: ignore[arg-type]
    import_regions(Site(home), city.regions)
    summary = load(Site(home))
    if not summary.finished:
        raise RuntimeError(f"the load did not finish: {summary.problems}")
    site = Site(home)
    with site.connect() as connection:
        return {row["region_code"]: row for row in yardsticks(connection, SCHEME, PERIOD, site)}


def tell(rows: Sequence[dict[str, Any]]) -> Iterator[str]:
    """The figures as lines of text."""
    yield f"{'':<8}{'by evidence':>34}{'by claims':>38}"
    moved = {"evidence": 0.0, "claims": 0.0}
    for row in rows:
        line = f"{row['region']:<8}"
        for by in moved:
            before, now = row[f"{by}_honest"], row[f"{by}_padded"]
            moved[by] += abs(now - before)
            line += f"{before:>14.2f} → {now:>6.2f} ({now - before:+.2f})"
        yield line
    share = moved["evidence"] / moved["claims"] if moved["claims"] else float("nan")
    yield f"moved in all: {moved['evidence']:.2f} points by evidence, {moved['claims']:.2f} by claims: {share:.2f}"


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser("python -m bench.padding", description=__doc__)
    parser.add_argument("--scale", default="city", choices=["village", "city"])
    parser.add_argument("--seed", type=int, default=2025)
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    rows = measure(asked.scale, asked.seed)
    print(json.dumps(rows, ensure_ascii=False) if asked.json else "\n".join(tell(rows)))


if __name__ == "__main__":
    main()
