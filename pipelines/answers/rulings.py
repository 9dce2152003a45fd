"""What the office decides about submissions: to let a held one take force, to withdraw one; the audit log has it first."""

from __future__ import annotations

from collections.abc import Callable

from pipelines.home.lock import PATIENCE, writing
from pipelines.home.site import Site


class NotDecided(ValueError):
    """A decision that is not taken; the message says why and what to do."""


def confirm(site: Site, submission_id: str, reason: str) -> None:
    """Let a held submission take force; the next load rebuilds what it changes and answers its sender.

    Raises:
        NotDecided: No reason, no such submission, or it is not held.
        HomeError: Something else is writing into this home and does not end.
    """
    _decide(site, "confirm", submission_id, reason, lambda: site.ledger.confirm(submission_id))


def withdraw(site: Site, submission_id: str, reason: str) -> None:
    """Let a submission not count any more; what it had replaced is in force again.

    Raises:
        NotDecided: No reason, no such submission, or it does not count.
        HomeError: Something else is writing into this home and does not end.
    """
    _decide(site, "withdraw", submission_id, reason, lambda: site.ledger.withdraw(submission_id, reason))


def _decide(site: Site, what: str, submission_id: str, reason: str, act: Callable[[], None]) -> None:
    if not reason.strip():
        raise NotDecided("a decision needs its reason: say it with --reason")
    with writing(site.home, f"submissions {what}", PATIENCE):
        try:
            with site.audit.act(what, submission_id, reason.strip()):
                act()
        except KeyError as error:
            raise NotDecided(
                f"no submission {submission_id}; list them with: shiji status --submissions"
            ) from error
        except ValueError as error:
            raise NotDecided(str(error)) from error
