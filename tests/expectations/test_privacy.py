"""Private values become tokens that tell nothing, masks that tell little, and are masked wherever they are typed."""

from __future__ import annotations

import hmac
import re
import secrets

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sheets import VALID_ID

from expectations.privacy import masks as module
from expectations.privacy.masks import Privacy, mask
from expectations.privacy.meaning import is_private_column, is_private_title
from expectations.privacy.names import KnownNames
from expectations.privacy.numbers import scrub, scrub_text, visible

KEY = bytes(range(32))
PHONE = "13912345678"


@pytest.fixture
def privacy() -> Privacy:
    return Privacy(KEY)


def tokens(privacy: Privacy, *values: str | None, kind: str = "resident_id") -> list[str]:
    return privacy.tokens(pd.Series(list(values), dtype="str"), kind).tolist()


def test_a_token_is_the_keyed_hash_of_kind_and_value(privacy: Privacy) -> None:
    wanted = hmac.new(KEY, f"resident_id\x1f{VALID_ID}".encode(), "sha256").hexdigest()[:24]
    assert tokens(privacy, VALID_ID) == [f"t_{wanted}"]


def test_the_same_value_has_one_token_however_it_is_written(privacy: Privacy) -> None:
    written = tokens(
        privacy, "11010519491231002X", "11010519491231002x", " １１０１０５１９４９１２３１００２Ｘ "
    )
    assert len(set(written)) == 1


def test_kind_and_key_make_different_tokens(privacy: Privacy) -> None:
    other = Privacy(secrets.token_bytes(32))
    assert len({*tokens(privacy, "1"), *tokens(privacy, "1", kind="phone"), *tokens(other, "1")}) == 3


def test_missing_stays_missing_and_the_index_stays(privacy: Privacy) -> None:
    made = privacy.tokens(pd.Series(["a", None], index=[7, 9], dtype="str"), "phone")
    assert made.index.tolist() == [7, 9]
    assert made.isna().tolist() == [False, True]
    assert str(made.dtype) == "str"


@pytest.mark.parametrize("key", [KEY, bytes(range(100)), b"\xff" * 64])
def test_many_values_at_once_get_the_tokens_of_one_by_one(
    monkeypatch: pytest.MonkeyPatch, key: bytes
) -> None:
    values = ["王小明", VALID_ID, "a" * 200, "", "'; drop table x", "\\x00"]
    one_by_one = tokens(Privacy(key), *values)
    monkeypatch.setattr(module, "_MANY", 2)
    assert tokens(Privacy(key), *values) == one_by_one


def test_a_short_key_is_refused_and_no_key_is_shown(privacy: Privacy) -> None:
    with pytest.raises(ValueError, match="at least 16 bytes"):
        Privacy(b"secret")
    assert "00" not in repr(privacy)


@pytest.mark.parametrize(
    ("text", "shown"),
    [("王小明", "王**"), ("王", "王*"), (VALID_ID, "4603**********123X"), (PHONE, "139****5678"), ("", ""), ("1234567", "12***67")],
)  # fmt: skip
def test_a_mask_shows_enough_to_find_the_cell(text: str, shown: str) -> None:
    assert mask(text) == shown


@given(st.text(min_size=2, max_size=30).filter(lambda text: "*" not in text))
def test_a_mask_never_shows_the_value(text: str) -> None:
    assert mask(text) != text or not text.strip()


@pytest.mark.parametrize("secret", [VALID_ID, "11010519491231002x", "460322900101123", PHONE, "6222021234567890123", "139 1234 5678", "139-1234-5678", "6222 0212 3456 7890 123", "1.10105194912310e+17", "４６０３２２１９９００１０１１２３Ｘ"])  # fmt: skip
@pytest.mark.parametrize("frame", ["{}", "户主{}，已搬", "电话:{}", "{}、{}"])
def test_private_numbers_are_masked_inside_any_text(secret: str, frame: str) -> None:
    cleaned = scrub_text(frame.format(secret, secret))
    assert secret not in cleaned
    assert re.sub(r"\D", "", secret) not in re.sub(r"\D", "", cleaned)
    assert "*" in cleaned


@pytest.mark.parametrize(
    ("text", "shown"),
    [("护照号码：\nG1234567", "护照号码:\nG1****67"), ("村民,联系电话：\n5551234", "村民,联系电话:\n55***34")],
)  # fmt: skip
def test_a_number_on_the_line_below_its_word_is_masked_in_a_column_too(text: str, shown: str) -> None:
    assert scrub(pd.Series([text], dtype="str")).tolist() == [shown]


