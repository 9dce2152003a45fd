"""What is said of many cells below one another, said once: a renamed unit is one line of a list and not three hundred."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd

RUN = 6
"""Cells below one another from which what is said of all of them is one line."""
_SAME = ("sheet", "severity", "rule", "message", "remedy")


def joined_runs(listed: pd.DataFrame) -> pd.DataFrame:
    """Findings that say the same of cells below one another, as one line each: ``C3:C302``.

    Args:
        listed: From ``findings_frame``.
    """
    import pandas as pd

    findings: list[dict[Any, Any]] = listed.to_dict("records")
    lines: dict[int, dict[Any, Any]] = {}
    for run in _runs(findings):
        if len(run) < RUN:
            lines.update((at, findings[at]) for at in run)
        else:
            lines[min(run)] = _joined([findings[at] for at in run])
    return pd.DataFrame([lines[at] for at in sorted(lines)], columns=listed.columns)


def _runs(findings: list[dict[Any, Any]]) -> Iterator[list[int]]:
    """Places in the list, run by run from the top of each column."""
    alike: dict[tuple[Any, ...], list[tuple[int, int]]] = defaultdict(list)
    for at, finding in enumerate(findings):
        _, row, column = finding["place"]
        alike[*(finding[name] for name in _SAME), column].append((row, at))
    for places in alike.values():
        run: list[int] = []
        last = 0
        for row, at in sorted(places):
            if run and (row != last + 1 or not last):
                yield run
                run = []
            run.append(at)
            last = row
        yield run


def _joined(run: list[dict[Any, Any]]) -> dict[Any, Any]:
    values = list(dict.fromkeys(finding["value"] for finding in run))
    shown = values[0] if len(values) == 1 else f"{values[0]} 等"
    to = run[-1]["cell"].rpartition("!")[2]
    return {**run[0], "cell": f"{run[0]['cell']}:{to}", "value": f"{shown}（{len(run):,} 格）".strip()}
