"""Number formats of workbooks, as Excel spells them. Which cell has which is known to the readers."""

from __future__ import annotations

import re

BUILT_IN = {9: "0%", 10: "0.00%"}
"""The percentages among the formats that every workbook has without saying so, by number."""

_NOT_CODE = re.compile(r'"[^"]*"|[\\_*].|\[[^\]]*\]')
"""Text in quotes, escaped, or as a gap; colours and conditions: they show, but do not change the number."""


def is_percentage(code: str) -> bool:
    """Whether a number is shown a hundredfold: ``0.0%`` does so, ``0.0"%"`` only writes the sign behind it."""
    return "%" in _NOT_CODE.sub("", code)


def zeros(code: str) -> int:
    """To how many digits a whole number is filled up with zeros: ``0000`` to four; 0 where it is not."""
    plain = _NOT_CODE.sub("", code).partition(";")[0]
    return len(plain) if len(plain) > 1 and not plain.strip("0") else 0


def is_telling(code: str) -> bool:
    """Whether the format shows a number as something that its value alone is not."""
    return is_percentage(code) or zeros(code) > 0
