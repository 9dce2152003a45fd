"""The one error that is the input's fault. Everything else that is raised is ours."""


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
