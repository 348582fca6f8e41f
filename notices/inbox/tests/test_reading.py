"""The inbox: everybody's own messages, and nobody else's."""

import pytest
from django.test import Client
from django.urls import reverse

from notices.models import Notice
from notices.outbox import Message, send
from xianfeng.testing.cast import Cast, User

INBOX = reverse("notices:inbox")


def tell(user: User, key: str = "k", **fields) -> Notice:
    return send(Message(user, "test", key, f"标题 {key}", "正文", **fields))


def logged_in(user: User | None) -> Client:
    client = Client()
    assert user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("who", ["clerk", "sysadmin"])
def test_staff_read_theirs(cast: Cast, who: str):
    user = getattr(cast, who)
    tell(user, "mine")
    tell(cast.secretary, "not mine")
    page = logged_in(user).get(INBOX).content.decode()
    assert "标题 mine" in page
    assert "not mine" not in page


def test_a_member_reads_theirs_on_the_phone(cast: Cast):
    assert cast.li.user
    tell(cast.li.user)
    response = logged_in(cast.li.user).get(INBOX)
    assert "phone.html" in [template.name for template in response.templates]
    assert "标题 k" in response.content.decode()


def test_opening_marks_it_read_and_goes_where_it_leads(cast: Cast):
    notice = tell(cast.clerk, url="/desk/wishes/")
    response = logged_in(cast.clerk).post(reverse("notices:read", args=[notice.pk]))
    assert response["Location"] == "/desk/wishes/"
    notice.refresh_from_db()
    first = notice.read_at
    assert first
    logged_in(cast.clerk).post(reverse("notices:read", args=[notice.pk]))
    notice.refresh_from_db()
    assert notice.read_at == first


@pytest.mark.parametrize("url", ["", "https://evil.example/", "//evil.example/"])
def test_a_foreign_address_is_not_followed(cast: Cast, url: str):
    notice = tell(cast.clerk, url=url)
    assert logged_in(cast.clerk).post(reverse("notices:read", args=[notice.pk]))["Location"] == INBOX


def test_someone_elses_message_does_not_exist(cast: Cast):
    notice = tell(cast.secretary)
    assert logged_in(cast.clerk).post(reverse("notices:read", args=[notice.pk])).status_code == 404
    notice.refresh_from_db()
    assert notice.read_at is None


def test_all_at_once(cast: Cast):
    tell(cast.clerk, "a")
    tell(cast.clerk, "b")
    other = tell(cast.secretary, "c")
    logged_in(cast.clerk).post(reverse("notices:read_all"))
    assert set(Notice.objects.unread()) == {other}


def test_the_bell_counts_what_is_unread(cast: Cast):
    client = logged_in(cast.clerk)
    tell(cast.clerk, "a")
    tell(cast.clerk, "b")
    assert "2 条未读" in client.get(INBOX).content.decode()
    client.post(reverse("notices:read_all"))
    assert "条未读" not in client.get(INBOX, {"state": "unread"}).content.decode()


@pytest.mark.parametrize("count", [5, 60])
def test_the_list_needs_the_same_queries_for_any_length(
    cast: Cast, count: int, django_assert_max_num_queries
):
    for number in range(count):
        tell(cast.clerk, f"k{number}")
    client = logged_in(cast.clerk)
    with django_assert_max_num_queries(13):
        client.get(INBOX)
