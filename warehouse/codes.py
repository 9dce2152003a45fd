"""Region codes as text: how many digits tell the regions of a level apart, and the code of a region above.

National statistical region code: 12 digits, 6 to the county, 9 to the township. What regions there are stands in ``regions``.
"""

from __future__ import annotations

from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

Level = Literal["county", "township", "village"]

CODE_LENGTH = 12

DIGITS = {"county": 6, "township": 9, "village": 12}
"""How many digits of a region code tell regions of a level apart."""


def covering(region_code: str, level: str) -> str:
    """The code of the region at a level that a region lies in (county 6 digits, township 9, village 12)."""
    return region_code[: DIGITS[level]].ljust(CODE_LENGTH, "0")


def prefixes(region_codes: pa.ChunkedArray, level: str) -> pa.ChunkedArray:
    """The digits of each code that tell regions of a level apart."""
    return pc.utf8_slice_codeunits(region_codes, 0, DIGITS[level])
