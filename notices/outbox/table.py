"""Who is told what, where: one row for each wording that the platform can send."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from notices.models import Delivery
from notices.outbox.wording import Wording
from xianfeng.lib.rooms import load

IN_APP = gettext_lazy("站内")


def wordings() -> Iterator[Wording]:
    """As the errands declare them, file by file."""
    for module in load("messages"):
        yield from (value for value in vars(module).values() if isinstance(value, Wording))


def row(wording: Wording) -> tuple[str, str, str, str]:
    """Kind, event, recipients, channels."""
    kind, subject = wording.kind, str(wording.subject % Blanks())
    channels = [str(IN_APP)] if kind.in_portal else []
    channels += [str(Delivery.Channel(channel).label) for channel in kind.channels]
    return str(kind.label), subject, str(wording.told or kind.told), "、".join(channels)


class Blanks(dict[str, object]):
    """Every fact of a text as a blank to fill in; a figure as 1."""

    def __missing__(self, name: str) -> "Blank":
        return Blank(1)


class Blank(int):
    def __str__(self) -> str:
        return "…"


def markdown() -> str:
    """The table of docs/谁收到什么.md."""
    head = [_("类别"), _("什么事（标题）"), _("谁收到"), _("渠道")]
    lines = [head, ["---"] * len(head), *sorted({row(wording) for wording in wordings()})]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
