"""Everybody concerned of a yearly check learns that it is public, taken back or settled: once each."""

import datetime as dt
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from flags import ledger
from flags.assessment import assessing, compliance
from flags.models import AssessmentRun
from flags.publicity import jobs, telling
from flags.publicity.taking_back import take_back_publicity
from members.leaving import recording
from members.models import Member, User
from notices.models import Delivery, Notice
from notices.outbox import messages as outbox
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light

JANUARY = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)
MEMBERS = {"李建国", "王秀英", "赵伟"}  # 孙丽 has no account
DESKS = {"谢单位", "韩单位", "陈书记", "林社工", "罗书记"}  # no auditor, no street, no estate
BACK = "漏算了十二月的补记"


def set_clock(monkeypatch: pytest.MonkeyPatch, moment: dt.datetime) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: moment)


@pytest.fixture(autouse=True)
def january(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch) -> None:
    """The year is over, and was served by one."""
    set_clock(monkeypatch, JANUARY)
    light(cast.li, flags=5, service_date=dt.date(2026, 5, 1))


@pytest.fixture
def public(cast: Cast) -> AssessmentRun:
    return assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)


def told(kind: str) -> list[str]:
    found = Notice.objects.filter(kind=kind).values_list("recipient__name", flat=True)
    return sorted(str(name) for name in found)


def test_members_units_communities_and_the_city_learn_that_it_is_public(cast: Cast, public: AssessmentRun):
    jobs.tell_publicity()
    assert told("publicity") == sorted(MEMBERS | DESKS | {"吴同事"})  # 周市委 made it public
    own = Notice.objects.get(kind="publicity", recipient=cast.li.user)
    assert own.subject == "2026 年度考核公示，您的初评结果：合格"
    assert "红旗 5 面，应得 5 面" in own.body and "2027年1月11日" in own.body
    assert "联系市教育局、青锋社区" in own.body
    unit = Notice.objects.get(kind="publicity", recipient=cast.unit_clerk)
    assert "共 3 人：合格 1 人，不合格 2 人，豁免 0 人" in unit.body
    city = Notice.objects.get(kind="publicity", recipient=cast.city_colleague)
    assert "共 4 人" in city.body
    assert set(Delivery.objects.values_list("channel", "state")) == {("email", "pending")}
    jobs.tell_publicity()
    assert len(told("publicity")) == 9


def test_a_desk_without_people_in_it_is_not_told(cast: Cast, public: AssessmentRun):
    public.results.filter(community=cast.other_community).delete()
    jobs.tell_publicity()
    assert "罗书记" not in told("publicity")


def test_who_was_told_of_it_is_told_that_it_is_taken_back_and_why(cast: Cast, public: AssessmentRun):
    jobs.tell_publicity()
    take_back_publicity(public, reason=BACK, by=cast.city_officer)
    for _time in range(2):
        jobs.tell_publicity()
    assert told("publicity_back") == sorted(MEMBERS | DESKS | {"吴同事"})
    assert {BACK in notice.body for notice in Notice.objects.filter(kind="publicity_back")} == {True}


def test_another_who_takes_it_back_is_not_told_and_who_made_it_public_is(cast: Cast, public: AssessmentRun):
    jobs.tell_publicity()
    take_back_publicity(public, reason=BACK, by=cast.city_colleague)
    for _time in range(2):
        jobs.tell_publicity()
    assert told("publicity_back") == sorted(MEMBERS | DESKS | {"周市委"})


def test_nobody_writes_to_who_died_during_the_year(cast: Cast, light: Light, monkeypatch: pytest.MonkeyPatch):
    recording.leave(cast.li, kind="died", day=dt.date(2026, 12, 1), by=cast.unit_clerk)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    assert run.results.filter(member=cast.li).exists()
    jobs.tell_publicity()
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    assessing.settle(run, by=cast.city_officer)
    compliance.tell_results()
    ledger.adjust(
        cast.li, flags=1, minutes=60, settled_year=2026, organization=cast.community, reason="漏记一次",
        key="adjust:1", by=cast.city_officer,
    )  # fmt: skip
    assert not Notice.objects.filter(recipient=cast.li.user).exists()
    assert {"王秀英", "赵伟"} <= set(told("publicity")) & set(told("result"))


def test_nobody_is_told_of_what_was_taken_back_before_they_heard_of_it(cast: Cast, public: AssessmentRun):
    take_back_publicity(public, reason=BACK, by=cast.city_officer)
    jobs.tell_publicity()
    assert not Notice.objects.exists()


def test_public_again_it_is_told_again(cast: Cast, public: AssessmentRun):
    jobs.tell_publicity()
    take_back_publicity(public, reason=BACK, by=cast.city_officer)
    jobs.tell_publicity()
    assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    for _time in range(2):
        jobs.tell_publicity()
    assert (len(told("publicity")), len(told("publicity_back"))) == (18, 9)