def test_an_x_in_the_middle_of_digits_makes_no_id_and_stops_nothing() -> None:
    assert scrub_text("编号25X421202405011103") == "编号25X421202405011103"


@pytest.mark.parametrize("text", ["990101100201", "2025-06-01", "里程 12345.678 公里", "合同 2025-0601-001", "91440101MA5ABCDE1X", "X001460322", "0.1234567890123456", "20250601 20250630", "12345678901"])  # fmt: skip
def test_what_is_nobodys_number_stays(text: str) -> None:
    assert scrub_text(text) == text


@settings(deadline=None, max_examples=60)
@given(st.lists(st.from_regex(r"[0-9]{10,20}", fullmatch=True), min_size=20, max_size=60), st.booleans())
def test_a_column_of_codes_is_scrubbed_as_each_of_its_texts(drawn: list[str], cards: bool) -> None:
    texts = [
        text
        for digits in drawn
        for text in (digits, VALID_ID[:6] + digits, f"{digits[:6]}19900101{digits[:4]}", f"86{digits[:11]}")
    ]
    scrubbed = scrub(pd.Series(texts, dtype="str"), cards=cards)
    assert scrubbed.tolist() == [scrub_text(text, cards=cards) for text in texts]


@settings(deadline=None)
@given(st.text(max_size=8), st.text(max_size=8))
def test_an_id_is_masked_whatever_stands_around_it(before: str, after: str) -> None:
    text = f"{before.rstrip('0123456789')}|{VALID_ID}|{after}"
    assert VALID_ID not in scrub_text(text)


def test_a_known_name_with_blanks_in_it_is_masked_in_a_column_too() -> None:
    values = pd.Series(["王 小明", "王　小明", "王 小明村"], dtype="str")
    assert KnownNames(["王小明"]).clean(values).tolist() == ["王**", "王**", "王 小明村"]


def test_a_column_is_scrubbed_where_it_must_be() -> None:
    values = pd.Series(["好", None, f"找{PHONE}"], index=[3, 4, 5], dtype="str")
    cleaned = scrub(values)
    assert cleaned.index.tolist() == [3, 4, 5]
    assert cleaned.tolist()[0] == "好"
    assert cleaned.isna().tolist() == [False, True, False]
    assert cleaned.tolist()[2] == "找139****5678"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("李伟、王小明同户", "李*、王**同户"), ("王小明王小明", "王**王**"), ("王小明", "王**"), ("见王小明。", "见王**。"), ("王小", "王小"),
        ("李伟村的水渠", "李伟村的水渠"), ("与李伟家共用", "与李*家共用"), ("王小明村小学", "王小明村小学"), ("桃李伟大", "桃李伟大"),
        ("联系人：赵子龙", "联系人:赵**"), ("联系人不详", "联系人不详"), ("阿依古丽·买买提代领", "阿*******代领"),
    ],
)  # fmt: skip
def test_the_people_a_submission_names_are_masked_where_they_can_be_meant(text: str, shown: str) -> None:
    known = KnownNames(["王小明", "李 伟", "阿依古丽·买买提", "同上", "李家村"])
    assert known.clean_text(text) == shown
    assert known.clean(pd.Series([text], dtype="str")).tolist() == [shown]


@given(st.text(alphabet="王小明李伟村家、与12", max_size=30))
def test_masking_names_changes_no_length_and_nothing_else(text: str) -> None:
    cleaned = KnownNames(["王小明", "李伟", "明李伟"]).clean_text(text)
    assert len(cleaned) == len(text)
    assert all(one == other or one == "*" for one, other in zip(cleaned, visible(text), strict=True))


@pytest.mark.parametrize("title", ["家庭成员", "配偶", "残疾证号", "户主姓名", "包户干部", "护照号码"])
def test_a_header_says_that_its_column_holds_people(title: str) -> None:
    assert is_private_title(title)


@pytest.mark.parametrize(
    "title", ["家庭成员数", "户主年龄", "与户主关系", "种植作物", "是否联系人", "教师人数"]
)
def test_a_header_about_people_holds_none(title: str) -> None:
    assert not is_private_title(title)


def test_a_column_of_names_is_private_whatever_its_header() -> None:
    people = pa.chunked_array([["王小明", "李伟", "赵子龙", "陈文静、杨光"]])
    crops = pa.chunked_array([["白菜", "黄瓜", "马铃薯", "高粱"]])
    assert is_private_column("情况3", people)
    assert not is_private_column("情况3", crops)
    assert not is_private_column("所在村", people)
