"""What members are told of the decision on their service, and verifiers of what waits for them."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy

from members.models import Organization, User
from notices.kinds import Kind, declare
from notices.outbox import Message, Wording, send_many
from tasks.deadlines import record_deadline
from tasks.models import Claim, Task, Verification
from xianfeng.lib.times import format_date

SERVED = _("接了任务的党员")
FLAG_LIT = Kind("flag_lit", _("亮旗"), told=SERVED)
CLAIM_DENIED = Kind("claim_denied", _("服务未予认定"), told=SERVED)
CLAIM_NO_SHOW = Kind("claim_no_show", _("记录为未到场"), told=SERVED)
CLAIM_REVERSED = Kind("claim_reversed", _("认定撤销"), told=SERVED)
VERIFY_DUE = Kind("verify_due", _("任务待认定"), told=_("认定任务的社区书记、工作人员"))
KINDS = declare(FLAG_LIT, CLAIM_DENIED, CLAIM_NO_SHOW, CLAIM_REVERSED, VERIFY_DUE)

LIT = Wording(
    FLAG_LIT,
    key="verification:%(verification)s",
    subject=ngettext_lazy("亮旗 %(flags)d 面：%(title)s", "亮旗 %(flags)d 面：%(title)s", "flags"),
    body=_("%(date)s的服务已由%(organization)s认定。谢谢您，同志！"),
    link="tasks:my_claim",
)
DENIED = Wording(
    CLAIM_DENIED,
    key=LIT.key,
    subject=_("服务未予认定：%(title)s"),
    body=_("%(date)s的服务未予认定，原因：%(note)s。如有异议，请联系%(organization)s。"),
    link="tasks:my_claim",
)
NO_SHOW = Wording(
    CLAIM_NO_SHOW,
    key=LIT.key,
    subject=_("记录为未到场：%(title)s"),
    body=_("%(date)s的任务没有您的到场记录。如与事实不符，请联系%(organization)s更正。"),
    link="tasks:my_claim",
)
REVERSED = Wording(
    CLAIM_REVERSED,
    key="verification:%(verification)s:reversed",
    subject=_("认定已撤销：%(title)s"),
    body=_("原因：%(reason)s。原认定的红旗 %(flags)d 面已撤销，社区将重新认定。"),
    link="tasks:my_claim",
)
DUE = Wording(
    VERIFY_DUE,
    key="verify-due:%(organization)s:%(due)s:%(user)s",
    subject=ngettext_lazy("%(count)d 项任务待认定", "%(count)d 项任务待认定", "count"),
    body=_("以下任务须在 %(deadline)s 前完成认定（结束后10个工作日内）：\n%(names)s"),
    link="tasks:to_verify",
)
WORDING = {Verification.Grade.NO_SHOW: NO_SHOW, Verification.Grade.DENIED: DENIED}
NAMED = 10  # tasks a digest names; the rest are a figure


def tell_decisions(task: Task, made: Iterable[Verification], by: Organization) -> None:
    """Each member what became of their claim; members without an account are told nothing."""
    send_many(_decision(task, one, user, by) for one in made if (user := one.claim.member.user))


def _decision(task: Task, one: Verification, user: User, by: Organization) -> Message:
    facts = {"verification": one.pk, "flags": one.flags, "note": one.note, "title": task.title}
    wording = WORDING.get(Verification.Grade(one.grade), LIT)
    where = {"date": format_date(task.starts_at), "organization": by}
    return wording.to(user, one.claim_id, **facts, **where)


def tell_reversed(claim: Claim, verification: Verification, reason: str) -> None:
    if user := claim.member.user:
        facts = {"verification": verification.pk, "flags": verification.flags, "title": claim.task.title}
        send_many([REVERSED.to(user, claim.pk, reason=reason, **facts)])


def digests(
    organization: Organization, due: dt.date, tasks: Sequence[Task], staff: Iterable[User]
) -> Iterator[Message]:
    """What the organisation must record soon, to its verifiers."""
    names = "\n".join(f"· {task.title}（{format_date(task.ends_at)}）" for task in tasks[:NAMED])
    deadline = format_date(record_deadline(tasks[0]))
    facts = {"organization": organization.pk, "due": due, "count": len(tasks)}
    return DUE.to_each(staff, deadline=deadline, names=names, **facts)
