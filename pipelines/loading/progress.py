"""How long work says where it is: a call with what, done and total. Who shows it is not decided here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sized
from dataclasses import dataclass
from typing import TypeVar

Item = TypeVar("Item")
Report = Callable[[str, int, int], None]


def _silent(_what: str, _done: int, _total: int) -> None:
    """Nobody is watching."""


@dataclass(frozen=True)
class Progress:
    """A place to report to; silent by default."""

    report: Report = _silent

    def over(self, items: Iterable[Item], what: str, total: int | None = None) -> Iterator[Item]:
        """Yield the items, reporting each one as it is done."""
        size = total if total is not None else (len(items) if isinstance(items, Sized) else 0)
        self.report(what, 0, size)
        for done, item in enumerate(items, start=1):
            yield item
            self.report(what, done, size)
