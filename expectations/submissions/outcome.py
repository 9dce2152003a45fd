"""What becomes of a submission: accepted, partial or refused, and what it covers.

One rule each; the ledger notes it and a slip tells it, neither of which is done here.
"""

from __future__ import annotations

from connectors.errors import Refused
from expectations.privacy.shield import Shield
from expectations.submissions.judge import Judged
from expectations.submissions.versions import OtherVersion
from warehouse.ledger import Outcome


def outcome_of(judged: Judged, digest: str) -> Outcome:
    """What becomes of a judged submission: refused where no row is good, partial where some are not.

    One that covers something without a row is a nil report, and accepted.

    Args:
        judged: The submission.
        digest: Of everything that it was judged by besides its bytes.
    """
    recorded, quarantined = judged.records.num_rows, judged.quarantine.num_rows
    is_taken = bool(judged.coverage)
    return Outcome(
        submission_id=judged.submission_id,
        status="refused" if not is_taken else "partial" if quarantined else "accepted",
        dataset=judged.contract.dataset,
        period=max((period for _, period in judged.coverage), default=judged.period),
        regions=judged.regions,
        rows_in=recorded + quarantined,
        rows_recorded=recorded,
        rows_quarantined=quarantined,
        reason=None if is_taken else "没有一行合格，整份退回，没有入库。",
        remedy=None if is_taken else "请按回执逐格改正后重报。",
        coverage=judged.coverage,
        contract_digest=digest,
        judged_by={month: judged.contract.at(month).digest for month in sorted(judged.months)},
        shown_path=judged.shown_path,
        says=judged.says,
    )


def outcome_of_refusal(submission_id: str, refusal: Refused, digest: str) -> Outcome:
    """What becomes of a submission that no contract could take; of which dataset it is may be known all the same."""
    known = refusal if isinstance(refusal, OtherVersion) else None
    return Outcome(
        submission_id=submission_id,
        status="refused",
        dataset=known.contract.dataset if known else None,
        period=known.period if known else None,
        regions=sorted(known.regions) if known else (),
        reason=Shield().label(refusal.message),
        remedy=Shield().label(refusal.remedy),
        contract_digest=digest,
    )


def reading_failed(name: str) -> Refused:
    """The refusal of a file whose process ended before it was read."""
    return Refused(
        "reading_failed",
        f"“{name}”没有读完：内容异常，读取时程序中断、超时或内存不足。",
        "请用 Excel 或 WPS 打开，把表格复制到新建的工作簿，另存为 .xlsx 后重新报送。",
    )
