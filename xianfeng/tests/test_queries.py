"""Every list costs the same number of queries with 20 rows and with 200, and never more than 15.

One city grows from 20 rows of everything to 200; each page is asked for at both sizes.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from flags import ledger
from flags.assessment import assessing
from flags.ledger import Award
from flags.models import AssessmentRun
from members.models import (
    Appointment,
    ContactReveal,
    Exemption,
    ImportBatch,
    ImportRow,
    Member,
    Organization,
    Registration,
    User,
)
from notices.models import Delivery
from notices.outbox import Message, send_many
from reports.models import Export
from tasks.models import Claim, ServiceItem, TaskEvent
from tasks.tests.desk import ended_task
from tasks.tests.offers import make_offer
from wishes.models import Wish, WishEvent
from xianfeng.testing.cast import Cast, make_cast, make_organization
from xianfeng.tests.access_table import ACCESS

SMALL, LARGE, MOST = 20, 200, 15


# --- A city that grows ---------------------------------------------------------------------------


class City:
    """Twenty or two hundred of everything that a list shows."""

    def __init__(self, cast: Cast) -> None:
        self.cast, self.size = cast, 0
        self.ended = ended_task(cast, title="结束的任务", capacity=LARGE)
        self.batch = self.import_batch(0)
        self.wish = Wish.objects.create(organization=cast.estate, need="想请人修灯")

    def grow_to(self, size: int) -> None:
        numbers = range(self.size, size)
        self.size = size
        self.add_people(numbers)
        self.add_tree(numbers)
        self.add_tasks(numbers)
        self.add_wishes(numbers)
        self.add_flags(numbers)
        self.add_messages(numbers)
        self.add_imports(numbers)
        self.add_exports(numbers)
        self.run = assessing.forecast(timezone.localdate().year, by=self.cast.city_officer)

    def add_people(self, numbers: range) -> None:
        cast, now = self.cast, timezone.now()
        users = User.objects.bulk_create(
            User(username=f"m{n}", name=f"党员{n}", mobile=f"1390{n:07d}", email=f"m{n}@example.test")
            for n in numbers
        )
        members = Member.objects.bulk_create(
            Member(
                name=user.name, mobile=user.mobile, unit=cast.unit, community=cast.community, user=user,
                estate=cast.estate, state=Member.State.REGISTERED, pinyin=f"dangyuan{user.pk}",
            )
            for user in users
        )  # fmt: skip
        for state in (Registration.State.SUBMITTED, Registration.State.CONFIRMED):
            Registration.objects.bulk_create(
                Registration(
                    user=user, member=member, name=user.name, mobile=user.mobile or "", unit=cast.other_unit,
                    community=cast.community, estate=cast.estate, promised_at=now, state=state,
                    decided_by=cast.clerk, differences=[["unit", "市教育局", "市税务局"]],
                )
                for user, member in zip(users, members, strict=True)
            )  # fmt: skip
        viewers = [cast.secretary, cast.clerk]
        ContactReveal.objects.bulk_create(
            ContactReveal(
                member=cast.li,
                field="mobile",
                viewer=viewers[n % 2],
                organization=cast.community,
                reason="核实",
            )
            for n in numbers
        )
        Claim.objects.bulk_create(Claim(task=self.ended, member=member) for member in members)
        Exemption.objects.bulk_create(
            Exemption(
                member=cast.li, kind="sick", reason="住院", approved_by=viewers[n % 2],
                starts_on=dt.date(2026, 1, 1), ends_on=dt.date(2026, 1, 2),
            )
            for n in numbers
        )  # fmt: skip

    def add_tree(self, numbers: range) -> None:
        cast = self.cast
        for n in numbers:
            make_organization(f"E{n}", Organization.Kind.ESTATE, f"小区{n}", cast.community)
            make_organization(f"U{n}", Organization.Kind.UNIT, f"单位{n}", cast.city)
        Appointment.objects.bulk_create(
            Appointment(user=user, organization=cast.estate, role="clerk", starts_on=dt.date(2026, 1, 1))
            for user in User.objects.filter(username__in=[f"m{n}" for n in numbers])
        )

    def add_tasks(self, numbers: range) -> None:
        """Open tasks, ended ones to verify, and 李建国's place on each; estates and community publish."""
        cast, day = self.cast, dt.timedelta(days=1)
        for n in numbers:
            publisher = cast.community if n % 2 else cast.estate
            common: dict[str, Any] = {"publisher": publisher, "capacity": 9}
            make_offer(cast, starts_in=(n + 2) * day, title=f"任务{n}", **common)
            held = make_offer(cast, starts_in=(n + 300) * day, title=f"已接{n}", **common)
            over = ended_task(cast, ago=(n + 2) * day, title=f"结束{n}", **common)
            ServiceItem.objects.create(code=f"I{n}", name=f"事项{n}", category="activity")
            Claim.objects.create(task=held, member=cast.li)
            Claim.objects.create(task=over, member=cast.li, state=("claimed", "verified")[n % 2])
            TaskEvent.objects.create(
                task=self.ended, by=cast.clerk, from_state="published", to_state="published"
            )

    def add_wishes(self, numbers: range) -> None:
        cast = self.cast
        places = [cast.estate, cast.second_estate, cast.community]
        Wish.objects.bulk_create(
            Wish(organization=places[n % 3], need=f"想请人理发{n}", entered_by=cast.clerk) for n in numbers
        )
        WishEvent.objects.bulk_create(
            WishEvent(wish=self.wish, by=cast.clerk, from_state="submitted", to_state="accepted")
            for n in numbers
        )

    def add_flags(self, numbers: range) -> None:
        cast = self.cast
        awards = [
            Award(
                member=cast.li, flags=1, minutes=60, service_date=dt.date(2026, 3, 1), category="activity",
                organization=(cast.community, cast.estate)[n % 2], source_kind="claim", source_id=n,
                source_label=f"任务{n}", verifier=(cast.secretary, cast.clerk)[n % 2], key=f"claim:{n}",
            )
            for n in numbers
        ]  # fmt: skip
        ledger.award(awards, by=cast.city_officer)
        AssessmentRun.objects.bulk_create(
            AssessmentRun(
                year=1000 + n, is_official=False, state="forecast", as_of=dt.date(2026, 1, 1),
                started_by=(cast.city_officer, cast.city_colleague)[n % 2], finished_at=timezone.now(),
            )
            for n in numbers
        )  # fmt: skip

    def add_messages(self, numbers: range) -> None:
        receivers = [user for user in (self.cast.li.user, self.cast.wang.user) if user]
        send_many(
            Message(receiver, "reminder", f"{receiver.pk}:{n}", "提醒", "还差几面红旗")
            for n in numbers
            for receiver in receivers
        )
        Delivery.objects.update(state=Delivery.State.FAILED)

    def add_imports(self, numbers: range) -> None:
        for n in numbers:
            self.import_batch(n + 1)
        ImportRow.objects.bulk_create(
            ImportRow(
                batch=self.batch, sheet="名册", row=n + 2, outcome="new", member=self.cast.li,
                values={"姓名": "李建国", "手机号": "13800000001", "单位": "市教育局"},
            )
            for n in numbers
        )  # fmt: skip

    def add_exports(self, numbers: range) -> None:
        """Half of them ready, by two people of two organisations."""
        cast = self.cast
        for n in numbers:
            user = (cast.city_officer, cast.secretary)[n % 2]
            desk = user.appointments.get()
            Export.objects.create(
                name="members", title="党员名单", user=user, organization=desk.organization, appointment=desk,
                columns=[["member", "姓名"]], key=str(n), state=("ready", "failed")[n // 2 % 2],
                expires_at=timezone.now() + dt.timedelta(days=7),
            )  # fmt: skip

    def import_batch(self, number: int) -> ImportBatch:
        officers = [self.cast.city_officer, self.cast.city_colleague]
        return ImportBatch.objects.create(
            kind="roster", organization=self.cast.city, uploaded_by=officers[number % 2], state="confirmed",
            filename=f"名册{number}.xlsx", counts={"new": 1, "changed": 0, "unchanged": 0, "rejected": 0},
            confirmed_by=officers[number % 2], confirmed_at=timezone.now(),
        )  # fmt: skip


# --- The pages -----------------------------------------------------------------------------------


@dataclass(frozen=True)
class List:
    """One list, as one person sees it: who, and which of its faces."""

    who: str
    name: str
    query: str = ""
    of: Callable[[City], int | str] | None = None

    def __str__(self) -> str:
        return f"{self.who} {self.name}{self.query}"

    def path(self, city: City) -> str:
        return reverse(self.name, args=[self.of(city)] if self.of else []) + self.query


CITY, DESK, PHONE = "city_officer", "secretary", "li"
LISTS = [
    *(List(who, "reports:desk_home") for who in (CITY, DESK, "unit_clerk", "estate_clerk")),
    List(CITY, "reports:waiting"),
    List(PHONE, "reports:me"),
    *(List(who, "members:list") for who in (CITY, DESK, "unit_clerk")),
    List(CITY, "members:list", "?sort=-flags&q=dangyuan"),
    List(CITY, "members:search", "?q=党员"),
    List(CITY, "members:reveals"),
    List(CITY, "members:detail", of=lambda city: city.cast.li.pk),
    *(List(who, "members:registrations") for who in (CITY, DESK)),
    List(DESK, "members:reconciliation"),
    List(DESK, "members:reconciliation", "?by=community"),
    *(List(CITY, "members:reconciliation", f"?list={which}") for which in ("unregistered", "differing")),
    *(List(CITY, "members:organizations", line) for line in ("", "?line=units")),
    List(CITY, "members:organization", of=lambda city: city.cast.community.pk),
    List(CITY, "members:organization", of=lambda city: city.cast.estate.pk),
    List(CITY, "members:appointments"),
    List(CITY, "members:imports"),
    List(CITY, "members:import", of=lambda city: city.batch.pk),
    List(PHONE, "members:looked_up"),
    List(PHONE, "members:profile"),
    *(List(who, "wishes:list", "?state=all") for who in (CITY, DESK)),
    List(DESK, "wishes:list"),
    List(DESK, "wishes:detail", of=lambda city: city.wish.pk),
    List(DESK, "wishes:enter"),
    *(List(DESK, "tasks:list", f"?tab={tab}") for tab in ("open", "to_verify", "verified")),
    List(CITY, "tasks:list"),
    List(CITY, "tasks:new"),
    List(DESK, "tasks:detail", of=lambda city: city.ended.pk),
    List(DESK, "tasks:to_verify"),
    List(DESK, "tasks:verify", of=lambda city: city.ended.pk),
    List(DESK, "tasks:presence", of=lambda city: city.ended.pk),
    List(DESK, "tasks:sheet", of=lambda city: city.ended.pk),
    List(CITY, "tasks:items"),
    List(PHONE, "tasks:browse"),
    List(PHONE, "tasks:my_claims"),
    *(List(who, "flags:ledger") for who in (CITY, DESK, "unit_clerk")),
    *(List(who, "flags:behind", "?who=short") for who in (CITY, "unit_clerk")),
    List(CITY, "flags:assessments"),
    List(CITY, "flags:assessment", of=lambda city: city.run.pk),
    List(PHONE, "flags:my_flags"),
    List(PHONE, "notices:inbox"),
    List(CITY, "notices:unreached"),
    *(List(who, name) for who in (CITY, DESK) for name in ("reports:exports", "reports:export_log")),
    List(CITY, "reports:export_new", of=lambda city: "members"),
    List(CITY, "reports:export_new", "?who=short", of=lambda city: "progress"),
]
# Pages about one thing, forms and files: no list grows on them.
SINGLE = {
    "healthz",
    "flags:adjust",
    "flags:entry",
    "flags:policy",
    "flags:progress",
    "flags:result",
    "members:import_new",
    "members:import_progress",
    "members:import_rejected",
    "members:import_template",
    "members:join",
    "members:poster",
    "members:profile_correct",
    "members:profile_edit",
    "members:registration",
    "reports:export",
    "reports:export_progress",
    "tasks:edit",
    "tasks:item",
    "tasks:item_new",
    "tasks:my_claim",
    "tasks:new_for_wish",
    "tasks:offer",
    "wishes:ask",
    "wishes:asked",
    "wishes:track",
    "wishes:tracked",
}


def client_of(cast: Cast, who: str) -> Client:
    found = getattr(cast, who)
    client = Client()
    client.force_login(
        found.user if isinstance(found, Member) else found,
        backend="django.contrib.auth.backends.ModelBackend",
    )
    return client


def cost(client: Client, path: str) -> int:
    """Queries of one answer; whatever is kept from one to the next is there already."""
    assert client.get(path).status_code == 200, path
    with CaptureQueriesContext(connection) as queries:
        client.get(path)
    return len(queries)


@pytest.fixture(scope="module")
def costs(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[List, list[int]]]:
    """Queries of each list at both sizes; the city is taken back afterwards."""
    with django_db_blocker.unblock(), transaction.atomic():
        city = City(make_cast())
        clients = {one.who: client_of(city.cast, one.who) for one in LISTS}
        found: dict[List, list[int]] = {one: [] for one in LISTS}
        for size in (SMALL, LARGE):
            city.grow_to(size)
            for one in LISTS:
                found[one].append(cost(clients[one.who], one.path(city)))
        transaction.set_rollback(True)
    yield found


@pytest.mark.django_db  # so that there is a database at all; the city itself is the module's
@pytest.mark.parametrize("one", LISTS, ids=str)
def test_a_list_costs_the_same_at_any_length(one: List, costs: dict[List, list[int]]):
    small, large = costs[one]
    assert small == large <= MOST


def test_every_page_is_bounded_or_about_one_thing():
    pages = {name for name, access in ACCESS.items() if access.get and 200 in access.get.values()}
    bounded = {one.name for one in LISTS}
    assert sorted(pages - bounded - SINGLE) == []
    assert sorted(SINGLE & bounded) == sorted(SINGLE - pages) == sorted(bounded - pages) == []
