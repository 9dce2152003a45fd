"""``python -m bench.truth HOME``: does a loaded demo city hold what its clerks' acts must have come to?

The home is one that ``shiji demo`` made, of whatever scale, before anything else was handed in there; what each act must
come to stands in its ``config/demo_truth.json``. The suite does the same to a village.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pipelines.demo.score import acts_amiss
from pipelines.home.folders import Home
from pipelines.home.site import Site


def measure(home: Path) -> dict[str, Any]:
    """Score a home: by kind how many acts there are, and those that are amiss with what differs."""
    acts = json.loads((home / "config/demo_truth.json").read_text(encoding="utf-8"))["acts"]
    with Site(Home(home)).connect() as connection:
        amiss = acts_amiss(connection, acts)
    return {
        "kinds": dict(sorted(Counter(act["kind"] for act in acts).items())),
        "files": len({file["file"] for act in acts for file in act["files"]}),
        "amiss": amiss,
    }


def tell(figures: dict[str, Any]) -> Iterator[str]:
    """The figures as lines of text."""
    for kind, count in figures["kinds"].items():
        yield f"  {kind:<22}{count:>3}"
    for name, differs in figures["amiss"].items():
        yield f"AMISS {name}"
        yield from (f"  {one}" for one in differs)
    acts = sum(figures["kinds"].values())
    right = acts - len(figures["amiss"])
    yield f"{acts} acts of {len(figures['kinds'])} kinds in {figures['files']} files: {right} right"


def main() -> int:
    """Run the command."""
    parser = argparse.ArgumentParser("python -m bench.truth", description=__doc__)
    parser.add_argument("home", type=Path, help="a home that shiji demo made")
    figures = measure(parser.parse_args().home)
    print("\n".join(tell(figures)))
    return 1 if figures["amiss"] else 0


if __name__ == "__main__":
    sys.exit(main())
