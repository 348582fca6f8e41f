"""Large text for who asks for it, on residents' and members' pages, kept by the browser for a year."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from xianfeng.settings import TEXT_SIZE_COOKIE
from xianfeng.testing.cast import Cast
from xianfeng.testing.sessions import log_in_by_code
from xianfeng.views import TEXT_SIZE_KEPT

pytestmark = pytest.mark.django_db
TRACK = "/w/track/"


def choose(client: Client, size: str, **more: str) -> Any:
    return client.post(reverse("text_size"), {"size": size, "next": TRACK, **more})


def is_large(client: Client, page: str) -> bool:
    html = client.get(page).content.decode()
    assert "data-text-size" in html
    return bool(re.search(r'<html[^>]*class="large-text"', html))


def test_it_is_kept_for_a_year_and_taken_back(client: Client):
    assert not is_large(client, TRACK)
    answer = choose(client, "large")
    assert (answer.status_code, answer.url) == (302, TRACK)
    cookie = answer.cookies[TEXT_SIZE_COOKIE]
    assert (cookie["max-age"], cookie["httponly"], cookie["samesite"]) == (TEXT_SIZE_KEPT, True, "Lax")
    assert is_large(client, TRACK) and is_large(client, "/accounts/login/code/")
    choose(client, "standard")
    assert not is_large(client, TRACK)


def test_members_have_it_too_and_it_stays_through_a_log_out(client: Client, cast: Cast):
    choose(client, "large")
    log_in_by_code(client, cast.li.user)
    assert is_large(client, reverse("reports:me"))
    client.post(reverse("account_logout"))
    assert is_large(client, TRACK)


def test_the_desk_stays_dense(client: Client, cast: Cast):
    choose(client, "large")
    client.force_login(cast.secretary)
    page = client.get(reverse("reports:desk_home")).content.decode()
    assert "large-text" not in page and "data-text-size" not in page


@pytest.mark.parametrize("page", ["https://elsewhere.example/", "//elsewhere.example", "javascript:x()", ""])
def test_it_leads_to_no_page_but_ours(client: Client, page: str):
    assert choose(client, "large", next=page).url == "/"


def test_what_is_no_size_is_the_standard(client: Client):
    choose(client, "gigantic")
    client.cookies[TEXT_SIZE_COOKIE] = "gigantic"
    assert not is_large(client, TRACK)


def test_a_page_that_a_form_led_to_is_not_left_without_the_script(client: Client, cast: Cast):
    url = reverse("members:join", args=[cast.community.public_code])
    first, second = client.get(url), client.post(url, {})
    assert 'class="text-size"' in first.content.decode()
    assert 'class="text-size js-only"' in second.content.decode()
