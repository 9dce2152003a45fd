"""Whatever is done to a file, reading gives sheets or a reason, in bounded time and memory.

``SHIJI_FUZZ=5000`` tries that many files in each test instead of what the gate has time for.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.connectors.fuzz.bounded import BoundedReader
from tests.connectors.fuzz.mutations import damaged
from tests.connectors.fuzz.seeds import KINDS, packed, seeds, unpacked

_WANTED = os.environ.get("SHIJI_FUZZ")
FUZZ = settings(
    max_examples=int(_WANTED or 60),
    deadline=None,  # the reader has a limit of its own, which also ends what never returns
    suppress_health_check=list(HealthCheck),
)
STRUCTURE = settings(FUZZ, max_examples=int(_WANTED or 40))
CODES = {"sheets", "unreadable", "too_large", "empty", "not_a_table", "encrypted", "picture_only"}


def test_the_seeds_themselves_are_read(reader: BoundedReader) -> None:
    outcomes = {kind: reader.outcome(content) for kind, content in seeds().items()}
    assert outcomes == dict.fromkeys(KINDS, "sheets")


@pytest.mark.parametrize("kind", KINDS)
@STRUCTURE
@given(seed=st.integers(0, 2**32))
def test_a_file_with_damaged_structure_is_read_or_refused(
    reader: BoundedReader, kind: str, seed: int
) -> None:
    assert reader.outcome(damaged(kind, Random(seed))) in CODES


@FUZZ
@given(kind=st.sampled_from(KINDS), share=st.floats(0, 1))
def test_a_file_cut_off_anywhere_is_read_or_refused(reader: BoundedReader, kind: str, share: float) -> None:
    content = seeds()[kind]
    assert reader.outcome(content[: int(len(content) * share)]) in CODES


@FUZZ
@given(
    kind=st.sampled_from(KINDS),
    flips=st.lists(
        st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=30
    ),
)
def test_a_file_with_flipped_bytes_is_read_or_refused(
    reader: BoundedReader, kind: str, flips: list[tuple[float, int]]
) -> None:
    content = bytearray(seeds()[kind])
    for share, mask in flips:
        content[int(len(content) * share)] ^= mask
    assert reader.outcome(bytes(content)) in CODES


@FUZZ
@given(
    kind=st.sampled_from(["xlsx", "xlsb", "ods"]),
    flips=st.lists(st.integers(0, 1 << 20), min_size=1, max_size=8),
)
def test_flipped_bytes_inside_the_parts_of_a_package_are_read_or_refused(
    reader: BoundedReader, kind: str, flips: list[int]
) -> None:
    parts = {name: bytearray(content) for name, content in unpacked(seeds()[kind]).items()}
    names = sorted(parts)
    for flip in flips:
        part = parts[names[flip % len(names)]]
        part[flip % len(part)] ^= 1 + flip % 255
    assert reader.outcome(packed({name: bytes(part) for name, part in parts.items()})) in CODES


@FUZZ
@given(content=st.binary(max_size=3_000))
def test_any_bytes_are_read_or_refused(reader: BoundedReader, content: bytes) -> None:
    assert reader.outcome(content) in CODES


@FUZZ
@given(text=st.text(alphabet=st.sampled_from(list("村,户;\t|\"\r\n1\u3000\x00\ufeff'\\")), max_size=300))
def test_any_text_is_read_or_refused(reader: BoundedReader, text: str) -> None:
    assert reader.outcome(text.encode("gb18030", "replace"), "表.csv") in CODES


def test_a_zip_bomb_is_refused(reader: BoundedReader, tmp_path: Path) -> None:
    path = tmp_path / "弹.zip"
    with (
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive,
        archive.open("a.csv", "w", force_zip64=True) as member,
    ):
        for _ in range(1_200):
            member.write(bytes(1_000_000))
    assert reader.outcome(path.read_bytes(), path.name) == "too_large"


@pytest.fixture
def real_files(shared: Path) -> Iterator[Path]:
    return iter(sorted((shared / "real").glob("*.xls*")))


def test_every_real_workbook_cut_in_half_is_refused_or_read(
    reader: BoundedReader, real_files: Iterator[Path]
) -> None:
    outcomes = {
        path.name: reader.outcome(path.read_bytes()[: path.stat().st_size // 2]) for path in real_files
    }
    assert set(outcomes.values()) <= CODES
    assert all(code == "unreadable" for name, code in outcomes.items() if name.endswith(".xlsx"))
