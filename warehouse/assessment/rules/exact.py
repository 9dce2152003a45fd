"""Numbers of a scheme, exact: ``0.1`` in YAML is a tenth, and not the float nearest to it."""

from __future__ import annotations

from fractions import Fraction
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


def exact(number: Any) -> Fraction:
    """A number as it is printed, exactly.

    Raises:
        ValueError: It is none, or has no end (``nan``, ``inf``).
    """
    if isinstance(number, Fraction):
        return number
    if isinstance(number, bool) or not isinstance(number, (int, float, str)):
        raise ValueError(f"{number!r} is no number")
    return Fraction(str(number))


Exact = Annotated[Fraction, BeforeValidator(exact), PlainSerializer(str), WithJsonSchema({"type": "number"})]
"""A field that holds a number exactly."""
