"""Card numbers in free text are told from other long numbers by their first digits and their check digit."""

from __future__ import annotations

import pytest

from expectations.privacy.numbers import scrub_text


@pytest.mark.parametrize("number", ["4111111111111111", "5500005555555559", "378282246310005"])
def test_a_number_that_passes_the_luhn_check_is_masked(number: str) -> None:
    assert number not in scrub_text(f"补助打到{number}。")


@pytest.mark.parametrize("number", ["4111111111111112", "5500005555555558", "378282246310006"])
def test_the_same_number_with_another_last_digit_is_no_card(number: str) -> None:
    assert number in scrub_text(f"见{number}。")


def test_a_unionpay_number_is_masked_whatever_its_check_digit() -> None:
    assert "6222020200112233" not in scrub_text("卡号6222020200112233")
