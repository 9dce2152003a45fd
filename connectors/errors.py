"""The one error that is the input's fault. Everything else that is raised is ours."""

from __future__ import annotations


class Refused(Exception):
    """An input that cannot be taken with confidence; reported to its sender, never to the log alone.

    Attributes:
        code: A stable snake_case word for the reason (``encrypted``, ``picture_only``, ``unrouted`` …).
        message: What is wrong, in Chinese, for the sender.
        remedy: What the sender can do about it, in Chinese.
    """

    def __init__(self, code: str, message: str, remedy: str) -> None:
        super().__init__(f"{code}: {message} {remedy}")
        self.code = code
        self.message = message
        self.remedy = remedy

    def __reduce__(self) -> tuple[type[Refused], tuple[str, str, str]]:
        # Refusals cross from worker processes; the default would rebuild them from the joined text.
        return type(self), (self.code, self.message, self.remedy)
