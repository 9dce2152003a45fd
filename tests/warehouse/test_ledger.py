from __future__ import annotations

import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pyarrow as pa
import pytest
from sqlalchemy import create_engine, text

from tests.postgres import ADDRESS, empty_database
from warehouse.ledger import Arrival, Best, Failure, Ledger, Outcome, Receipt, digest_at
from warehouse.ledger.receiving import dating_context
from warehouse.schemas import REGIONS

MONDAY = datetime(2025, 6, 2, 18, 30, tzinfo=UTC)
JUNE = [("990101000000", "2025-06")]


@pytest.fixture(
    params=[
        "sqlite",
        pytest.param(
            "postgresql",
            marks=pytest.mark.skipif(not ADDRESS, reason="no PostgreSQL given"),
        ),
    ]
)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/台 账/ledger.db"
        return
    with empty_database() as address:
        yield address


@pytest.fixture
def ledger(url: str) -> Iterator[Ledger]:
    ledger = Ledger(url)
    yield ledger
    ledger.close()


def file(
    content: str = "a", path: str = "toilet_reform/2025-06/台账.xlsx", modified: int = 1, department: str = ""
) -> Arrival:
    return Arrival(
        department or path.split("/")[0],
        path,
        path.split("/")[-1],
        sha256(content.encode()).hexdigest(),
        9,
        MONDAY + timedelta(seconds=modified),
    )


def one(ledger: Ledger, arrival: Arrival, received_at: datetime | None = None) -> Receipt:
    return ledger.receive_many([replace(arrival, received_at=received_at)])[0]


def handed_in(
    ledger: Ledger, content: str, *, after_days: int = 0, path: str = "toilet_reform/2025-06/台账.xlsx"
) -> str:
    receipt = one(ledger, file(content, path, modified=ord(content[0])), MONDAY + timedelta(days=after_days))
    ledger.taken([receipt.submission_id])
    return receipt.submission_id


def accepted(
    submission_id: str,
    coverage: list[tuple[str, str]] = JUNE,
    digest: str = "v1",
    dataset: str = "toilet_ledger",
) -> Outcome:
    covered = dict.fromkeys(coverage, 5)
    rows = sum(covered.values())
    return Outcome(
        submission_id, "accepted", dataset, "2025-06", [code for code, _ in covered], rows, rows, 0,
        coverage=covered, contract_digest=digest,
    )  # fmt: skip


def statuses(ledger: Ledger, **options: datetime) -> dict[str, str]:
    rows = ledger.submissions(**options).to_pylist()
    return {row["submission_id"]: row["status"] for row in rows}


def test_a_submission_is_numbered_by_day_order_and_content(ledger: Ledger) -> None:
    first = one(ledger, file("a"), MONDAY)
    second = one(ledger, file("b"), MONDAY)
    assert first.submission_id == f"20250603-000001-{sha256(b'a').hexdigest()[:8]}"
    assert first.submission_id < second.submission_id
    assert [entry.submission_id for entry in ledger.pending()] == [first.submission_id, second.submission_id]
    assert ledger.pending()[0].received_at == MONDAY


def test_a_file_left_in_the_inbox_by_a_crash_keeps_its_receipt(ledger: Ledger) -> None:
    assert one(ledger, file("a", modified=5)) == one(ledger, file("a", modified=5))
    assert ledger.submissions().num_rows == 1


def test_a_repeat_left_in_the_inbox_by_a_crash_keeps_its_receipt(ledger: Ledger) -> None:
    original = handed_in(ledger, "a")
    first = one(ledger, file("a", modified=7))
    assert first.repeats == original
    assert one(ledger, file("a", modified=7)) == first
    assert ledger.submissions().num_rows == 2


def test_the_same_file_dropped_again_after_it_was_taken_is_a_repeat(ledger: Ledger) -> None:
    first = one(ledger, file("a", modified=5))
    ledger.taken([first.submission_id])
    ledger.finish_many([accepted(first.submission_id)])
    again = one(ledger, file("a", modified=5))
    assert again.is_repeat
    assert again.repeats == first.submission_id
    row = ledger.submissions().to_pylist()[1]
    assert row["status"] == "repeat"
    assert first.submission_id in row["reason"]
    assert ledger.pending() == []


