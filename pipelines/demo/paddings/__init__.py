"""Padding in the demo: ``model`` says what one is, a file per ledger holds its kinds, ``plan`` says what is planted where."""

from pipelines.demo.paddings.model import Kind, Padding, Strength, Where, padded_ledgers
from pipelines.demo.paddings.plan import HONEST, KINDS, PADDINGS, drawn, unsettled

__all__ = [
    "HONEST",
    "KINDS",
    "PADDINGS",
    "Kind",
    "Padding",
    "Strength",
    "Where",
    "drawn",
    "padded_ledgers",
    "unsettled",
]
