"""Fictional persons: valid resident IDs of an area nobody lives in, names, phones, bank cards, student numbers.

What a person does in the city (householder, pupil, member of a household) belongs to the datasets.

Area code 460322 (an administrative area without resident population) keeps every ID from being a living person's; ID: GB 11643, check character MOD 11-2
(ISO 7064). Names are a surname and two rare given-name characters, so that no name stands inside another text.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

Texts = npt.NDArray[np.object_]

AREA = "460322"
_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CHECKS = np.array(list("10X98765432"))
_EPOCH = dt.date(1920, 1, 1)
_SURNAMES = "赵钱孙李周吴郑冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜戚谢邹喻柏窦章苏潘葛奚范彭郎鲁韦昌马苗凤方俞任袁柳"
_GIVEN = "翀珩璟彧婳婼昶晔昱旻晟曦翊翎翯珺珣琬琰瑀瑄瑾璠璇璐瓒甯畯皞矞祎禔穑竑笪筠箬粲纾绾缦羲聿茜荃莳菡萱葳蓁蕙薏藜蘅"


@dataclass(frozen=True)
class Persons:
    """Several persons, column by column; the arrays have one length.

    Attributes:
        name: Three characters each.
        resident_id: Eighteen characters each.
        birth: ``datetime64[D]``.
        male: Whether the sequence number in the ID is odd.
    """

    name: Texts
    resident_id: Texts
    birth: npt.NDArray[np.datetime64]
    male: npt.NDArray[np.bool_]


@dataclass
class People:
    """The city's population registry: hands out persons, and no ID, phone or card twice."""

    rng: np.random.Generator
    issued: list[Persons] = field(default_factory=list)
    phone_numbers: list[Texts] = field(default_factory=list)
    cards: list[Texts] = field(default_factory=list)
    student_numbers: list[Texts] = field(default_factory=list)
    other_names: list[Texts] = field(default_factory=list)
    certificate_numbers: list[Texts] = field(default_factory=list)
    _taken: npt.NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    _phones: int = 0
    _cards: int = 0

    def persons(self, count: int, born_from: dt.date, born_to: dt.date) -> Persons:
        """New persons born in a span of days, both ends included."""
        keys = self._fresh_keys(count, (born_from - _EPOCH).days, (born_to - _EPOCH).days)
        birth = np.datetime64(_EPOCH, "D") + (keys // 1000).astype("timedelta64[D]")
        made = Persons(
            name=self._names(count),
            resident_id=_resident_ids(birth, keys % 1000),
            birth=birth,
            male=(keys % 2).astype(bool),
        )
        self.issued.append(made)
        return made

    def born_between(self, births: npt.NDArray[np.datetime64], spread_days: int) -> Persons:
        """New persons, one for each birth date, born at it or up to some days later."""
        days = (births.astype("datetime64[D]") - np.datetime64(_EPOCH, "D")).astype(np.int64)
        keys = self._fresh_keys_near(days, spread_days)
        birth = np.datetime64(_EPOCH, "D") + (keys // 1000).astype("timedelta64[D]")
        made = Persons(
            self._names(len(keys)), _resident_ids(birth, keys % 1000), birth, (keys % 2).astype(bool)
        )
        self.issued.append(made)
        return made

    def names(self, count: int) -> Texts:
        """Names of persons of whom nothing else is known (a pupil's parent, an interviewer)."""
        made = self._names(count)
        self.other_names.append(made)
        return made

    def phones(self, count: int) -> Texts:
        """Eleven-digit phone numbers, each new; at most a million in all."""
        serial = (np.arange(self._phones, self._phones + count) * 7919 + 104729) % 1_000_000
        self._phones += count
        numbers = np.array([f"19900{n:06d}" for n in serial.tolist()], dtype=object)
        self.phone_numbers.append(numbers)
        return numbers

    def bank_cards(self, count: int) -> Texts:
        """Nineteen-digit card numbers of an issuer that does not exist, Luhn-valid, each new."""
        serial = (np.arange(self._cards, self._cards + count) * 7_654_321_013 + 99_991) % 10**12
        self._cards += count
        stems = np.array([f"990160{n:012d}" for n in serial.tolist()], dtype=object)
        numbers = np.array([a + b for a, b in zip(stems, _luhn_digits(stems), strict=True)], dtype=object)
        self.cards.append(numbers)
        return numbers

    def student_ids(self, pupils: Persons) -> Texts:
        """Nineteen-character student numbers: ``G`` + ID for nine in ten, ``L`` + area + birth + 4 digits for the rest."""
        temporary = self.rng.random(len(pupils.resident_id)) < 0.1
        digits = self.rng.permutation(len(temporary)) % 10_000
        numbers = np.array(
            [
                f"L{one[:14]}{n:04d}" if short else f"G{one}"
                for one, short, n in zip(pupils.resident_id, temporary, digits.tolist(), strict=True)
            ],
            dtype=object,
        )
        self.student_numbers.append(numbers)
        return numbers

    def certificates(self, persons: Persons, disabled: npt.NDArray[np.bool_]) -> Texts:
        """Disability certificate numbers (the resident ID, kind and degree) of all; only the disabled have one."""
        numbers = np.array([f"{one}43" for one in persons.resident_id], dtype=object)
        self.certificate_numbers.append(numbers[disabled])
        return numbers

    def private(self) -> dict[str, tuple[str, ...]]:
        """Everything handed out that must never leave the archive in the clear, by kind."""
        kinds: dict[str, list[Texts]] = {
            "resident_id": [persons.resident_id for persons in self.issued],
            "person_name": [*(persons.name for persons in self.issued), *self.other_names],
            "phone": self.phone_numbers,
            "bank_card": self.cards,
            "student_number": self.student_numbers,
            "certificate": self.certificate_numbers,
        }
        return {
            kind: tuple(sorted({str(text) for part in parts for text in part.tolist()}))
            for kind, parts in kinds.items()
        }

    def _names(self, count: int) -> Texts:
        surnames, given = np.array(list(_SURNAMES)), np.array(list(_GIVEN))
        picks = [self.rng.choice(table, count) for table in (surnames, given, given)]
        return np.array(["".join(parts) for parts in zip(*picks, strict=True)], dtype=object)

    def _fresh_keys(self, count: int, first_day: int, last_day: int) -> npt.NDArray[np.int64]:
        days = self.rng.integers(first_day, last_day + 1, count)
        return self._fresh_keys_near(days, last_day=last_day)

    def _fresh_keys_near(
        self, days: npt.NDArray[np.int64], spread_days: int = 0, last_day: int | None = None
    ) -> npt.NDArray[np.int64]:
        keys = self._draw(days, spread_days, last_day)
        while True:
            _, first = np.unique(keys, return_index=True)
            clash = np.ones(len(keys), dtype=bool)
            clash[first] = False
            clash |= np.isin(keys, self._taken)
            if not clash.any():
                self._taken = np.concatenate([self._taken, keys])
                return keys
            keys[clash] = self._draw(days[clash], spread_days, last_day)

    def _draw(
        self, days: npt.NDArray[np.int64], spread_days: int, last_day: int | None
    ) -> npt.NDArray[np.int64]:
        moved = days + self.rng.integers(0, spread_days + 1, len(days))
        if last_day is not None:
            moved = np.minimum(moved, last_day)
        keys: npt.NDArray[np.int64] = moved * 1000 + self.rng.integers(1, 1000, len(days))
        return keys


def check_character(stem: str) -> str:
    """The last character of a resident ID whose first seventeen digits are given (MOD 11-2)."""
    return str(_CHECKS[int((np.array(list(stem), dtype=np.int64) * _WEIGHTS).sum()) % 11])


def _luhn_digits(stems: Texts) -> list[str]:
    """The digits that make card numbers pass Luhn's check (ISO/IEC 7812-1)."""
    digits = np.array([list(stem) for stem in stems], dtype=np.int64).reshape(len(stems), -1)
    doubled = digits[:, ::-1].copy()
    doubled[:, ::2] *= 2
    totals = np.where(doubled > 9, doubled - 9, doubled).sum(axis=1)
    return [str(digit) for digit in (-totals % 10).tolist()]


def _resident_ids(birth: npt.NDArray[np.datetime64], sequence: npt.NDArray[np.int64]) -> Texts:
    days = np.datetime_as_string(birth, unit="D")
    stems = [
        f"{AREA}{day[:4]}{day[5:7]}{day[8:]}{n:03d}"
        for day, n in zip(days.tolist(), sequence.tolist(), strict=True)
    ]
    if not stems:
        return np.empty(0, dtype=object)
    digits = np.frombuffer("".join(stems).encode("ascii"), dtype=np.uint8).reshape(-1, 17) - ord("0")
    checks = _CHECKS[(digits.astype(np.int64) * _WEIGHTS).sum(axis=1) % 11]
    return np.array([stem + check for stem, check in zip(stems, checks.tolist(), strict=True)], dtype=object)
