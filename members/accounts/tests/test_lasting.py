"""A log-in ends by itself: the desk's after an hour without a click, each after its longest time."""

import time
from urllib.parse import urlencode

import pytest
from django.test import Client
from django.urls import reverse

from members import lasting, methods
from members.models import User
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code

DESK_HOME, MINUTE, HOUR, DAY = reverse("reports:desk_home"), 60, 3600, 24 * 3600


def opened(client: Client, user: User, *, ago: float, seen: float | None = None, by_code: bool = False):
    """A session as it stands so many seconds after the log-in and the last noted click."""
    (log_in_by_code if by_code else client.force_login)(*((client, user) if by_code else (user,)))
    session = client.session
    session[methods.METHODS] = [{**session[methods.METHODS][0], "at": time.time() - ago}]
    if seen is not None:
        session[lasting.SEEN] = time.time() - seen
    session.save()


@pytest.mark.parametrize(
    ("ago", "seen", "status"),
    [
        (50 * MINUTE, None, 200),
        (61 * MINUTE, None, 302),
        (5 * HOUR, 50 * MINUTE, 200),
        (5 * HOUR, 61 * MINUTE, 302),
        (12 * HOUR + 1, MINUTE, 302),
    ],
)
def test_a_desk_is_left_after_an_hour_and_after_a_day_s_work(client: Client, cast: Cast, ago, seen, status):
    opened(client, cast.secretary, ago=ago, seen=seen)
    assert client.get(DESK_HOME).status_code == status
    assert ("_auth_user_id" in client.session) == (status == 200)


@pytest.mark.parametrize(
    "page", ["http://testserver/desk/members/?q=a", "http://elsewhere.test/desk/members/"]
)
def test_a_part_of_a_page_leads_the_whole_page_to_the_log_in_and_back(client: Client, cast: Cast, page: str):
    opened(client, cast.secretary, ago=61 * MINUTE)
    part = reverse("reports:waiting")
    answer = client.get(part, headers={"HX-Request": "true", "HX-Current-URL": page})
    back = {"next": "/desk/members/?q=a" if "testserver" in page else part}
    assert answer.headers["HX-Redirect"] == f"{reverse('account_login')}?{urlencode(back, safe='/')}"
    assert (answer.status_code, answer.content) == (200, b"")


def test_a_click_keeps_it_open_and_is_noted_every_five_minutes(client: Client, cast: Cast):
    opened(client, cast.secretary, ago=50 * MINUTE)
    client.get(DESK_HOME)
    noted = client.session[lasting.SEEN]
    assert time.time() - noted < MINUTE
    client.get(DESK_HOME)
    assert client.session[lasting.SEEN] == noted


def test_what_a_page_asks_by_itself_keeps_nothing_open(client: Client, cast: Cast):
    opened(client, cast.secretary, ago=50 * MINUTE)
    assert client.get(DESK_HOME, headers={lasting.BY_ITSELF: "1"}).status_code == 200
    assert lasting.SEEN not in client.session


@pytest.mark.parametrize(("ago", "status"), [(29 * DAY, 200), (30 * DAY + 1, 302)])
def test_a_member_stays_thirty_days(client: Client, cast: Cast, ago, status):
    assert cast.li.user
    opened(client, cast.li.user, ago=ago, by_code=True)
    assert client.get(reverse("reports:me")).status_code == status


def test_a_log_in_begun_long_before_it_was_finished_counts_from_its_end(client: Client, cast: Cast):
    opened(client, cast.secretary, ago=5 * MINUTE)
    session = client.session
    first = {**session[methods.METHODS][0], "at": time.time() - 2 * HOUR}
    session[methods.METHODS] = [first, *session[methods.METHODS]]
    session.save()
    assert client.get(DESK_HOME).status_code == 200
