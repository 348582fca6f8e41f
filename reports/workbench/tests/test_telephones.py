"""Whoever may call an office reads its number, and dials it at a touch."""

from django.test import Client
from django.urls import reverse

from members.models import Organization, Registration, User
from tasks.tests.offers import make_offer
from wishes.models import Wish
from xianfeng.testing.cast import Cast

LINK = 'href="tel:057587010000"'


def page(client: Client, name: str, *args: object) -> str:
    return client.get(reverse(name, args=args)).content.decode()


def give(organization: Organization, phone: str = "0575-87010000") -> None:
    Organization.objects.filter(pk=organization.pk).update(phone=phone)


def test_residents_read_and_dial_it(client: Client, cast: Cast):
    give(cast.community)
    wish = Wish.objects.create(organization=cast.estate, need="修灯")
    ask = page(client, "wishes:ask", cast.estate.public_code)
    assert LINK in ask and 'href="tel:120"' in ask and "青锋社区电话" in ask  # who answers, not who is asked
    for name in ("wishes:asked", "wishes:tracked"):
        assert LINK in page(client, name, wish.code)
    assert LINK in page(client, "members:join", cast.community.public_code)
    give(cast.community, "")
    assert "tel:0575" not in page(client, "wishes:ask", cast.estate.public_code)


def test_members_dial_whoever_publishes_the_task(client: Client, cast: Cast):
    task = make_offer(cast)
    give(task.publisher)
    assert cast.li.user
    client.force_login(cast.li.user)
    assert LINK in page(client, "tasks:offer", task.pk)
    client.force_login(cast.secretary)
    assert LINK in page(client, "tasks:detail", task.pk)


def test_members_dial_their_community_from_their_own_pages(client: Client, cast: Cast):
    give(cast.community)
    assert cast.li.user
    client.force_login(cast.li.user)
    for name in ("reports:me", "members:profile"):
        assert LINK in page(client, name)
    give(cast.community, "")
    assert "tel:0575" not in page(client, "reports:me")


def test_a_registration_that_waits_says_whom_to_call(client: Client, cast: Cast):
    give(cast.community)
    user = User.objects.create(username="waiting", name="周新", mobile="13600000001")
    Registration.objects.create(
        user=user, name="周新", mobile="13600000001", unit=cast.unit, community=cast.community,
        promised_at=cast.li.registered_at,
    )  # fmt: skip
    client.force_login(user)
    assert LINK in page(client, "reports:me")
