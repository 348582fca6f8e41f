"""The poster of a task: where its code leads, and what none is made of."""

import re

import pytest
from django.conf import settings
from django.test import Client
from django.urls import reverse

from tasks.models import Task
from tasks.tests.desk import at_desk, ended_task
from tasks.tests.offers import make_offer, user_of
from tasks.tests.series import dates_of, make_series
from xianfeng.testing.cast import Cast


def page(cast: Cast, task: Task) -> str:
    return at_desk(cast.clerk).get(reverse("tasks:poster", args=[task.pk]), follow=True).content.decode()


def test_the_code_leads_to_the_offer_and_past_the_log_in_back_to_it(cast: Cast) -> None:
    task = make_offer(cast)
    offer = reverse("tasks:offer", args=[task.pk])
    shown = page(cast, task)
    assert f"{settings.SITE_URL}{offer}" in shown and 'class="qr"' in shown
    assert task.title in shown and task.place in shown and "青锋社区" in shown
    assert f"next={offer}" in Client().get(offer).url
    assert at_desk(user_of(cast.li)).get(offer).status_code == 200


def test_of_a_series_it_leads_to_all_dates(cast: Cast) -> None:
    task = dates_of(make_series(cast))[0]
    shown = page(cast, task)
    assert (
        settings.SITE_URL + reverse("tasks:my_series", args=[task.series_id]) in shown and "每周五" in shown
    )


@pytest.mark.parametrize("make", [lambda cast: make_offer(cast, state="draft"), ended_task])
def test_nothing_is_hung_up_that_nobody_can_take(cast: Cast, make) -> None:
    shown = page(cast, make(cast))
    assert not re.search('class="qr"', shown) and "海报" in shown
