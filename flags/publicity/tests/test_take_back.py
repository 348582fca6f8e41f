"""A publicity is taken back with a reason; the year is a draft again."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flags.assessment import assessing
from flags.assessment.rules import RunMoved
from flags.models import AssessmentEvent, AssessmentRun
from flags.publicity.taking_back import take_back_publicity
from members.models import User
from xianfeng.lib.refusal import ReasonNeeded
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light


@pytest.fixture
def public(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch) -> AssessmentRun:
    light(cast.zhao, service_date=dt.date(2026, 3, 5))
    january = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)
    monkeypatch.setattr("django.utils.timezone.now", lambda: january)
    return assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)


def logged_in(user: User | None) -> Client:
    assert user
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_it_is_a_draft_again_that_may_be_made_anew(cast: Cast, public: AssessmentRun, light: Light):
    take_back_publicity(public, reason="漏算了补记", by=cast.city_officer)
    public.refresh_from_db()
    assert (public.state, public.publicised_on, public.publicised_until) == ("draft", None, None)
    event = AssessmentEvent.objects.latest("pk")
    assert (event.from_state, event.to_state, event.by, event.note) == (
        "publicised", "draft", cast.city_officer, "漏算了补记",
    )  # fmt: skip
    light(cast.li, flags=5, service_date=dt.date(2026, 5, 1))
    run = assessing.official(2026)
    assert run.results.get(member=cast.li).result == "qualified"
    assert assessing.publicise(run, typed=str(run.year), by=cast.city_officer).is_publicised


def test_a_reason_is_needed(cast: Cast, public: AssessmentRun):
    with pytest.raises(ReasonNeeded):
        take_back_publicity(public, reason=" ", by=cast.city_officer)
    public.refresh_from_db()
    assert public.is_publicised


def test_only_what_is_public_is_taken_back(cast: Cast, public: AssessmentRun):
    stale = AssessmentRun.objects.get(pk=public.pk)
    take_back_publicity(public, reason="漏算了补记", by=cast.city_officer)
    for run in (stale, public, assessing.forecast(2027)):
        with pytest.raises(RunMoved):
            take_back_publicity(run, reason="漏算了补记", by=cast.city_officer)


def test_the_city_does_it_on_the_page_and_members_see_nothing_then(cast: Cast, public: AssessmentRun):
    page, city = reverse("flags:assessment", args=[public.pk]), logged_in(cast.city_officer)
    own = reverse("flags:my_flags") + "?year=2026"
    step = reverse("flags:take_back_publicity", args=[public.pk])
    assert step in city.get(page).content.decode()
    assert step not in logged_in(cast.unit_clerk).get(page).content.decode()
    assert "公示至" in logged_in(cast.li.user).get(own).content.decode()
    assert "请写明原因" in city.post(step, follow=True).content.decode()
    assert "公示已撤回" in city.post(step, {"reason": "漏算了补记"}, follow=True).content.decode()
    assert step not in city.get(page).content.decode()
    page = logged_in(cast.li.user).get(own).content.decode()  # old messages lead here
    assert "为什么是这个结果" not in page and "不合格" not in page
