"""How the name of a region may be written: with an office's words for its kind, without its kind, with it doubled."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache

_OFFICES = (("村民委员会", "村"), ("村委会", "村"), ("社区居民委员会", "社区"), ("社区居委会", "社区"), ("居民委员会", ""), ("居委会", ""), ("街道办事处", "街道"), ("镇人民政府", "镇"), ("乡人民政府", "乡"))  # fmt: skip
_KINDS = ("自治县", "民族乡", "街道", "社区", "镇", "乡", "村", "县", "区", "市")


@lru_cache(maxsize=65536)
def match_forms(name: str) -> tuple[str, ...]:
    """How a name may be written in the index, the nearest first.

    Full names meet full names; a name without its kind (三村) meets the full one (三村村), and one with its kind
    doubled (吕田镇镇) likewise. 东坑村 never meets 东坑社区: a change of kind is a change of region.
    """
    full = full_name(name)
    bare = _bare(full)
    doubled = bare is not None and bare.endswith(full[len(bare) :])
    return (f"={full}", f"~{full}", *([f"={bare}"] if doubled else []))


def forms_of(
    names: Mapping[str, Iterable[str]], levels: Mapping[str, str]
) -> dict[tuple[str, str], frozenset[str]]:
    """Level and written form to the codes that it may mean."""
    found: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code, called in names.items():
        for name in called:
            full = full_name(name)
            found[levels[code], f"={full}"].add(code)
            if (bare := _bare(full)) is not None:
                found[levels[code], f"~{bare}"].add(code)
    return {key: frozenset(codes) for key, codes in found.items()}


def plain(name: str) -> str:
    """The name in plain characters, without spaces."""
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", name))


def full_name(name: str) -> str:
    """The name with the office's words for a kind taken as the kind (三村村民委员会: 三村村)."""
    text = plain(name)
    for office, kind in _OFFICES:
        if text.endswith(office) and len(text) > len(office):
            return text.removesuffix(office) + kind
    return text


def _bare(full: str) -> str | None:
    """The name without its kind; None where it bears none."""
    for kind in _KINDS:
        if full.endswith(kind) and len(full) > len(kind):
            return full.removesuffix(kind)
    return None
