"""Who takes the places: members with different zeal, never two tasks at a time, never over the limit."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Iterable
from itertools import accumulate

from flags.policy.policies import policy_for
from members.models import Member
from tasks.models import Task
from wishes.models import Wish

from .plans import Plan


class Volunteer:
    """A registered member, from reporting to leaving, and the days already given away."""

    __slots__ = ("days", "member", "since", "until")

    def __init__(self, member: Member) -> None:
        self.member = member
        self.since = member.registered_at.date() if member.registered_at else dt.date.max
        self.until = member.departed_on or dt.date.max
        self.days: list[dt.date] = []

    def is_free(self, day: dt.date, per_week: int) -> bool:
        """One task a day keeps times from overlapping; the policy's weekly limit holds on top."""
        week = [given for given in self.days[-8:] if abs((day - given).days) < 7]
        return self.since < day <= self.until and day not in week and (not per_week or len(week) < per_week)


class Pool:
    """People who may be asked, drawn by zeal."""

    def __init__(self, volunteers: list[Volunteer], zeal: dict[int, float]) -> None:
        self.volunteers = volunteers
        self.weights = list(accumulate(zeal[volunteer.member.pk] for volunteer in volunteers))

    def draw(self, rng: random.Random, day: dt.date, count: int, per_week: int) -> list[Volunteer]:
        """Up to `count` people; gives up after a while, as a thin community does."""
        drawn: list[Volunteer] = []
        for _try in range(count * 6 if self.volunteers else 0):
            if len(drawn) >= count:
                break
            one = rng.choices(self.volunteers, cum_weights=self.weights)[0]
            if one.is_free(day, per_week):
                one.days.append(day)
                drawn.append(one)
        return drawn


class Pools:
    """Volunteers of the city, of each community and of each estate."""

    def __init__(self, rng: random.Random, members: Iterable[Member]) -> None:
        everybody = [Volunteer(member) for member in members]
        zeal = {volunteer.member.pk: rng.lognormvariate(0, 0.6) for volunteer in everybody}
        homes: dict[int | None, list[Volunteer]] = defaultdict(list)
        for volunteer in everybody:
            homes[volunteer.member.community_id].append(volunteer)
            homes[volunteer.member.estate_id].append(volunteer)
        self.city = Pool(everybody, zeal)
        self.homes = {home: Pool(volunteers, zeal) for home, volunteers in homes.items()}
        self.empty = Pool([], zeal)

    def fill(self, rng: random.Random, plans: Iterable[Plan], now: dt.datetime) -> None:
        """Give each task its takers, in the order of time; the future is claimed in part only."""
        limits = {year: policy_for(year).places_per_week for year in (now.year - 1, now.year, now.year + 1)}
        for plan in plans:
            task = plan.task
            if task.state != Task.State.PUBLISHED or (plan.wish and plan.wish.state != Wish.State.PUBLISHED):
                continue
            share = 1.0 if task.starts_at < now else rng.uniform(0.1, 0.8)
            pool = self.homes.get(plan.audience.pk, self.empty) if plan.community else self.city
            per_week = limits[task.starts_at.year]
            drawn = pool.draw(rng, task.starts_at.date(), round(plan.wanted * share), per_week)
            plan.takers = [volunteer.member.pk for volunteer in drawn]
