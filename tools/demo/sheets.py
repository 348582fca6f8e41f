"""Service on paper that was entered afterwards (补记), and tasks of several days: through the services."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import Q
from django.utils import timezone

from flags.models import Category
from members.models import Member, Organization, User
from members.teams import founding, joining
from tasks.claiming.claiming import claim, withdraw
from tasks.claiming.waiting.waiting import join
from tasks.models import Claim, ServiceItem, Task
from tasks.models.sessions import DAY
from tasks.publishing import publishing
from tasks.recording.recording import enter, record_task
from tasks.teams.claiming import claim_for
from tasks.verifying.verifying import Decision, record
from xianfeng.lib.times import today

from .city import username_of
from .clock import as_of, at
from .texts import ON_PAPER, ORGANISERS, PLACES, POPULAR, SEVERAL_DAYS, TEAM, TEAM_PURPOSE, TEAM_TASK, WITNESS

WEEK = 7 * DAY
ALONE, MANY = 3, 7  # below and above what the year's rules let one person enter and decide on


def enter_some_of(year: int, community: Organization, *, by: User) -> None:
    """The settled year: a list that turned up at its end, decided on before New Year."""
    with as_of(at(dt.date(year, 12, 31), 20)):
        task = on_paper(ON_PAPER[0], dt.date(year, 12, 23), community, ALONE, by=by)
        decide(task, by=by)


def enter_some(community: Organization, estate: Organization, *, by: User) -> None:
    """The present year: one list decided on, one too long for who entered it, and a walk-in."""
    decide(on_paper(ON_PAPER[1], today() - 6 * DAY, community, ALONE, by=by), by=by)
    clerk = User.objects.get(username=username_of(estate))
    on_paper(ON_PAPER[2], today() - 5 * DAY, estate, MANY, by=clerk)
    recent = Task.objects.filter(publisher=community, ends_at__gte=timezone.now() - 60 * DAY)
    task = recent.filter(state=Task.State.SETTLED, is_late_entry=False).order_by("-ends_at", "-pk").first()
    if task:
        put_on(task, free(community, task.starts_at, task.ends_at)[:1], by=by)


def serve_for_days(community: Organization, *, by: User) -> None:
    """Three evenings that are over and decided on, and five mornings that people sign up for."""
    past = several_days(SEVERAL_DAYS[0], today() - 14 * DAY, 3, community, by=by)
    decide(past, by=by)
    several_days(SEVERAL_DAYS[1], today() + 8 * DAY, 5, community, by=by)


def on_paper(title: str, day: dt.date, publisher: Organization, count: int, *, by: User) -> Task:
    terms = terms_of(title, at(day, 9), 1, publisher)
    task = record_task(by=by, publisher=publisher, **terms)
    put_on(task, free(publisher, task.starts_at, task.ends_at)[:count], by=by)
    return task


def put_on(task: Task, people: Iterable[Member], *, by: User) -> None:
    if chosen := [member.pk for member in people]:
        enter(task, chosen, witness=WITNESS, by=by)


def several_days(title: str, day: dt.date, sessions: int, publisher: Organization, *, by: User) -> Task:
    """Taken by people who have nothing else about that time."""
    task = evening(title, day, sessions, publisher, by=by)
    people = free(publisher, task.starts_at - WEEK, task.ends_at + WEEK)
    with as_of(task.signup_opens_at + DAY):
        for member in [one for one in people if not one.claims.open().exists()][:4]:
            claim(task.pk, member, by=member.user)  # type: ignore[arg-type]
    return task


def evening(title: str, day: dt.date, sessions: int, publisher: Organization, *, by: User) -> Task:
    """Published some days before."""
    terms = terms_of(title, at(day, 19), sessions, publisher)
    opens: dt.datetime = min(terms["starts_at"], timezone.now()) - 3 * DAY
    with as_of(opens):
        return publishing.create(
            by=by, publisher=publisher, audience=[publisher], publish_now=True,
            **terms | {"signup_opens_at": opens, "capacity": 8, "presence": Task.Presence.ROSTER},
        )  # fmt: skip


def wait_for_some(community: Organization, *, by: User) -> None:
    """A full task with people in line, the first of whom is asked: somebody gave a place back."""
    task = several_days(POPULAR, today() + 6 * DAY, 1, community, by=by)
    task.refresh_from_db(fields=["places_taken"])
    task = publishing.edit(task, by=by, capacity=task.places_taken or 1)
    people = free(community, task.starts_at - WEEK, task.ends_at + WEEK)
    for member in [one for one in people if not one.claims.open().exists()][:3]:
        join(task.pk, by=member.user)  # type: ignore[arg-type]
    for place in task.claims.open().select_related("member__user").order_by("-pk")[:1]:
        withdraw(place, by=place.member.user)  # type: ignore[arg-type]


def team_up(community: Organization, *, by: User) -> None:
    """A team of the community that goes to a task together; who leads it has asked for the others."""
    task = evening(TEAM_TASK, today() + 9 * DAY, 1, community, by=by)
    people = free(community, task.starts_at - WEEK, task.ends_at + WEEK)
    leader, *others = [one for one in people if not one.claims.live().exists()][:4]
    until = today() + 400 * DAY
    words = {"name": TEAM, "kind": "helpers", "purpose": TEAM_PURPOSE, "skills": "水电维修、家电维修"}
    team = founding.confirm(founding.propose(leader, until=until, by=leader.user, **words), by=by)  # type: ignore[arg-type]
    for member in others:
        role = joining.invite(team, member, by=leader.user)  # type: ignore[arg-type]
        joining.answer(role, yes=True, by=member.user)  # type: ignore[arg-type]
    named = [leader.pk, *(member.pk for member in others)]
    claim_for(task.pk, team, named, all_or_none=False, by=leader.user)  # type: ignore[arg-type]


def terms_of(title: str, start: dt.datetime, sessions: int, publisher: Organization) -> dict[str, Any]:
    """Two hours on each of the days."""
    item = ServiceItem.objects.active().filter(category=Category.ACTIVITY).order_by("code")[0]
    return {
        "item": item, "title": title.format(place=publisher.name), "text": "", "place": PLACES[0],
        "starts_at": start, "ends_at": start + (sessions - 1) * DAY + dt.timedelta(hours=2),
        "sessions": sessions, "signup_opens_at": start - DAY, "signup_closes_at": start, "capacity": 1,
        "flags": item.min_flags, "minutes": 120 * sessions, "organiser_name": ORGANISERS[0],
        "presence": Task.Presence.SHEET,
    }  # fmt: skip


def free(place: Organization, since: dt.datetime, until: dt.datetime) -> list[Member]:
    """People of the place with an account who had reported by then, and were nowhere else in that time."""
    busy = Claim.objects.holding().filter(task__starts_at__lt=until, task__ends_at__gt=since)
    people = Member.objects.registered().filter(Q(community=place) | Q(estate=place)).exclude(user=None)
    people = people.filter(departed_on=None, registered_at__lt=since)
    missed = Claim.objects.filter(state=Claim.State.NO_SHOW)
    others = people.exclude(pk__in=busy.values("member")).exclude(pk__in=missed.values("member"))
    return list(others.select_related("user").order_by("pk"))


def decide(task: Task, *, by: User) -> None:
    """Everybody was there."""
    claims = list(task.claims.open().order_by("pk"))
    present = {one.pk: Claim.Presence.PRESENT.value for one in claims}
    record(task, present, [Decision(one.pk, "good", task.minutes, task.flags) for one in claims], by=by)
