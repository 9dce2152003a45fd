"""What may be shown of one submission: its texts without private numbers and the people it names, its sheets by safe names.

Whom it names is worked out in ``people``; what each column of a table may show stands in ``safe_cells``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from expectations.privacy.names import KnownNames, looks_like_name, mask_name
from expectations.privacy.numbers import scrub, scrub_text
from expectations.privacy.words import COMMON_SURNAMES

if TYPE_CHECKING:
    import pandas as pd

_APART = re.compile(r"([\d\s_\-—.、，,;；()（）【】\[\]《》“”‘’：:+&]+)")

MASKED_SHEET = r"（第\d+张）$"
"""How the shown name of a sheet ends whose own name had to be masked: two such are still told apart."""


class Shield:
    """Texts of one submission as others may see them.

    Args:
        names: The people it names.
        sheets: Its sheets by name, in their order.
    """

    def __init__(self, names: KnownNames | None = None, sheets: Iterable[str] = ()) -> None:
        self.names = KnownNames() if names is None else names
        self.sheets: Mapping[str, str] = {
            sheet: shown if shown == sheet else f"{shown}（第{place}张）"
            for place, sheet in enumerate(dict.fromkeys(sheets), start=1)
            for shown in [self.label(sheet)]
        }

    def text(self, text: str) -> str:
        """One text, cleaned."""
        return scrub_text(self.names.clean_text(text))

    def texts(self, values: pd.Series) -> pd.Series:
        """A column of texts, cleaned; the same object where there is nothing to clean."""
        return scrub(self.names.clean(values))

    def label(self, text: str) -> str:
        """The name of a sheet, a file or a folder: also cleaned of a name that stands for itself in it."""
        pieces = _APART.split(self.text(text))
        return "".join(mask_name(piece) if _is_name_alone(piece) else piece for piece in pieces)

    def path(self, path: str) -> str:
        """A path with every folder and the file cleaned; the department's folder, its first part, stays."""
        department, *parts = PurePosixPath(path).parts or ("",)
        if not parts:
            return self._file(department)
        return "/".join([department, *map(self.label, parts[:-1]), self._file(parts[-1])])

    def _file(self, name: str) -> str:
        stem, dot, ending = name.rpartition(".")
        return f"{self.label(stem)}.{ending}" if dot and stem else self.label(name)


def _is_name_alone(piece: str) -> bool:
    """Whether a piece of a title is a name beyond much doubt: three characters that begin with a common surname."""
    return len(piece) == 3 and piece[0] in COMMON_SURNAMES and looks_like_name(piece)
