"""The command line: ``shiji [--home DIR] COMMAND``. One file per group of commands; none holds logic of its own."""

from pipelines.cli.app import main

__all__ = ["main"]
