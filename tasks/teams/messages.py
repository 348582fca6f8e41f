"""What a member is told of a place that the team's leader asked for in their name."""

import datetime as dt
from collections.abc import Collection

from django.utils.translation import gettext_lazy as _

from members.models import Team
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from tasks.claiming.messages import to_waiting
from tasks.models import Claim, Task
from xianfeng.lib.times import format_moment

TEAM_CLAIM = Kind("team_claim", _("服务队接单"), told=_("队长代为接单的队员"))
KINDS = declare(TEAM_CLAIM)

CLAIMED_FOR = Wording(
    TEAM_CLAIM,
    key="claim:%(claim)s:team:%(event)s",
    subject=_("服务队“%(team)s”为您接了单，请确认：%(title)s"),
    body=_(
        "%(when)s，%(place)s。请在 %(until)s 前点“接受”或“不接受”；不接受没有任何影响，没有答复，名额放出。"
    ),
    link="tasks:my_claim",
)


def tell_claimed_for(task: Task, team: Team, claims: Collection[Claim], until: dt.datetime) -> None:
    send_many(to_waiting(CLAIMED_FOR, task, claims, team=team, until=format_moment(until)))
