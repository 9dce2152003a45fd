"""Who keeps each dataset, how often it is handed in and by when, in Chinese, for the dictionary of indicators."""

from __future__ import annotations

from collections.abc import Mapping

from expectations.contracts.model import Contract
from expectations.office_words import DEPARTMENTS, FREQUENCIES
from warehouse.indicators.dictionary import Kept


def keepers(contracts: Mapping[str, Contract]) -> dict[str, Kept]:
    """By dataset; and of ``hand_ins``, which the system notes itself."""
    return {"hand_ins": Kept("应报与已报", "系统自动记录", "随每次报送")} | {
        dataset: Kept(
            contract.title, DEPARTMENTS.get(contract.department, contract.department), _frequency(contract)
        )
        for dataset, contract in contracts.items()
    }


def _frequency(contract: Contract) -> str:
    if contract.due_day is None:
        return "有则报送"
    return f"{FREQUENCIES[contract.frequency]}，期末次月 {contract.due_day} 日前"
