"""Every list costs the same number of queries with 20 rows and with 200, and never more than 15.

One city grows from 20 rows of everything to 200; each page is asked for at both sizes, each of its
tabs as well.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from flags.assessment import behind
from members.models import (
    ImportRow,
    Member,
    Team,
)
from members.registration import reconciling
from notices.outbox.filters import TABS
from tasks.calendar.spans import VIEWS
from tasks.claiming.filters import PERIODS
from tasks.mustering.figures import WORDS
from tasks.phases import BY_CODE
from wishes.handling import filters as wish_filters
from xianfeng.lib import workdays
from xianfeng.lib.times import SHANGHAI, today
from xianfeng.testing.cast import Cast, make_cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.admin import PAGES
from xianfeng.tests.tables.growing_city import LARGE, SMALL, City

MOST = 15


# --- The pages -----------------------------------------------------------------------------------


type Of = Callable[[City], int | str | tuple[int, ...]]


@dataclass(frozen=True)
class List:
    """One list, as one person sees it: who, and which of its faces."""

    who: str
    name: str
    query: str = ""
    of: Of | None = None

    def __str__(self) -> str:
        return f"{self.who} {self.name}{self.query}"

    @property
    def param(self) -> str:
        """What the address calls the tabs."""
        return self.query.removeprefix("?").split("=")[0]

    def page(self, city: City) -> str:
        """Its address without the face."""
        found = self.of(city) if self.of else ()
        return reverse(self.name, args=found if isinstance(found, tuple) else [found])


def faces(who: str, name: str, param: str, keys: Iterable[str], of: Of | None = None):
    """A page with tabs, under each of them."""
    return [List(who, name, f"?{param}={key}", of) for key in keys]


CITY, DESK, PHONE = "city_officer", "secretary", "li"
YEARS = [str(today().year), str(today().year - 1)]
# As they stand in July, when all is measured.
MONTHS_AHEAD = [f"{today().year}-{month:02}" for month in range(7, 13)]
MONTHS_BACK = [f"{today().year}-{month:02}" for month in range(2, 8)]
# Every page with tabs, and every tab of it.
FACES = [
    List(CITY, "reports:search", "?in=&q=党员"),
    List(CITY, "reports:search", "?in=members&q=党员"),
    List(CITY, "reports:search", "?in=tasks&q=任务"),
    List(CITY, "reports:search", "?in=wishes&q=理发"),
    *faces(DESK, "tasks:list", "tab", BY_CODE),
    *faces(DESK, "tasks:calendar", "view", dict(VIEWS)),
    *faces(PHONE, "tasks:my_calendar", "view", dict(VIEWS)),
    *faces(DESK, "tasks:series_list", "tab", ("on", "over")),
    *faces(CITY, "tasks:targets", "tab", ("open", "late", "taken", "declined", "missed", "withdrawn")),
    *faces(CITY, "tasks:musters", "tab", ("on", "over", "drills")),
    *faces(CITY, "tasks:reviews", "tab", ("waiting", "overdue", "colleague", "doubted")),
    *faces(CITY, "tasks:to_verify", "tab", ("", "overdue")),
    *faces(CITY, "tasks:records", "year", [str(today().year - back) for back in range(4)]),
    *faces(DESK, "wishes:list", "state", dict(wish_filters.TABS)),
    *faces(CITY, "notices:unreached", "tab", [key for key, _label, _condition in TABS]),
    *faces(PHONE, "notices:inbox", "state", ("", "unread")),
    *faces(CITY, "flags:behind", "who", behind.GROUPS),
    *faces(PHONE, "flags:my_flags", "year", YEARS),
    *faces(DESK, "members:reconciliation", "list", dict(reconciling.FACES)),
    *faces(CITY, "members:numbers", "tab", ("waiting", "all")),
    *faces(CITY, "members:waiting_exemptions", "tab", ("mine", "others")),
    *faces("unit_clerk", "members:roster_changes", "tab", ("waiting", "asked", "ahead", "all")),
    *faces(CITY, "members:organizations", "line", ("places", "units", "deserted", "idle")),
    *faces(CITY, "members:import", "outcome", ("", *ImportRow.Outcome.values), lambda city: city.batch.pk),
    *faces(CITY, "members:teams", "tab", ("", *Team.State.values)),
    *faces(PHONE, "tasks:browse", "period", ("", *dict(PERIODS))),
    *faces(CITY, "tasks:balance", "month", MONTHS_AHEAD),
    *faces(CITY, "reports:burden", "month", MONTHS_BACK),
    *faces(
        CITY,
        "reports:burden_of",
        "month",
        MONTHS_BACK,
        lambda city: city.cast.community.pk,
    ),
    *faces(CITY, "reports:export_new", "who", behind.GROUPS, lambda city: "progress"),
    *faces(CITY, "reports:export_new", "list", reconciling.LISTS, lambda city: "reconciliation"),
]
LISTS = [
    *FACES,
    *(List(who, "reports:desk_home") for who in (CITY, DESK, "unit_clerk", "estate_clerk")),
    List(DESK, "reports:desk_help", "?page=tasks:list"),
    List(CITY, "reports:waiting"),
    List(PHONE, "reports:me"),
    *(List(who, "members:list") for who in (CITY, DESK, "unit_clerk")),
    List(CITY, "members:list", "?sort=-flags&q=dangyuan"),
    List(CITY, "reports:search", "?q=党员"),
    List(CITY, "members:reveals"),
    List(CITY, "members:detail", of=lambda city: city.cast.li.pk),
    *(List(who, "members:registrations") for who in (CITY, DESK)),
    *(List(CITY, "members:reconciliation", f"?list={which}") for which in ("unregistered", "differing")),
    List(CITY, "members:organization", of=lambda city: city.cast.community.pk),
    List(CITY, "members:organization", of=lambda city: city.cast.estate.pk),
    List(CITY, "members:organizations", "?q=qf&open=all"),
    List(CITY, "members:appointments"),
    List(CITY, "members:appointments", "?place=sj&q=党&term=all"),
    List(CITY, "members:namesakes"),
    List(CITY, "members:end_appointment", of=lambda city: city.cast.secretary.appointments.get().pk),
    List(CITY, "members:imports"),
    List(CITY, "members:merge_with", "?q=党员", of=lambda city: city.cast.li.pk),
    List(PHONE, "members:looked_up"),
    List(PHONE, "members:profile"),
    List(CITY, "wishes:list", "?state=all"),
    List(DESK, "wishes:list"),
    List(DESK, "wishes:detail", of=lambda city: city.wish.pk),
    List(DESK, "wishes:merge_with", of=lambda city: city.wish.pk),
    List(DESK, "wishes:merge_with", "?q=理发", of=lambda city: city.wish.pk),
    List(DESK, "wishes:enter"),
    List(CITY, "tasks:list"),
    List(CITY, "tasks:new"),
    List(CITY, "tasks:fitting"),
    List(CITY, "tasks:series_new"),
    List(DESK, "tasks:series_list"),
    List(CITY, "tasks:calendar"),
    List(PHONE, "tasks:my_calendar"),
    List(DESK, "tasks:series", of=lambda city: city.series.pk),
    List(PHONE, "tasks:my_series", of=lambda city: city.series.pk),
    List(DESK, "tasks:detail", of=lambda city: city.ended.pk),
    List(DESK, "tasks:to_verify"),
    List(DESK, "tasks:enter", "?q=党员", of=lambda city: city.ended.pk),
    List(DESK, "tasks:verify", of=lambda city: city.ended.pk),
    List(DESK, "tasks:presence", of=lambda city: city.ended.pk),
    List(DESK, "tasks:sheet", of=lambda city: city.ended.pk),
    List(CITY, "tasks:items"),
    List(DESK, "tasks:invite", of=lambda city: city.asked_to.pk),
    List(PHONE, "tasks:suited"),
    *(List(who, name) for who in (CITY, DESK) for name in ("tasks:balance", "tasks:year_end")),
    List(CITY, "tasks:balance_row", of=lambda city: city.row.pk),
    *(List(who, "reports:burden") for who in (CITY, DESK)),
    List(CITY, "reports:burden_of", of=lambda city: city.cast.community.pk),
    *(List(CITY, "tasks:muster", f"?of={of}", lambda city: city.muster.pk) for of in WORDS),
    List(CITY, "tasks:muster_live", of=lambda city: city.muster.pk),
    List(CITY, "tasks:muster_new"),
    List(DESK, "tasks:roll_call", of=lambda city: city.muster.pk),
    List(CITY, "tasks:breakdown", of=lambda city: city.whole.pk),
    List(CITY, "tasks:breakdown_live", of=lambda city: city.whole.pk),
    List(CITY, "tasks:set_targets", of=lambda city: city.whole.pk),
    List("unit_clerk", "tasks:targets"),
    List(DESK, "tasks:targets"),
    List(CITY, "tasks:scope_rules", "?title=替社区录入表格"),
    List(CITY, "tasks:scope_share"),
    List(CITY, "tasks:scope_share", "?of=published"),
    List(DESK, "tasks:scope_share", "?of=insisted"),
    List(PHONE, "tasks:my_claims"),
    List(DESK, "tasks:team_work", of=lambda city: city.team.pk),
    List(PHONE, "tasks:my_team_work", of=lambda city: city.team.pk),
    List(PHONE, "tasks:team_claim", of=lambda city: (city.offer.pk, city.team.pk)),
    List(PHONE, "members:my_teams"),
    List(PHONE, "members:my_team", "?q=党员", of=lambda city: city.team.pk),
    List(DESK, "members:team", of=lambda city: city.team.pk),
    List(DESK, "members:team_found"),
    *(List(who, "flags:ledger") for who in (CITY, DESK, "unit_clerk")),
    List("unit_clerk", "flags:behind", "?who=short"),
    List(CITY, "flags:assessments"),
    List(CITY, "flags:assessment", of=lambda city: city.run.pk),
    *(List(who, name) for who in (CITY, DESK) for name in ("reports:exports", "reports:export_log")),
    List(CITY, "reports:export_new", of=lambda city: "members"),
    List(CITY, "reports:retention"),
    *(List(CITY, f"admin:{model}_changelist") for model in PAGES),
    *(List(DESK, f"admin:{model}_changelist") for model in ("tasks_task", "tasks_claim", "wishes_wish")),
    List(DESK, "admin:wishes_wish_change", of=lambda city: city.wish.pk),
]
# Pages about one thing, forms and files: no list grows on them.
SINGLE = {
    "healthz",
    "livez",
    "operations:metrics",
    "operations:state",
    "flags:adjust",
    "flags:entry",
    "flags:policy",
    "flags:progress",
    "flags:result",
    "flags:start",
    "flags:workdays",
    "members:confirm_email",
    "members:dev_messages",  # the last 20
    "members:elevation",
    "members:email",
    "members:import_new",
    "members:import_progress",
    "members:import_rejected",
    "members:import_template",
    "members:join",
    "members:lost_number",
    "members:lost_number_done",
    "members:merge",
    "members:merge_compare",
    "members:my_number",
    "members:number",
    "members:number_correct",
    "members:own_record",
    "members:poster",
    "members:profile_correct",
    "members:profile_edit",
    "members:registration",
    "members:roster_change",
    "members:roster_join",
    "members:roster_leave",
    "members:roster_return",
    "members:roster_transfer",
    "members:team_edit",
    "members:team_propose",
    "reports:export",
    "reports:export_progress",
    "reports:manual",
    "reports:open_manual",
    "tasks:edit",
    "tasks:edit_following",
    "tasks:item",
    "tasks:item_new",
    "tasks:muster_call",
    "tasks:my_claim",
    "tasks:new_for_wish",
    "tasks:offer",
    "tasks:poster",
    "tasks:record",
    "tasks:scope_rule",
    "tasks:scope_rule_new",
    "tasks:take_up",
    "tasks:target",
    "wishes:ask",
    "wishes:ask_again",
    "wishes:asked",
    "wishes:merge",
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


@dataclass
class Found:
    """What asking for every list brought to light."""

    costs: dict[List, list[int]] = field(default_factory=lambda: defaultdict(list))
    # Tabs that a page offers, and those that were asked for, by the page's address.
    offered: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    measured: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    # Pages that FACES name.
    declared: set[str] = field(default_factory=set)

    def ask(self, one: List, client: Client, page: str) -> None:
        """Count the queries of one answer; whatever is kept from one to the next is there already."""
        path = page + one.query
        first = client.get(path)
        assert first.status_code == 200, path
        with CaptureQueriesContext(connection) as queries:
            client.get(path)
        self.costs[one].append(len(queries))
        if one in FACES:
            self.declared.add(page)
        if tabs := first.context and first.context.get("tabs"):
            self.offered[page] |= {tab.key for tab in tabs}
            self.measured[page].add(tabs.chosen.key)
            assert tabs.chosen.count is None or tabs.chosen.count >= SMALL / 2, f"{one}: no rows to measure"


@pytest.fixture(scope="module")
def found(django_db_setup: None, django_db_blocker: Any) -> Iterator[Found]:
    """Every list asked for at both sizes; the city is taken back afterwards."""
    # In January nobody is behind yet, and their list has no rows to measure.
    summer = time_machine.travel(dt.datetime(today().year, 7, 1, 10, tzinfo=SHANGHAI))
    with django_db_blocker.unblock(), transaction.atomic(), summer:
        city = City(make_cast())
        clients = {one.who: client_of(city.cast, one.who) for one in LISTS}
        workdays.entered()  # a process reads the calendar once
        found = Found()
        for size in (SMALL, LARGE):
            city.grow_to(size)
            for one in LISTS:
                found.ask(one, clients[one.who], one.page(city))
        transaction.set_rollback(True)
    yield found


@pytest.mark.django_db  # so that there is a database at all; the city itself is the module's
@pytest.mark.parametrize("one", LISTS, ids=str)
def test_a_list_costs_the_same_at_any_length(one: List, found: Found):
    small, large = found.costs[one]
    assert small == large <= MOST


@pytest.mark.django_db
def test_every_tab_of_every_page_is_measured(found: Found):
    assert found.offered == found.measured
    assert set(found.offered) == found.declared


@pytest.mark.parametrize(("name", "param"), sorted({(one.name, one.param) for one in FACES}))
def test_an_unknown_tab_does_not_exist(name: str, param: str, cast: Cast):
    one = next(one for one in FACES if (one.name, one.param) == (name, param))
    page, client = one.page(City(cast)), client_of(cast, one.who)
    assert client.get(page).status_code == 200
    assert client.get(page, {param: "nonsense"}).status_code == 404


def test_every_page_is_bounded_or_about_one_thing():
    pages = {name for name, access in ACCESS.items() if access.get and 200 in access.get.values()}
    bounded = {one.name for one in LISTS if not one.name.startswith("admin:")}  # those are all measured
    assert sorted(pages - bounded - SINGLE) == []
    assert sorted(SINGLE & bounded) == sorted(SINGLE - pages) == sorted(bounded - pages) == []
