"""What the model city publishes in its year: activities and residents' wishes, before anybody claims."""

import datetime as dt
import random
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from flags.models import Category
from members.models import Organization
from tasks.catalogue.suggesting import score
from tasks.models import ServiceItem, Task
from wishes.models import Wish

from .clock import at, service_time
from .texts import (
    ACTIVITIES,
    ADVICE,
    CATEGORY_WEIGHTS,
    CITY_ACTIVITIES,
    NEEDS,
    ORGANISERS,
    PLACES,
    RESIDENTS,
    SURNAMES,
)

# Days ahead of today that are planned already.
AHEAD = 16


@dataclass
class Plan:
    """One task to be, with the community whose members may take it (None: the whole city)."""

    task: Task
    audience: Organization
    community: Organization | None
    wanted: int  # places people would take
    wish: Wish | None = None
    takers: list[int] = field(default_factory=list)  # member ids


class Catalogue:
    """Service items by category."""

    def __init__(self) -> None:
        self.items: dict[str, list[ServiceItem]] = defaultdict(list)
        for item in ServiceItem.objects.filter(is_active=True):
            self.items[item.category].append(item)

    def pick(self, rng: random.Random, category: str, text: str = "") -> ServiceItem:
        """By the words of the text, where any are an item's."""
        any_one = rng.choice(self.items[category])
        best = max(self.items[category], key=lambda item: score(item, text))
        return best if score(best, text) else any_one


class Planner:
    """Draws tasks for one span of days."""

    def __init__(self, rng: random.Random, start: dt.date, end: dt.date) -> None:
        self.rng, self.start, self.end = rng, start, end
        self.catalogue = Catalogue()

    def day(self, ahead: int = AHEAD) -> dt.date:
        return self.start + dt.timedelta(days=self.rng.randint(0, (self.end - self.start).days + ahead))

    def activity(self, publisher: Organization, community: Organization | None, average: float) -> Plan:
        rng = self.rng
        category = rng.choices(list(CATEGORY_WEIGHTS), list(CATEGORY_WEIGHTS.values()))[0]
        item = self.catalogue.pick(rng, category)
        template = rng.choice(ACTIVITIES[category]) if community else rng.choice(CITY_ACTIVITIES)
        wanted = max(1, round(rng.gauss(average, average / 3)))
        starts = service_time(rng, self.day())
        published = starts - dt.timedelta(days=rng.randint(3, 8), hours=rng.randint(1, 5))
        title = template.format(place=publisher.name)
        task = self.task(publisher, item, title, starts, published, item.default_minutes)
        task.capacity = max(wanted, round(wanted * rng.choice((1, 1, 1.3, 1.6))))
        task.flags = rng.randint(item.min_flags, min(item.max_flags, item.min_flags + 1))
        return Plan(task, publisher, community, wanted)

    def wish(self, estate: Organization, community: Organization) -> Plan:
        rng = self.rng
        need, skill = rng.choice(NEEDS)
        asked = at(self.day(ahead=0), rng.randint(8, 21), rng.randint(0, 59))
        source = rng.choices(Wish.Source.values, (70, 6, 4, 4, 4, 8, 4))[0]
        wish = Wish(
            organization=estate,
            need=need,
            created_at=asked,
            state=Wish.State.PUBLISHED,
            source=source,
            **self.brief(estate),
        )
        starts = service_time(rng, asked.date() + dt.timedelta(days=rng.randint(4, 10)))
        item = self.catalogue.pick(rng, Category.WISH, need)
        task = self.task(
            community, item, need[:40], starts, asked + dt.timedelta(hours=rng.randint(2, 80)), 60
        )
        task.kind, task.wanted_skills, task.place = Task.Kind.WISH, skill, estate.name
        task.flags = item.min_flags
        wanted = 0 if rng.random() < 0.02 else 1
        return Plan(task, community, community, wanted, wish)

    def brief(self, estate: Organization) -> dict[str, str]:
        rng = self.rng
        house, door = rng.randint(1, 30), f"{rng.randint(1, 3)}单元{rng.randint(1, 11)}01室"
        return {
            "contact_name": rng.choice(SURNAMES) + rng.choice(RESIDENTS),
            "contact_mobile": f"13{rng.randint(0, 10**9 - 1):09d}",
            "contact_address": f"{estate.name}{house}幢{door}",
        }

    def task(
        self,
        publisher: Organization,
        item: ServiceItem,
        title: str,
        starts: dt.datetime,
        published: dt.datetime,
        minutes: int,
    ) -> Task:
        return Task(
            item=item,
            category=item.category,
            title=title,
            place=self.rng.choice(PLACES),
            starts_at=starts,
            ends_at=starts + dt.timedelta(minutes=minutes or 90),
            minutes=minutes,
            capacity=1,
            flags=1,
            signup_opens_at=published,
            signup_closes_at=starts,
            published_at=published,
            created_at=published - dt.timedelta(hours=3),
            publisher=publisher,
            state=Task.State.PUBLISHED,
            organiser_name=self.rng.choice(ORGANISERS),
            text=ADVICE,
        )


def plan_year(
    rng: random.Random,
    start: dt.date,
    end: dt.date,
    communities: Sequence[Organization],
    estates: dict[int, list[Organization]],
    city: Organization,
    sizes: tuple[int, int, int],
    average: float,
) -> list[Plan]:
    """All tasks in the order of their start. `sizes`: city activities, other activities, wishes."""
    planner = Planner(rng, start, end)
    plans = [planner.activity(city, None, average * 4) for _number in range(sizes[0])]
    for _number in range(sizes[1]):
        community = rng.choice(communities)
        publisher = rng.choice(estates[community.pk]) if rng.random() < 0.3 else community
        plans.append(planner.activity(publisher, community, average))
    for _number in range(sizes[2]):
        community = rng.choice(communities)
        plans.append(planner.wish(rng.choice(estates[community.pk]), community))
    return sorted(plans, key=lambda plan: plan.task.starts_at)
