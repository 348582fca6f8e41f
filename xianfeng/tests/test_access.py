"""Every address × role × method gives the declared answer, and no address is undeclared."""

from collections.abc import Iterable, Iterator
from copy import deepcopy
from fnmatch import fnmatchcase
from typing import Any

import pytest
from django.conf import settings
from django.contrib import admin
from django.db import transaction
from django.db.models import Model
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from members.models import Appointment, Member, Organization
from xianfeng.testing.cast import Cast, make_cast, make_staff
from xianfeng.testing.sessions import log_in, log_in_by_code
from xianfeng.tests.tables.access import ACCESS, LIBRARY, SHARED
from xianfeng.tests.tables.admin import ADMIN, PAGES
from xianfeng.tests.tables.answers import ROLES, Access, nothing

CLOSED = {403, 404, 405}
TABLE = ACCESS | ADMIN


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Names as `reverse` takes them; an address without a name gives its path instead."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from url_names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}" if entry.name else f"{namespace}unnamed {entry.pattern}"


def matches(name: str, patterns: Iterable[str]) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in patterns)


NAMES = sorted(set(url_names(get_resolver())))
OURS = [name for name in NAMES if not matches(name, LIBRARY)]


@pytest.fixture(scope="module")
def town(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Cast, dict[str, str]]]:
    """The cast and everybody's session, once for eight hundred tests: what each does is taken back."""
    with django_db_blocker.unblock(), transaction.atomic():
        cast = make_cast()
        yield cast, {role: session_of(client_of(cast, role)) for role in ROLES}
        transaction.set_rollback(True)


@pytest.fixture
def cast(town: tuple[Cast, dict[str, str]], db: None) -> Cast:
    return deepcopy(town[0])


@pytest.fixture
def visitors(town: tuple[Cast, dict[str, str]]) -> dict[str, Client]:
    return {role: client_with(session) for role, session in town[1].items()}


def session_of(client: Client) -> str:
    cookie = client.cookies.get(settings.SESSION_COOKIE_NAME)
    return cookie.value if cookie else ""


def client_with(session: str) -> Client:
    client = Client(raise_request_exception=False)
    if session:
        client.cookies[settings.SESSION_COOKIE_NAME] = session
    return client


