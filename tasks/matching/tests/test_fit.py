"""Who fits a task and why; which tasks fit a member and why."""

import datetime as dt

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from flags.models import MemberYear
from members.models import Member
from tasks.inviting.inviting import invite
from tasks.matching.criteria import criteria, slot_of
from tasks.matching.ranking import fits, fitting_members, reasons
from tasks.models import Task
from tasks.models.applicant import Applicant
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from xianfeng.lib.times import at, local_year
from xianfeng.testing.cast import Cast


def describe(member: Member, **fields: object) -> None:
    Member.objects.filter(pk=member.pk).update(**fields)
    member.refresh_from_db()


def ranked(task: Task, cast: Cast) -> list[Member]:
    return list(fitting_members(task, cast.secretary, timezone.now()))


@pytest.mark.parametrize(
    ("day", "hour", "slot"),
    [
        ("2026-06-10", 19, "工作日晚上"),
        ("2026-06-10", 10, ""),
        ("2026-06-12", 14, "周五下午"),
        ("2026-06-13", 9, "周六上午"),
        ("2026-06-14", 15, "周日下午"),
        ("2026-10-01", 9, "节假日"),
        ("2026-10-10", 9, ""),  # 调休上班的周六
    ],
)
@pytest.mark.django_db
def test_the_hour_of_a_task_in_the_words_members_tick(day: str, hour: int, slot: str) -> None:
    assert slot_of(at(dt.date.fromisoformat(day), hour)) == slot


def test_who_has_the_skill_comes_first_and_is_told_why(cast: Cast) -> None:
    describe(cast.li, skills="")
    describe(cast.wang, skills="、理发、摄影、")
    task = make_offer(cast, wanted_skills="理发")
    first = ranked(task, cast)[0]
    assert first == cast.wang
    assert reasons(criteria(task), Applicant.of(first), 0) == ["特长：理发"]


def test_a_word_inside_another_is_no_skill(cast: Cast) -> None:
    describe(cast.wang, skills="、外语辅导、")
    [wang] = [one for one in ranked(make_offer(cast, wanted_skills="外语"), cast) if one == cast.wang]
    assert wang.score == min(wang.missing, 3)


def test_free_time_estate_and_intention_each_add_their_points(cast: Cast) -> None:
    start = at(dt.date(2027, 6, 12), 9)  # a Saturday morning
    task = make_offer(cast, starts_at=start, publisher=cast.estate, audience=[cast.estate])
    describe(cast.li, free_times="、周六上午、", intentions="、社区活动、", estate=cast.estate)
    [found] = [one for one in ranked(task, cast) if one == cast.li]
    assert reasons(criteria(task), Applicant.of(found), 0) == [
        "周六上午有空",
        "住在青锋花苑",
        "愿意参加社区活动",
    ]
    assert found.score == 3 + 3 + 2 + min(found.missing, 3)


def test_of_equals_the_one_with_fewer_flags_comes_first(cast: Cast) -> None:
    year = local_year(timezone.now() + 3 * DAY)
    MemberYear.objects.update_or_create(member=cast.li, year=year, defaults={"flags": 9})
    order = ranked(make_offer(cast), cast)
    assert order.index(cast.wang) < order.index(cast.li)


def test_who_was_asked_lately_comes_later(cast: Cast) -> None:
    invite(make_offer(cast, starts_in=9 * DAY), {cast.wang.pk}, by=cast.secretary)
    order = ranked(make_offer(cast), cast)
    assert order.index(cast.li) < order.index(cast.wang)
    assert order[-1].asked == 1


def test_nobody_is_shown_who_cannot_come(cast: Cast) -> None:
    task = make_offer(cast)
    elsewhere = make_offer(cast, starts_at=task.starts_at + HOUR)
    take(elsewhere, cast.li)
    invite(task, {cast.wang.pk}, by=cast.secretary)
    assert ranked(task, cast) == []


def test_the_database_and_the_page_agree_on_every_criterion(cast: Cast) -> None:
    start = at(dt.date(2027, 6, 12), 9)
    task = make_offer(
        cast, starts_at=start, publisher=cast.estate, audience=[cast.community], wanted_skills="理发、法律"
    )
    describe(cast.li, skills="、理发、", free_times="、周六下午、", intentions="、社区活动、微心愿、")
    describe(cast.wang, skills="、法律咨询、法律、", free_times="、周六上午、", intentions="")
    for criterion in criteria(task):
        chosen = set(Member.objects.filter(criterion.condition))
        assert chosen == {one for one in Member.objects.all() if criterion.holds(Applicant.of(one))}


def test_the_tasks_that_suit_a_member_come_with_reasons(cast: Cast) -> None:
    describe(cast.li, skills="、理发、")
    plain, suited = (
        make_offer(cast, category="other"),
        make_offer(cast, category="other", wanted_skills="理发"),
    )
    best, other = fits([plain, suited], Applicant.of(cast.li))
    assert (best.task, list(best.reasons)) == (suited, ["特长：理发"])
    assert (other.task, list(other.reasons)) == (plain, [])


def test_ranking_costs_five_queries_whatever_the_number(cast: Cast, client: Client) -> None:
    task = make_offer(cast)
    with CaptureQueriesContext(connection) as found:
        ranked(task, cast)
    assert len(found) <= 5, [one["sql"] for one in found]


def test_the_member_finds_what_suits_on_the_phone(cast: Cast, client: Client) -> None:
    describe(cast.li, skills="、理发、")
    task = make_offer(cast, wanted_skills="理发")
    client.force_login(user_of(cast.li))
    page = client.get(reverse("tasks:suited")).content.decode()
    assert "特长：理发" in page and reverse("tasks:offer", args=[task.pk]) in page
