"""Targets that the office keeps as a table beside its scheme: one row per region, its code and its target.

A blank target, or 不适用, is *not applicable* there; 0 is a target.
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

_CODES = ("region_code", "区划代码", "行政区划代码", "统计用区划代码", "单位代码")
_TARGETS = ("target", "目标值", "目标", "目标任务", "年度目标")
_NOT_APPLICABLE = ("", "不适用", "-", "—", "/")


def read_targets(path: Path) -> dict[str, str | None]:
    """Targets by region code, as they are written; None where one does not apply.

    Args:
        path: A CSV in UTF-8 or GB 18030, its first row the titles.

    Raises:
        ValueError: No such file, a column is missing, or a code is none or stands there twice; names the line.
    """
    rows = csv.DictReader(io.StringIO(_text(path)))
    titles = [title.strip() for title in rows.fieldnames or ()]
    code, target = _column(path, titles, _CODES), _column(path, titles, _TARGETS)
    found: dict[str, str | None] = {}
    for line, row in enumerate(rows, start=2):
        plain = {
            (title or "").strip(): (text or "").strip()
            for title, text in row.items()
            if isinstance(text, str)
        }
        region = plain[code]
        if not any(plain.values()):
            continue
        if not (region.isdigit() and len(region) == 12):
            raise ValueError(f"{path.name}, line {line}: {region!r} is no code of 12 digits")
        if region in found:
            raise ValueError(f"{path.name}, line {line}: {region} is there twice")
        found[region] = None if plain[target] in _NOT_APPLICABLE else plain[target].removesuffix("%")
    if not found:
        raise ValueError(f"{path.name} holds no targets")
    return found


def _text(path: Path) -> str:
    if not path.is_file():
        raise ValueError(f"there is no {path.name} beside the scheme ({path.parent})")
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030")


def _column(path: Path, titles: list[str], known: tuple[str, ...]) -> str:
    found = [title for title in titles if title in known]
    if len(found) != 1:
        raise ValueError(
            f"{path.name}: one column is to be called {known[0]} ({'、'.join(known[1:])}); there are: {', '.join(titles)}"
        )
    return found[0]
