"""What members are told of service that was entered for them."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.models import Claim, Task
from xianfeng.lib.times import format_span

SERVICE_ENTERED = Kind("service_entered", _("服务补记"), told=_("被补记服务的党员"))
KINDS = declare(SERVICE_ENTERED)

ENTERED = Wording(
    SERVICE_ENTERED,
    key="claim:%(claim)s:entered:%(at)s",
    subject=_("为您补记了一次服务：%(title)s"),
    body=_("%(when)s，证明人：%(witness)s。认定后亮旗。如您没有参加，请联系%(organization)s更正。"),
    link="tasks:my_claim",
)
TAKEN_OUT = Wording(
    SERVICE_ENTERED,
    key="claim:%(claim)s:taken-out:%(at)s",
    subject=_("补记已移出：%(title)s"),
    body=_("原因：%(reason)s。如有异议，请联系%(organization)s。"),
    link="tasks:my_claim",
)


def tell_entered(task: Task, claims: Iterable[Claim], witness: str) -> None:
    facts = {"title": task.title, "when": format_span(task.starts_at, task.ends_at), "witness": witness}
    send_many(
        ENTERED.to(user, claim.pk, claim=claim.pk, at=claim.claimed_at, organization=task.publisher, **facts)
        for claim in claims
        if (user := claim.member.user)
    )


def tell_taken_out(claim: Claim, reason: str) -> None:
    if user := claim.member.user:
        facts = {"title": claim.task.title, "organization": claim.task.publisher, "at": claim.claimed_at}
        send_many([TAKEN_OUT.to(user, claim.pk, claim=claim.pk, reason=reason, **facts)])
