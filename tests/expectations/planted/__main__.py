"""``python -m tests.expectations.planted [--examples]``: the figures of docs/privacy.md, both halves apart."""

from __future__ import annotations

import sys

from tests.expectations.planted.measure import Figures, measure_texts, measure_workbooks


def main() -> None:
    """Print the figures of both halves; with ``--examples`` also what went wrong in the half that is tuned on."""
    for half in ("dev", "held_out"):
        for what, figures in (("texts", measure_texts(half)), ("workbooks", measure_workbooks(half))):
            _print(f"{half} {what}", figures)
            if half == "dev" and "--examples" in sys.argv:
                print("\n".join(f"  {one}" for one in figures.examples))  # noqa: T201


def _print(title: str, figures: Figures) -> None:
    told = ", ".join(f"{kind} {count} of {figures.planted[kind]}" for kind, count in figures.told.items())
    print(  # noqa: T201
        f"{title}: {figures.planted.total()} private values, {figures.recall:.1%} hidden"
        f"{f' (still told: {told})' if told else ''}; {figures.honest} honest texts, {figures.false_masks:.1%} hidden"
    )


main()
