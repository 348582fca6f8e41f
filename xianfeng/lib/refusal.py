"""A rule says no: the refusals that every errand knows, and the checks that are the same everywhere."""

from collections.abc import Callable

from django.utils.functional import Promise
from django.utils.translation import gettext as _

LONGEST_REASON = 300  # characters: what every event row and ledger line has room for


class Refusal(Exception):
    """Raised by rules and services; the button and the action use the same one.

    `code` is for machines and tests, `field` names the form field that the message belongs to (empty:
    the form as a whole). The message is Chinese for the person refused: the rule, the figure, and what
    to do next.
    """

    code = "refused"
    field = ""

    def __init__(self, message: str | Promise, code: str = "", *, field: str = "") -> None:
        super().__init__(message)
        self.message = str(message)
        self.code = code or self.code
        self.field = field or self.field


class AlreadyDecided(Refusal):
    """Somebody else was faster, or the same click came twice."""

    code = "already_decided"


class ChangedMeanwhile(Refusal):
    """What a form was filled in on is not what is stored any more."""

    code = "changed_meanwhile"


class NotPossible(Refusal):
    code = "not_possible"


class KeyReused(Refusal):
    """The idempotency key of an earlier request came again with other content."""

    code = "key_reused"


class ReasonNeeded(Refusal):
    code = "reason_needed"
    field = "reason"


def refusal_of(check: Callable[..., object], *about: object) -> str:
    """What a check says against it, for the page that says so beforehand; "" where it lets it pass."""
    try:
        check(*about)
    except Refusal as refusal:
        return refusal.message
    return ""


def check_reason(reason: str, *, least: int = 1, told: str | Promise = "") -> str:
    """The reason without the blanks around it. Raises ReasonNeeded: shorter than `least`, or too long.

    `told` says in the message who will read it.
    """
    reason = reason.strip()
    if len(reason) < least:
        text = _("请写明原因，至少 %(least)s 个字，%(told)s。") if least > 1 else _("请写明原因，%(told)s。")
        raise ReasonNeeded(text % {"least": least, "told": told or _("对方会看到")})
    if len(reason) > LONGEST_REASON:
        raise ReasonNeeded(_("原因最多 %(most)s 字，请缩短后再提交。") % {"most": LONGEST_REASON})
    return reason
