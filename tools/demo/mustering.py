"""A muster of last week, drilled from the whistle to the thanks: some came, some stood by, some could not."""

import datetime as dt

from members.models import Organization, User
from tasks.models import Muster, Task
from tasks.mustering import answering, mustering
from tasks.presence.marking import mark_presence

from .clock import as_of
from .repeats import ago

WANTED = 6
# Of ten who are called, so many say nothing; of the others every fourth cannot come.
SILENT, CANNOT = 3, 4


def drill_one(community: Organization, *, by: User) -> None:
    start = ago(5)
    with as_of(start):
        muster = mustering.call(
            by=by, publisher=community, audience=[community], title="小区内涝排险",
            place=f"{community}党群服务中心",
            text="穿雨鞋，带手电。", starts_at=None, hours=2, capacity=WANTED, organiser_name=by.name,
            is_drill=True,
        )  # fmt: skip
    with as_of(start + dt.timedelta(minutes=8)):
        answer_some(muster)
    with as_of(start + dt.timedelta(minutes=40)):
        claims = Task.objects.get(pk=muster.pk).claims.open().order_by("pk")[: WANTED - 1]
        mark_presence(muster.task, dict.fromkeys([one.pk for one in claims], "present"), by=by)
    with as_of(start + dt.timedelta(hours=1)):
        mustering.stand_down(muster, thanks="谢谢各位同志，十分钟内到了一半，辛苦了！", by=by)


def answer_some(muster: Muster) -> None:
    calls = muster.calls.filter(member__user__isnull=False).select_related("member__user").order_by("pk")
    for number, call in enumerate(calls[: WANTED * 3]):
        if number % 10 >= SILENT:
            say = answering.decline if number % CANNOT == 0 else answering.accept
            user = call.member.user
            assert user is not None  # so it was asked for
            say(muster.pk, by=user)
