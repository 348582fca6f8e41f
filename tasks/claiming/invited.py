"""Whoever takes a place they were asked to take has said yes."""

import datetime as dt

from django.utils.translation import gettext as _

from members.models import User
from tasks.claiming.rules import TaskMoved
from tasks.models import Invitation, InvitationEvent
from xianfeng.lib.transitions import move


def accept(invitation_id: int, *, by: User, now: dt.datetime) -> None:
    """In the transaction that took the place. Raises TaskMoved where it was taken back a moment ago."""
    invitation = Invitation.objects.get(pk=invitation_id)
    if invitation.state not in Invitation.State.OPEN:
        return
    move(
        invitation,
        Invitation.State.ACCEPTED,
        allowed=Invitation.State.OPEN,
        event=InvitationEvent,
        by=by,
        at=now,
        refusal=overtaken,
    )


def overtaken() -> TaskMoved:
    return TaskMoved(_("邀请刚刚有了变化，没有接单。请刷新页面再看。"))
