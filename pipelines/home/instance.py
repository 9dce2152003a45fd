"""The settings of a home's Dagster instance, ``dagster/dagster.yaml``: written with the home, completed in older ones.

What runs in it does not belong here.
"""

from __future__ import annotations

from pathlib import Path

import yaml

from pipelines.home.access import write_private

_HEAD = "# The Dagster instance of this home. Runs and events are kept in SQLite beside this file.\n"
_SECTIONS = {
    "telemetry": "telemetry:\n  enabled: false\n",
    "nux": "nux:\n  enabled: false  # no window that asks for an e-mail address\n",
    "run_monitoring": """\
run_monitoring:
  enabled: true
  max_runtime_seconds: 43200  # a run whose process is gone must not hold up the next ones for ever
""",
    "concurrency": """\
concurrency:
  runs:
    max_concurrent_runs: 1  # one load at a time: partitions are rebuilt one after the other
""",
}


def complete_instance(folder: Path) -> None:
    """Write ``dagster.yaml``, or add the sections that one lacks; what stands there stays as it is.

    Args:
        folder: DAGSTER_HOME; made when absent.
    """
    folder.mkdir(exist_ok=True)
    path = folder / "dagster.yaml"
    present = path.read_text(encoding="utf-8") if path.exists() else _HEAD
    given = yaml.safe_load(present) or {}
    missing = "".join(text for name, text in _SECTIONS.items() if name not in given)
    text = present.rstrip("\n") + "\n" + missing
    if not path.exists():
        write_private(path, text)
    elif missing:
        path.write_text(text, encoding="utf-8")
