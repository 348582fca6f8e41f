"""A member whose year is public hears it on the first screen, and the messages lead to that very year."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags.assessment import assessing, compliance
from flags.models import AssessmentRun
from flags.publicity import telling
from flags.publicity.taking_back import take_back_publicity
from notices.models import Notice
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light

JANUARY = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)
NEWS = "2026 年度考核"


@pytest.fixture
def public(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch) -> AssessmentRun:
    """2026 is public; 李 has no flag at all in it."""
    light(cast.zhao, service_date=dt.date(2026, 3, 5))
    go_to(JANUARY, monkeypatch)
    return assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)


def go_to(moment: dt.datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


def opened(cast: Cast, url: str) -> str:
    client = Client()
    client.force_login(cast.li.user, backend="django.contrib.auth.backends.ModelBackend")  # type: ignore[arg-type]
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def test_a_public_year_without_a_flag_is_on_the_first_screen(cast: Cast, public: AssessmentRun):
    page = opened(cast, reverse("reports:me"))
    assert NEWS in page and "不合格" in page and "公示至" in page
    assert f"{reverse('flags:my_flags')}?year=2026" in page


def test_what_was_taken_back_is_not(cast: Cast, public: AssessmentRun):
    take_back_publicity(public, reason="漏算了补记", by=cast.city_officer)
    assert NEWS not in opened(cast, reverse("reports:me"))


@pytest.mark.parametrize(("days", "is_there"), [(29, True), (31, False)])
def test_a_settled_year_stays_there_a_month(
    cast: Cast, public: AssessmentRun, days: int, is_there: bool, monkeypatch: pytest.MonkeyPatch
):
    settle(public, cast, monkeypatch)
    go_to(timezone.now() + dt.timedelta(days=days), monkeypatch)
    assert (NEWS in opened(cast, reverse("reports:me"))) is is_there


@pytest.mark.parametrize("kind", ["publicity", "result"])
def test_the_message_opens_the_year_it_tells_of(
    cast: Cast, public: AssessmentRun, kind: str, monkeypatch: pytest.MonkeyPatch
):
    telling.tell_publicity(public)
    settle(public, cast, monkeypatch)
    compliance.tell_run(public)
    notice = Notice.objects.get(kind=kind, recipient=cast.li.user)
    page = opened(cast, notice.url)
    assert "2026 年红旗" in page and "为什么是这个结果" in page


def settle(run: AssessmentRun, cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    go_to(JANUARY + dt.timedelta(days=30), monkeypatch)
    run.refresh_from_db()
    assessing.settle(run, by=cast.city_officer)
