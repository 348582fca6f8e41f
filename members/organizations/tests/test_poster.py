"""Posters: one sheet of A4 for each audience, the telephone, and codes that people type."""

import re
import string

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from members.models import Organization, User
from xianfeng.lib.ids import CODE_ALPHABET
from xianfeng.testing.browser import DESK, PHONE, axe_violations, open_page, overflow
from xianfeng.testing.cast import Cast, make_organization
from xianfeng.testing.pages import squeezed

OLD = "aB-3_xYz09Qo"  # as they were made before: either case, look-alikes, signs


def poster(client: Client, place: Organization, query: str = "") -> str:
    return squeezed(client.get(reverse("members:poster", args=[place.pk]) + query).content.decode())


def test_each_audience_has_its_own_sheet(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    join, ask = f"/join/{cast.community.public_code}/", f"/w/{cast.community.public_code}/"
    both = poster(client, cast.community)
    assert both.count("<article") == 2 and join in both and ask in both
    residents, members = (
        poster(client, cast.community, "?for=residents"),
        poster(client, cast.community, "?for=members"),
    )
    assert ask in residents and join not in residents and join in members and ask not in members
    assert client.get(reverse("members:poster", args=[cast.community.pk]), {"for": "x"}).status_code == 404


def test_the_telephone_stands_on_both_and_who_may_is_led_to_it(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    assert f"{reverse('members:organization', args=[cast.estate.pk])}#phone" in poster(client, cast.estate)
    client.force_login(cast.estate_clerk)
    without = poster(client, cast.estate)
    assert "请社区在“组织”里填写" in without and without.count("请到社区登记") == 1
    Organization.objects.filter(pk=cast.community.pk).update(phone="0575-87010000")
    shown = poster(client, cast.estate)
    assert shown.count("0575-87010000") == 2 and "还没有填联系电话" not in shown


def test_new_codes_are_short_and_easy_to_type(cast: Cast):
    made = {
        make_organization(f"E{n}", Organization.Kind.ESTATE, "新", cast.community).public_code
        for n in range(20)
    }
    assert len(made) == 20 and all(len(code) == 8 and set(code) <= set(CODE_ALPHABET) for code in made)


@pytest.mark.parametrize("name", ["members:join", "wishes:ask"])
def test_a_typed_code_is_taken_in_either_case_and_with_blanks(client: Client, cast: Cast, name: str):
    code = cast.community.public_code
    for typed in (code, code.upper(), f"{code[:4]} {code[4:]}", f" {code[:2].upper()}{code[2:]} "):
        answer = client.get(reverse(name, args=[typed]))
        assert answer.status_code == 200 and cast.community.name in answer.content.decode(), typed
    assert client.get(reverse(name, args=[code[:-1]])).status_code == 404


def test_posters_that_hang_already_keep_their_codes(client: Client, cast: Cast):
    Organization.objects.filter(pk=cast.community.pk).update(public_code=OLD)
    for typed in (OLD, OLD.lower(), OLD.upper()):
        assert client.get(reverse("members:join", args=[typed])).status_code == 200
    Organization.objects.filter(pk=cast.other_community.pk).update(public_code=OLD.swapcase())
    found = Organization.objects.of_public_code
    assert found(OLD) == cast.community and found(OLD.swapcase()) == cast.other_community
    assert found(OLD.lower()) is None  # neither: nobody is sent to a place that is not theirs


def test_no_sign_in_a_code_stands_for_others(cast: Cast):
    assert Organization.objects.of_public_code("%" * 8) is None
    assert not any(Organization.objects.of_public_code(sign) for sign in string.punctuation)


def test_the_walk_goes_on_from_a_typed_code(client: Client, cast: Cast):
    """Each step finds what the one before it kept, however the address was typed."""
    typed = cast.community.public_code.upper()
    client.post(
        reverse("members:join", args=[typed]), {"name": "孙丽", "mobile": "13800000004", "unit": cast.unit.pk}
    )
    assert client.get(reverse("members:join_code", args=[typed])).status_code == 200


def session_of(user: User) -> str:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client.cookies["sessionid"].value


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_each_poster_fills_one_sheet_of_a4(chromium: Browser, live_server: LiveServer, cast: Cast):
    Organization.objects.filter(pk=cast.community.pk).update(name="长" * 14, phone="0575-87010000-80212")
    url = live_server.url + reverse("members:poster", args=[cast.community.pk])
    for query, sheets in (("", 2), ("?for=residents", 1), ("?for=members", 1)):
        for size in (DESK, PHONE):
            with open_page(chromium, url + query, size, session_of(cast.city_officer)) as page:
                assert axe_violations(page) == [] and overflow(page) == 0
                assert len(re.findall(rb"/Type /Page\b", page.pdf(prefer_css_page_size=True))) == sheets