def test_the_city_s_others_learn_of_the_settling(
    cast: Cast, public: AssessmentRun, monkeypatch: pytest.MonkeyPatch
):
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    assessing.settle(public, by=cast.city_officer)
    for _time in range(2):
        jobs.tell_publicity()
    assert told("year_settled") == ["吴同事"]
    assert "合格 1 人，不合格 3 人" in Notice.objects.get(kind="year_settled").body
    assert told("publicity") == []  # too late for that


def test_a_settling_of_long_ago_is_let_be(cast: Cast, public: AssessmentRun, monkeypatch: pytest.MonkeyPatch):
    set_clock(monkeypatch, dt.datetime(2027, 1, 20, 2, 0, tzinfo=dt.UTC))
    assessing.settle(public, by=cast.city_officer)
    set_clock(monkeypatch, dt.datetime(2027, 3, 1, 2, 0, tzinfo=dt.UTC))
    jobs.tell_publicity()
    assert not Notice.objects.exists()


def crowd(cast: Cast, count: int) -> None:
    """People of one unit, with accounts, in the official check."""
    mobiles = [f"139{number:08}" for number in range(count)]
    users = User.objects.bulk_create(
        User(username=mobile, email=f"{mobile}@example.test") for mobile in mobiles
    )
    Member.objects.bulk_create(
        Member(name="党员", mobile=user.username, user=user, unit=cast.unit) for user in users
    )


@pytest.fixture
def batches_of_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(telling, "BATCH", 10)


def publicised(cast: Cast, count: int) -> AssessmentRun:
    crowd(cast, count)
    return assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)


@pytest.mark.usefixtures("batches_of_ten")
def test_each_batch_costs_the_same(cast: Cast):
    run = publicised(cast, 57)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            telling.tell_publicity(run)
        return len(queries)

    first = cost()  # 60 members with an account in six batches
    Notice.objects.all().delete()
    crowd_two = run.results.exclude(member__user=None).order_by("pk")[20:]
    run.results.filter(pk__in=[row.pk for row in crowd_two]).delete()
    second = cost()  # two batches
    assert (first - second) % 4 == 0 and (first - second) // 4 <= 8


@pytest.mark.usefixtures("batches_of_ten")
def test_a_worker_that_dies_is_followed_by_one_that_goes_on(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    run = publicised(cast, 57)
    real, calls = telling.send_many, 0

    def dies(messages: Iterator[outbox.Message]) -> int:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise SystemExit
        return real(messages)

    monkeypatch.setattr(telling, "send_many", dies)
    with pytest.raises(SystemExit):
        telling.tell_publicity(run)
    own = Notice.objects.filter(key__contains=":member:")
    assert own.count() == 30
    monkeypatch.setattr(telling, "send_many", real)
    telling.tell_publicity(run)
    assert own.count() == own.values("recipient").distinct().count() == 60


@pytest.mark.usefixtures("batches_of_ten")
def test_it_stops_where_it_is_taken_back_meanwhile(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    run = publicised(cast, 57)
    real = telling.send_many

    def taken_back_meanwhile(messages: Iterator[outbox.Message]) -> int:
        count = real(messages)
        if run.is_publicised:
            take_back_publicity(run, reason=BACK, by=cast.city_officer)
        return count

    monkeypatch.setattr(telling, "send_many", taken_back_meanwhile)
    telling.tell_publicity(AssessmentRun.objects.get(pk=run.pk))
    assert Notice.objects.filter(key__contains=":member:").count() == 10
    assert not Notice.objects.filter(key__contains=":org:").exists()
    monkeypatch.setattr(telling, "send_many", real)
    jobs.tell_publicity()
    heard = Notice.objects.filter(kind="publicity").values("recipient").distinct()
    assert Notice.objects.filter(kind="publicity_back").count() == heard.count()


def test_the_steps_ask_for_it_and_a_sweep_follows(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks
):
    from xianfeng.celery import SCHEDULE
    from xianfeng.lib import queue

    asked: list[str] = []
    monkeypatch.setattr(queue, "hand_out", lambda *job: asked.append(job[0]))
    run = assessing.official(2026)
    with django_capture_on_commit_callbacks(execute=True):
        assessing.publicise(run, typed=str(run.year), by=cast.city_officer)
    assert asked == ["flags.tell_publicity"]
    with django_capture_on_commit_callbacks(execute=True):
        take_back_publicity(run, reason=BACK, by=cast.city_officer)
    assert asked == ["flags.tell_publicity"] * 2
    assert "flags.tell_publicity" in {job for job, _when, _arguments in SCHEDULE.values()}
