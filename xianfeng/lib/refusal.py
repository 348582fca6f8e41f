"""A rule says no."""


class Refusal(Exception):
    """Raised by rules and services; the button and the action use the same one.

    `code` is for machines and tests. The message is Chinese for the person refused: the rule, the
    figure, and what to do next.
    """

    code = "refused"

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.code
