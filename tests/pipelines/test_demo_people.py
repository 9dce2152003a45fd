"""Persons of the demo city are valid on paper and nobody in life."""

from __future__ import annotations

import datetime as dt

import numpy as np
from stdnum import luhn

from pipelines.demo.people import AREA, People, check_character


def people() -> People:
    return People(np.random.default_rng(7))


def test_a_known_test_number_has_its_check_character() -> None:
    assert check_character("11010519491231002") == "X"
    assert check_character("44052418800101001") == "4"


def test_every_resident_id_passes_the_check_and_is_of_the_empty_area() -> None:
    persons = people().persons(500, dt.date(1940, 1, 1), dt.date(1999, 12, 31))

    assert all(one.startswith(AREA) for one in persons.resident_id)
    assert all(one[-1] == check_character(one[:17]) for one in persons.resident_id)
    assert all(
        one[6:14] == f"{day:%Y%m%d}"
        for one, day in zip(persons.resident_id, persons.birth.astype(object), strict=True)
    )


def test_no_resident_id_is_issued_twice_even_for_one_day() -> None:
    registry = people()
    day = dt.date(2010, 5, 1)
    both = [registry.persons(400, day, day) for _ in range(2)]

    assert len({one for persons in both for one in persons.resident_id}) == 800


def test_names_have_three_characters_and_stand_in_the_private_list() -> None:
    registry = people()
    persons = registry.persons(50, dt.date(1950, 1, 1), dt.date(1960, 1, 1))
    others = registry.names(5)

    assert {len(name) for name in persons.name} == {3}
    assert {*persons.name, *others} <= set(registry.private()["person_name"])


def test_bank_cards_pass_luhn_and_phones_are_unique() -> None:
    registry = people()

    cards = registry.bank_cards(200)
    assert all(luhn.is_valid(card) and len(card) == 19 for card in cards)
    assert len({*registry.phones(3000), *registry.phones(3000)}) == 6000


def test_student_numbers_are_nineteen_characters_of_the_three_kinds() -> None:
    registry = people()
    pupils = registry.persons(300, dt.date(2012, 1, 1), dt.date(2016, 1, 1))

    numbers = registry.student_ids(pupils)
    assert {len(number) for number in numbers} == {19}
    assert {number[0] for number in numbers} == {"G", "L"}