def test_the_same_bytes_twice_in_one_batch_are_one_submission_and_one_repeat(ledger: Ledger) -> None:
    receipts = ledger.receive_many([file("a"), file("a", "toilet_reform/2025-06/台账 - 副本.xlsx")])
    assert [receipt.is_repeat for receipt in receipts] == [False, True]


@pytest.mark.parametrize(
    "path",
    ["toilet_reform/2025-07/台账.xlsx", "road/2025-06/台账.xlsx", "toilet_reform/2025-06/7月台账.xlsx"],
)
def test_the_same_bytes_for_another_month_or_department_are_no_repeat(ledger: Ledger, path: str) -> None:
    ledger.finish_many([accepted(handed_in(ledger, "a"))])
    assert not one(ledger, file("a", path)).is_repeat


def test_copy_marks_and_wording_do_not_date_a_file() -> None:
    assert dating_context("x/2025-06/台账(1).xlsx") == dating_context("x/2025-06/台账 最终版 - 副本.xlsx")
    assert dating_context("x/台账2025.6.xlsx") != dating_context("x/台账2025.7.xlsx")


def test_the_same_bytes_named_for_another_place_are_another_file() -> None:
    named = [
        dating_context(f"x/2025-06/{name}.xlsx") for name in ("沐溪镇台账", "汀坪乡台账", "沐溪镇台账(1)")
    ]
    assert named[0] != named[1]
    assert named[0] == named[2]
    assert (
        dating_context("x/乡镇台账.xlsx")
        == dating_context("x/城乡台账.xlsx")
        == dating_context("x/台账.xlsx")
    )


def test_sending_an_old_version_again_restores_it(ledger: Ledger) -> None:
    for content in ("a", "b"):
        ledger.finish_many([accepted(handed_in(ledger, content))])
    again = one(ledger, file("a", modified=99))
    assert not again.is_repeat
    ledger.finish_many([accepted(again.submission_id)])
    assert ledger.in_force("toilet_ledger")["submission_id"].to_pylist() == [again.submission_id]


@pytest.mark.parametrize(("contents", "reopened"), [("aba", [2]), ("aab", []), ("abaa", [2, 3]), ("aa", [])])
def test_a_repeat_of_one_load_is_none_when_what_came_between_took_the_place_of_the_first(
    ledger: Ledger, contents: str, reopened: list[int]
) -> None:
    receipts = ledger.receive_many([file(one, modified=at) for at, one in enumerate(contents)])
    ledger.finish_many([accepted(one.submission_id) for one in receipts if not one.is_repeat])
    assert ledger.reopen_repeats() == [receipts[at].submission_id for at in reopened]
    assert [entry.submission_id for entry in ledger.pending()] == [
        receipts[at].submission_id for at in reopened
    ]
    ledger.finish_many([accepted(receipts[at].submission_id) for at in reopened])
    assert ledger.reopen_repeats() == []
    last = receipts[(reopened or [contents.index(contents[-1])])[-1]]
    assert ledger.in_force("toilet_ledger")["submission_id"].to_pylist() == [last.submission_id]


def test_a_repeat_of_what_is_held_is_looked_at_for_what_its_name_says(ledger: Ledger) -> None:
    first, again = ledger.receive_many([file("a"), file("a", "toilet_reform/2025-06/台账整份替换.xlsx", 2)])
    assert again.is_repeat
    ledger.finish_many([replace(accepted(first.submission_id), status="held")])
    assert ledger.reopen_repeats() == [again.submission_id]
    assert ledger.pending()[0].submission_id == again.submission_id


def test_a_version_that_is_only_partly_in_force_is_no_repeat_when_sent_again(ledger: Ledger) -> None:
    ledger.finish_many([accepted(handed_in(ledger, "a"), [*JUNE, ("990102000000", "2025-06")])])
    ledger.finish_many([accepted(handed_in(ledger, "b"))])
    assert not one(ledger, file("a", modified=99)).is_repeat


