"""A submission that had been taken and is judged otherwise by now: its bytes are the same, so it is no fault of its sender's.

What changed is told by the contract that it stood under at its best: its form was changed, or else regions or program.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from expectations.contracts.model import Contract
from expectations.submissions.versions import called
from warehouse.ledger import Best, Outcome
from warehouse.ledger.values import COUNTING


def is_less(best: Best | None, outcome: Outcome) -> bool:
    """Whether less of a submission counts than when most of it did, and nobody but we did that."""
    if best is None:
        return False
    return outcome.status == "refused" or (outcome.status in COUNTING and outcome.rows_recorded < best.rows)


def judged_otherwise(
    best: Best | None, outcome: Outcome, contracts: Mapping[str, Contract], beneath: Sequence[str] = ()
) -> Outcome:
    """What became of a submission that is judged anew, saying why where less of it counts than had.

    Args:
        best: How it stood when most of it was recorded.
        outcome: What became of it now.
        contracts: By dataset, as they are now.
        beneath: Earlier submissions of which it had replaced what counts again, as its sender knows them.
    """
    if best is None or not is_less(best, outcome):
        return outcome
    changed = changed_versions(best, contracts)
    counted = "格" if (contract := contracts.get(best.dataset)) and contract.form else "行"
    lost = best.rows - outcome.rows_recorded
    what = "整份暂不计入" if outcome.status == "refused" else f"其中 {lost:,} {counted}暂不计入"
    own = outcome.rows_quarantined - lost
    still = f"另有 {own:,} {counted}原先就没有入库，仍请改正。" if own > 0 else ""
    why = f"（{outcome.reason}）" if outcome.reason and not outcome.rows_in else ""
    if changed:
        forms = "、".join(map(called, changed))
        reason = f"表样已更新：{forms}。这份材料是按旧表样报的，原已接收 {best.rows:,} {counted}；按新表样核对，{what}{why}。"
        remedy = f"不是报送有误。要继续计入，请按新表样补齐后再报一次；空白表可向考核办索取（{_templates(changed)}）。"
    else:
        gone = f"《{best.dataset}》已停用" if contract is None else "核对所用的区划或程序已更新"
        reason = f"{gone}。这份材料没有变动，原已接收 {best.rows:,} {counted}；重新核对后，{what}{why}。"
        remedy = "不是报送有误，请先不要重报，由考核办核实。"
    if beneath:
        reason += f"暂不计入的，原先由它替换或更正的数据重新计入：{'、'.join(beneath)}。"
    return replace(outcome, reason=reason, remedy=remedy + still)


def changed_versions(best: Best, contracts: Mapping[str, Contract]) -> list[Contract]:
    """The versions that hold by now for its months, where they are not those it stood under."""
    contract = contracts.get(best.dataset)
    if contract is None:
        return []
    now = {month: contract.at(month) for month in sorted(best.by)}
    changed = {one.valid_from: one for month, one in now.items() if one.digest != best.by[month]}
    return list(changed.values())


def _templates(changed: list[Contract]) -> str:
    return "、".join(
        f"shiji template {one.dataset}" + (f" --period {one.valid_from}" if one.valid_from else "")
        for one in changed
    )
