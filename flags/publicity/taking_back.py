"""公示 is taken back: it was made public too early or with a mistake that cannot be corrected in it."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from flags.assessment.rules import RunMoved
from flags.models import AssessmentEvent, AssessmentRun
from members.models import User
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move

State = AssessmentRun.State


@transaction.atomic
def take_back_publicity(run: AssessmentRun, *, reason: str, by: User) -> AssessmentRun:
    """A draft again, to be made anew; publicity begins from its first day. Raises RunMoved, ReasonNeeded."""
    why = check_reason(reason, told=_("收到公示通知的每个人都会看到"))
    move(
        run,
        State.DRAFT,
        allowed={State.PUBLICISED},
        event=AssessmentEvent,
        by=by,
        note=why,
        at=timezone.now(),
        refusal=not_public,
        publicised_on=None,
        publicised_until=None,
    )
    later("flags.tell_publicity")
    return run


def not_public() -> RunMoved:
    return RunMoved(_("只有公示中的考核可以撤回公示。请刷新页面查看当前状态。"))