def client_of(cast: Cast, role: str) -> Client:
    users = {
        "city": cast.city_officer,
        "street": cast.street_officer,
        "community": cast.secretary,
        "estate": cast.estate_clerk,
        "unit": cast.unit_clerk,
        "auditor": cast.auditor,
        "member": cast.li.user,
        "sysadmin": cast.sysadmin,
    }
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(users[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(client: Client, method: str, path: str, data: dict) -> int:
    """The status of one request, whose effects are taken back."""
    with transaction.atomic():
        response = client.generic("GET", path) if method == "get" else client.post(path, data)
        transaction.set_rollback(True)
    return response.status_code


def test_every_address_is_declared():
    assert [name for name in OURS if name not in TABLE] == []


def test_no_declaration_outlives_its_address():
    assert sorted(set(TABLE) - set(NAMES)) == []
    assert [pattern for pattern in LIBRARY if not any(fnmatchcase(name, pattern) for name in NAMES)] == []


@pytest.mark.parametrize("name", sorted(TABLE))
def test_each_role_gets_the_declared_answer(name: str, cast: Cast, visitors: dict[str, Client]):
    access: Access = TABLE[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    data = access.data(cast)
    surprises = []
    for role, client in visitors.items():
        for method, declared in (("get", access.get), ("post", access.post)):
            status = answer(client, method, path, data)
            expected = {declared[role]} if declared else CLOSED | ({302} if role == "anonymous" else set())
            if status not in expected:
                surprises.append(f"{method.upper()} {path} as {role}: {status}, expected {expected}")
    assert surprises == []


OWNED = sorted(name for name in TABLE if TABLE[name].kwargs is not nothing and not matches(name, SHARED))


def lets_in(name: str, role: str, answers: dict[str, int] | None) -> bool:
    """The way to the log-in, where the admin sends members, leads nowhere."""
    is_sent_away = name.startswith("admin:") and role == "member"
    return answers is not None and answers[role] < 400 and not is_sent_away


@pytest.mark.parametrize("name", OWNED)
def test_what_lies_outside_the_scope_does_not_exist(name: str, cast: Cast):
    """Who may open it here gets 404 for it when they sit in the same chair elsewhere."""
    access: Access = TABLE[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    data = access.data(cast)
    elsewhere = {
        "community": cast.other_secretary,
        "estate": make_staff("estate2", "马小区", cast.other_estate),
        "unit": cast.other_unit_clerk,
        "member": cast.zhao.user,
    }
    surprises = []
    for role, user in elsewhere.items():
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for method, declared in (("get", access.get), ("post", access.post)):
            if lets_in(name, role, declared):
                status = answer(client, method, path, data)
                if status != 404:
                    surprises.append(f"{method.upper()} {path} as {role} elsewhere: {status}")
    assert surprises == []


# --- A member with a post -------------------------------------------------------------------------

# An export is its maker's alone.
MAKERS = {"reports:export", "reports:export_progress"}
OF_A_DESK = sorted(
    name
    for name, access in TABLE.items()
    if access.get and access.get["community"] == 200 and name not in MAKERS
)


def appoint(member: Member, organization: Organization) -> None:
    Appointment.objects.create(user=member.user, organization=organization, role=Appointment.Role.SECRETARY)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_a_code_opens_what_a_member_sees_and_no_more(name: str, cast: Cast):
    access: Access = TABLE[name]
    path, data = reverse(name, kwargs=access.kwargs(cast)) + access.query, access.data(cast)
    appoint(cast.li, cast.community)
    client = Client(raise_request_exception=False)
    log_in_by_code(client, cast.li.user)
    for method, declared in (("get", access.get), ("post", access.post)):
        status = answer(client, method, path, data)
        assert status in ({declared["member"]} if declared else CLOSED), f"{method} {path}"


@pytest.mark.parametrize("name", OF_A_DESK)
def test_a_password_opens_what_the_post_sees(name: str, cast: Cast):
    access = TABLE[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    appoint(cast.li, cast.community)
    client = Client(raise_request_exception=False)
    log_in(client, cast.li.user)
    assert answer(client, "get", path, {}) == 200


# --- The admin's actions -------------------------------------------------------------------------


def name_of(model: type[Model]) -> str:
    return f"{model._meta.app_label}_{model._meta.model_name}"


def test_every_page_of_the_admin_is_declared():
    assert sorted(PAGES) == sorted(name_of(model) for model in admin.site._registry)


def offered(client: Client, path: str) -> set[str]:
    """The actions a list offers; none where it does not open."""
    form = (client.get(path).context or {}).get("action_form")
    return {value for value, _label in form.fields["action"].choices if value} if form else set()


@pytest.mark.parametrize("model", sorted(PAGES))
def test_each_action_is_offered_to_the_declared_roles(model: str, cast: Cast, visitors: dict[str, Client]):
    page, path = PAGES[model], reverse(f"admin:{model}_changelist")
    page.row(cast)  # an empty list offers nothing to anybody
    found = {role: offered(client, path) for role, client in visitors.items()}
    declared = {role: {action for action, roles in page.actions.items() if role in roles} for role in ROLES}
    assert found == declared


@pytest.mark.parametrize("model", sorted(name for name, page in PAGES.items() if page.actions))
def test_an_action_that_is_not_offered_does_nothing(model: str, cast: Cast, visitors: dict[str, Client]):
    page, path = PAGES[model], reverse(f"admin:{model}_changelist")
    row = page.row(cast)
    before = type(row).objects.values().get(pk=row.pk)
    for action, roles in page.actions.items():
        data = {"action": action, "_selected_action": [row.pk], "reason": "试一试", "responsible": "物业"}
        for role in set(ROLES) - set(roles):
            visitors[role].post(path, data)
    assert type(row).objects.values().get(pk=row.pk) == before
