"""Every page that anybody can open, by the access table: no axe violation, no sideways scrolling."""

import re
from collections.abc import Iterator

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Page

from flags.assessment import assessing
from flags.models import Policy
from reports.tests.browser import PASSWORD, Visit, Visitor
from xianfeng.lib.times import today
from xianfeng.testing.browser import DESK, PHONE, axe_violations, bring_axe_along, overflow
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.access import ACCESS
from xianfeng.tests.tables.answers import ROLES
from xianfeng.tests.test_access import client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
# Answers that are no page: files, a figure, and the moving parts of pages that are walked elsewhere.
NO_PAGE = {
    "healthz",
    "livez",
    "operations:metrics",
    "flags:progress",
    "members:import_progress",
    "members:import_rejected",
    "members:import_template",
    "reports:export_progress",
    "reports:waiting",
    "tasks:breakdown_live",
    "tasks:fitting",
    "tasks:muster_live",
}
# In the order of the table: what a later entry makes may close the year for an earlier one.
OPEN = [name for name, access in ACCESS.items() if access.get and 200 in access.get.values()]
APPS = sorted({name.partition(":")[0] for name in OPEN if name not in NO_PAGE})


def readings(cast: Cast, name: str, clients: dict[str, Client]) -> Iterator[tuple[str, str, Client]]:
    """Role, path and client of every page behind a name, once for each that reads differently."""
    access, seen = ACCESS[name], set[str]()
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    for role, client in clients.items():
        if not access.get or access.get[role] != 200:
            continue
        answer = client.get(path)
        main = re.search(r"<main.*</main>", answer.content.decode(), re.DOTALL)
        assert main, f"{path} has no main part"
        text = re.sub(r'value="[\w-]{16,}"', "", main.group())  # tokens and keys
        text = text.replace(str(answer.wsgi_request.user), "")
        if text not in seen:
            yield role, path, client
        seen.add(text)


def reader(visit: Visit) -> Visitor:
    visitor = visit()
    bring_axe_along(visitor.context)
    return visitor


def look(visitor: Visitor, path: str, client: Client) -> list[object]:
    """What is wrong with the page as this client's user sees it."""
    page, session = visitor.page, client.cookies.get("sessionid")
    page.goto("about:blank")  # or a page that asks every second would ask once more, as the next reader
    page.context.clear_cookies()
    if session:
        page.context.add_cookies([{"name": "sessionid", "value": session.value, "url": visitor.base}])
    sizes = [DESK, PHONE] if path.startswith("/desk/") else [PHONE]
    resize(page, sizes[0])
    visitor.go(path)
    faults: list[object] = [*axe_violations(page), *visitor.said]
    visitor.said.clear()
    for size in sizes:
        resize(page, size)
        if (excess := overflow(page)) > 0:
            faults.append(f"{excess} px wider than {size[0]}")
    # A file that is ready comes by itself, and may come late: that would lead away from the next page.
    if page.locator("[data-download-now]").count():
        visitor.leaves()
    return faults


def resize(page: Page, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})


@pytest.mark.parametrize("app", APPS)
def test_no_page_breaks_a_rule_of_axe(visit: Visit, cast: Cast, app: str):
    # 李建国 takes a place for every page about one.
    Policy.objects.update_or_create(year=today().year, defaults={"places_per_week": 0, "open_claims": 0})
    assessing.forecast(today().year)  # a list without a row has little to look at
    visitor, clients = reader(visit), {role: client_of(cast, role) for role in ROLES}
    names = [name for name in OPEN if name.startswith(f"{app}:") and name not in NO_PAGE]
    faults = {
        (role, path): found
        for name in names
        for role, path, client in readings(cast, name, clients)
        if (found := look(visitor, path, client))
    }
    assert faults == {}


# Pages of the log-in library that a person with a desk, or with a phone, comes to.
OWN_ACCOUNT = [
    "account_change_password",
    "account_logout",
    "mfa_index",
    "usersessions_list",
]


@pytest.mark.parametrize("role", ["city", "member"])
def test_the_pages_of_ones_own_account_break_no_rule_either(visit: Visit, cast: Cast, role: str):
    client = client_of(cast, role)
    if role == "city":  # a member has none, and is asked to set one
        cast.city_officer.set_password(PASSWORD)
        cast.city_officer.save(update_fields=["password"])
        client.force_login(cast.city_officer, backend="django.contrib.auth.backends.ModelBackend")
    visitor = reader(visit)
    faults = {name: found for name in OWN_ACCOUNT if (found := look(visitor, reverse(name), client))}
    assert faults == {}