def test_what_was_refused_is_a_repeat_when_sent_again_unchanged(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([Outcome(first, "refused", reason="读不出", remedy="请另存")])
    assert one(ledger, file("a", modified=99)).repeats == first
    assert "退回" in ledger.submissions().to_pylist()[1]["remedy"]


def test_the_latest_accepted_submission_of_a_region_and_month_is_in_force(ledger: Ledger) -> None:
    first, second = handed_in(ledger, "a"), handed_in(ledger, "b", after_days=3)
    ledger.finish_many([accepted(second)])
    ledger.finish_many([accepted(first, [*JUNE, ("990102000000", "2025-06")])])
    columns = ["submission_id", "region_code", "period", "rows"]
    assert ledger.in_force("toilet_ledger").select(columns).to_pylist() == [
        {"submission_id": second, "region_code": "990101000000", "period": "2025-06", "rows": 5},
        {"submission_id": first, "region_code": "990102000000", "period": "2025-06", "rows": 5},
    ]
    assert set(statuses(ledger).values()) == {"accepted"}


def test_a_submission_of_which_nothing_is_in_force_is_superseded(ledger: Ledger) -> None:
    first, second = handed_in(ledger, "a"), handed_in(ledger, "b", after_days=3)
    for submission_id in (first, second):
        ledger.finish_many([accepted(submission_id)])
    assert statuses(ledger) == {first: "superseded", second: "accepted"}


def test_the_ledger_can_be_read_as_it_was(ledger: Ledger) -> None:
    first, second = handed_in(ledger, "a"), handed_in(ledger, "b", after_days=3)
    for submission_id in (first, second):
        ledger.finish_many([accepted(submission_id)])
    tuesday = MONDAY + timedelta(days=1)
    assert statuses(ledger, as_of=tuesday) == {first: "accepted"}
    assert ledger.in_force("toilet_ledger", as_of=tuesday)["submission_id"].to_pylist() == [first]
    assert ledger.desired("toilet_ledger", as_of=tuesday) != ledger.desired("toilet_ledger")


def test_a_refused_submission_supersedes_nothing(ledger: Ledger) -> None:
    first, second = handed_in(ledger, "a"), handed_in(ledger, "b")
    ledger.finish_many([accepted(first)])
    ledger.finish_many([Outcome(second, "refused", "toilet_ledger")])
    assert ledger.in_force("toilet_ledger")["submission_id"].to_pylist() == [first]


def test_staging_again_replaces_what_was_covered(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([accepted(first)])
    ledger.finish_many([accepted(first, [("990101000000", "2025-07")])])
    assert ledger.in_force("toilet_ledger")["period"].to_pylist() == ["2025-07"]
    assert ledger.in_force("toilet_ledger", periods=["2025-06"]).num_rows == 0
    assert set(ledger.desired("toilet_ledger")) == {"2025-07"}


def test_rows_that_do_not_add_up_are_our_fault_and_raise() -> None:
    with pytest.raises(ValueError, match="10 rows in, but 8 recorded and 1 quarantined"):
        Outcome("x", "partial", "toilet_ledger", rows_in=10, rows_recorded=8, rows_quarantined=1)


def test_finishing_what_was_never_received_raises_and_notes_nothing(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    with pytest.raises(KeyError, match="nowhere"):
        ledger.finish_many([accepted(first), accepted("nowhere")])
    assert [entry.submission_id for entry in ledger.pending()] == [first]


def test_desired_changes_with_submissions_and_contract_and_with_nothing_else(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([accepted(first)])
    before = ledger.desired("toilet_ledger")
    ledger.finish_many([accepted(handed_in(ledger, "other"), dataset="road_segments")])
    ledger.finish_many([accepted(first)])
    assert ledger.desired("toilet_ledger") == before
    ledger.finish_many([accepted(first, digest="v2")])
    assert ledger.desired("toilet_ledger") != before


def test_desired_changes_with_the_regions_that_a_submission_speaks_for(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([accepted(first)])
    before = ledger.desired("toilet_ledger")
    ledger.finish_many([accepted(first, [("990102000000", "2025-06")])])
    assert ledger.desired("toilet_ledger") != before


def test_a_changed_contract_makes_its_submissions_stale(ledger: Ledger) -> None:
    first, second, third = (handed_in(ledger, content) for content in "abc")
    ledger.finish_many([accepted(first)])
    ledger.finish_many([accepted(second, dataset="road_segments")])
    ledger.finish_many([Outcome(third, "refused", contract_digest="all-v1")])
    digests = {"toilet_ledger": "v1", "road_segments": "v1", "": "all-v1"}
    assert ledger.stale(digests) == []
    assert [entry.submission_id for entry in ledger.stale(digests | {"toilet_ledger": "v2"})] == [first]
    assert [entry.submission_id for entry in ledger.stale({"": "all-v2"})] == [third]


def test_a_version_of_a_contract_makes_stale_what_is_about_its_months_and_nothing_else(
    ledger: Ledger,
) -> None:
    june, july, both = (handed_in(ledger, content) for content in "abc")
    about = {june: ["2025-06"], july: ["2025-07"], both: ["2025-06", "2025-07"]}
    first, second = {"": "v1"}, {"": "v1", "2025-07": "v2"}

    def staged(digests: dict[str, str]) -> None:
        ledger.finish_many(
            [
                replace(accepted(one), contract_digest=digest_at(digests, m), judged_by=dict.fromkeys(m, "x"))
                for one, m in about.items()
            ]
        )

    def stale(digests: dict[str, str]) -> list[str]:
        return [entry.submission_id for entry in ledger.stale({"toilet_ledger": digests})]

    staged(first)
    assert stale(first) == []
    assert stale(second) == [july, both]
    staged(second)
    assert stale(second) == []
    assert stale(second | {"": "v1 anew"}) == [june, both]
    assert stale(second | {"2025-07": "v2 anew"}) == [july, both]
    assert stale(second | {"2026-01": "v3"}) == []


def test_what_was_staged_before_its_months_were_noted_is_held_against_every_version(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    ledger.finish_many([accepted(first)])
    assert ledger.stale({"toilet_ledger": {"": "v1"}}) == []
    assert len(ledger.stale({"toilet_ledger": {"": "v1", "2025-07": "v2"}})) == 1


def test_the_ledger_remembers_how_a_submission_stood_at_its_best(ledger: Ledger) -> None:
    first = handed_in(ledger, "a")
    whole = replace(accepted(first), judged_by={"2025-06": "one"})
    less = replace(
        whole,
        status="partial",
        rows_recorded=3,
        rows_quarantined=2,
        coverage={JUNE[0]: 3},
        rows_in=5,
        judged_by={"2025-06": "two"},
    )

    def best() -> Best | None:
        return ledger.entries([first])[0].best

    assert best() is None
    ledger.finish_many([Outcome(first, "refused", contract_digest="all")])
    assert best() is None
    ledger.finish_many([less])
    assert best() == Best("toilet_ledger", 3, {"2025-06": "two"})
    ledger.finish_many([whole])
    ledger.finish_many([less])
    ledger.finish_many([Outcome(first, "refused", contract_digest="all")])
    assert best() == Best("toilet_ledger", 5 * len(JUNE), {"2025-06": "one"}, frozenset(whole.coverage))
    ledger.finish_many([whole])
    assert best() == Best("toilet_ledger", 5 * len(JUNE), {"2025-06": "one"})


def test_builds_are_replaced_and_forgotten_by_partition(ledger: Ledger) -> None:
    ledger.mark_built("toilet_ledger", {"2025-05": "x", "2025-06": "y"})
    ledger.mark_built("toilet_ledger", {"2025-05": None, "2025-06": "z"})
    ledger.mark_built("road_segments", {"2025-05": "r"})
    assert ledger.built("toilet_ledger") == {"2025-06": "z"}


def test_opening_again_finds_everything(ledger: Ledger, url: str) -> None:
    first = handed_in(ledger, "a")
    again = Ledger(url)
    assert list(statuses(again)) == [first]
    again.close()


def test_many_receivers_at_once_get_different_numbers(ledger: Ledger, url: str) -> None:
    def received(n: int) -> str:
        own = Ledger(url)
        receipt = one(own, file(str(n), modified=n))
        own.close()
        return receipt.submission_id

    with ThreadPoolExecutor(8) as pool:
        numbers = {name.split("-")[1] for name in pool.map(received, range(40))}
    assert len(numbers) == 40


def test_many_openers_of_a_new_ledger_at_once_all_succeed(tmp_path: Path) -> None:
    def opened(_: int) -> int:
        own = Ledger(f"sqlite:///{tmp_path}/new.db")
        rows = own.submissions().num_rows
        own.close()
        return rows

    with ThreadPoolExecutor(6) as pool:
        assert list(pool.map(opened, range(6))) == [0] * 6


def test_a_thousand_submissions_are_entered_and_finished_in_seconds(ledger: Ledger) -> None:
    begun = time.monotonic()
    receipts = ledger.receive_many([file(str(n), modified=n) for n in range(1000)])
    ledger.taken([receipt.submission_id for receipt in receipts])
    ledger.finish_many(
        [accepted(receipt.submission_id, [(f"{n:012}", "2025-06")]) for n, receipt in enumerate(receipts)]
    )
    assert ledger.in_force("toilet_ledger").num_rows == 1000
    assert time.monotonic() - begun < 5


def test_the_migrations_make_what_the_models_say(ledger: Ledger, url: str) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    from warehouse.ledger.models import Base

    engine = create_engine(url)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []
    engine.dispose()


def test_a_reader_does_not_wait_for_a_writer(tmp_path: Path) -> None:
    own = Ledger(f"sqlite:///{tmp_path}/ledger.db")
    first = handed_in(own, "a")
    blocker = create_engine(f"sqlite:///{tmp_path}/ledger.db")
    with blocker.connect() as connection:
        connection.execute(text("BEGIN IMMEDIATE"))
        connection.execute(text("UPDATE submissions SET status = 'lost'"))
        assert [entry.submission_id for entry in own.pending()] == [first]
    blocker.dispose()
    own.close()


def test_what_is_filed_under_a_month_changes_with_its_own_submissions_only(ledger: Ledger) -> None:
    first, second = handed_in(ledger, "a"), handed_in(ledger, "b", path="toilet_reform/2025-07/台账.xlsx")
    ledger.finish_many(
        [accepted(first), replace(accepted(second, [("990102000000", "2025-07")]), period="2025-07")]
    )
    june, july = ("toilet_ledger", "2025-06"), ("toilet_ledger", "2025-07")
    before, state = ledger.filings(), ledger.state()
    assert before.keys() == {june, july}
    assert ledger.filed("toilet_ledger", ["2025-06"]) == [(first, "2025-06", False)]

    third = handed_in(ledger, "c", after_days=40)
    assert ledger.filings() == before
    assert ledger.state() != state
    state = ledger.state()
    ledger.finish_many([accepted(third)])

    after = ledger.filings()
    assert (after[june] == before[june], after[july] == before[july]) == (False, True)
    assert ledger.filed("toilet_ledger", ["2025-06"]) == [(first, "2025-06", True), (third, "2025-06", False)]
    assert ledger.state() != state


def test_what_has_no_period_is_filed_under_the_month_it_came_in(ledger: Ledger) -> None:
    lost = handed_in(ledger, "a", after_days=40)
    ledger.finish_many([Outcome(lost, "refused", None, None, [], 0, 0, 0)])

    assert list(ledger.filings()) == [("", "2025-07")]
    assert ledger.filed("", ["2025-07", "2025-08"]) == [(lost, "2025-07", False)]


def test_regions_are_kept_in_their_order_with_every_validity(ledger: Ledger, url: str) -> None:
    code = "990101000000"
    rows = [
        {"region_code": code, "name": "东镇", "level": "township", "valid_to": date(2024, 12, 31)},
        {"region_code": code, "name": "东街道", "level": "township", "valid_from": date(2025, 1, 1),
         "provisional": True},
    ]  # fmt: skip
    assert ledger.regions().num_rows == 0
    ledger.keep_regions(pa.Table.from_pylist([{**rows[0], "name": "旧"}], schema=REGIONS))

    ledger.keep_regions(pa.Table.from_pylist(rows, schema=REGIONS))

    again = Ledger(url)
    assert again.regions().equals(pa.Table.from_pylist(rows, schema=REGIONS))
    again.close()


def test_the_table_of_submissions_is_made_once_until_anybody_changes_it(ledger: Ledger, url: str) -> None:
    other = Ledger(url)
    submission = handed_in(ledger, "a")
    before = ledger.submissions()
    assert ledger.submissions() is before
    other.finish_many([accepted(submission)])
    assert statuses(ledger) == {submission: "accepted"}
    other.answered({submission: "said"})
    assert ledger.submissions() is ledger.submissions()
    again = handed_in(other, "b")
    other.fail_many([Failure(again, "judge", "RuleError")])
    assert statuses(ledger) == {submission: "accepted", again: "failed"}
    other.finish_many([accepted(again)])
    assert statuses(ledger) == {submission: "superseded", again: "accepted"}
    other.close()
