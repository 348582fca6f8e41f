"""An estate moves to another community, with what is open there; flags stay where they were lit."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from flags.models import FlagEntry
from members.models import Appointment, Member, Registration
from members.organizations import tree
from members.registration.registering import confirm, return_
from members.registration.rules import WrongPlace
from members.tests.applicants import applied
from notices.models import Notice
from tasks.models import Task
from tasks.rights import may_verify
from tasks.tests.offers import make_offer
from wishes.models import Wish
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.testing.cast import TERM_START, Cast, make_member
from xianfeng.testing.ledger import Light


@pytest.fixture
def waiting(cast: Cast) -> Registration:
    """孙丽 applied to 青锋花苑; a wish and a task of the estate are open too."""
    Wish.objects.create(organization=cast.estate, need="想请人修灯")
    make_offer(cast, publisher=cast.estate, audience=[cast.estate])
    return applied(cast)


def move(cast: Cast, *, back: bool = False) -> None:
    cast.estate.refresh_from_db()
    parent = cast.community if back else cast.other_community
    tree.move_branch(cast.estate, parent=parent, by=cast.city_officer)


def test_what_is_open_follows(cast: Cast, waiting: Registration):
    move(cast)
    seen = Registration.objects.visible_to(cast.other_secretary).get(pk=waiting.pk)
    assert seen.community == cast.other_community
    assert seen.events.last().note == "从“青锋社区”到“江新社区”"
    assert str(seen.events.last()) == "随小区划转"
    assert Wish.objects.visible_to(cast.other_secretary).count() == 1
    assert may_verify(cast.other_secretary, Task.objects.get())
    assert not may_verify(cast.secretary, Task.objects.get())
    assert Member.objects.get(pk=cast.li.pk).community == cast.other_community
    confirm(seen, by=cast.other_secretary)
    assert Member.objects.get(pk=seen.member_id).community == cast.other_community


def test_moving_back_brings_everything_back(cast: Cast, waiting: Registration):
    before = everything()
    move(cast)
    assert everything() != before
    move(cast, back=True)
    assert everything() == before


def everything() -> list[list[tuple[int, int | None]]]:
    rows = (Member.objects, Registration.objects)
    return [list(each.order_by("pk").values_list("pk", "community_id")) for each in rows]


def test_flags_stay_with_the_community_that_lit_them(cast: Cast, light: Light):
    entry = light()
    move(cast)
    assert FlagEntry.objects.get(pk=entry.pk).organization == cast.community


def test_a_decision_on_the_page_of_before_is_refused(cast: Cast, waiting: Registration):
    stale = Registration.objects.get(pk=waiting.pk)
    move(cast)
    with pytest.raises(AlreadyDecided):
        return_(stale, reason="地址不对", by=cast.secretary)
    with pytest.raises(WrongPlace):
        confirm(stale, by=cast.secretary)


def test_everybody_concerned_is_told_once(cast: Cast, waiting: Registration):
    Notice.objects.all().delete()
    move(cast)
    told = dict(Notice.objects.filter(kind="estate_moved").values_list("recipient__username", "body"))
    staff = {"secretary", "clerk", "secretary2", "estate"}
    assert set(told) == {*staff, "unit", cast.li.user.username}
    assert Notice.objects.filter(kind="estate_moved").count() == len(told)
    assert "待确认报到 1 件" in told["secretary2"] and "待受理心愿 1 件" in told["secretary2"]
    assert "李建国" in told["unit"] and "花苑" not in told["unit"]


def test_the_page_shows_what_moves_and_each_count_opens_its_rows(client: Client, cast: Cast, waiting):
    client.force_login(cast.city_officer)
    url = reverse("members:organization_move", args=[cast.estate.pk])
    page = client.get(url, {"move-parent": cast.other_community.pk})
    works = {work.label: work for work in page.context["follows"]}
    assert {label: work.count for label, work in works.items()} == {
        "党员": 1,
        "待确认报到": 1,
        "待受理心愿": 1,
        "接单中任务": 1,
    }
    for work in works.values():
        opened = client.get(work.url)
        assert opened.context["page"].paginator.count == work.count
    form = dict(re.findall(r'name="(change|move-parent)"\s+value="(\w+)"', page.content.decode()))
    client.post(reverse("members:organization_edit", args=[cast.estate.pk]), form)
    assert Member.objects.get(pk=cast.li.pk).community == cast.other_community


def test_a_community_that_moves_keeps_its_people(cast: Cast):
    street = tree.add(parent=cast.city, kind="street", code="TS9", name="城西街道", by=cast.city_officer)
    tree.move_branch(cast.community, parent=street, by=cast.city_officer)
    assert Member.objects.get(pk=cast.li.pk).community == cast.community
    assert not Notice.objects.exists()


def test_who_acts_for_two_units_learns_of_the_people_of_both(cast: Cast) -> None:
    make_member("钱伟", "13800000031", cast.other_unit, cast.estate)
    Appointment.objects.create(
        user=cast.unit_clerk, organization=cast.other_unit, role=Appointment.Role.CLERK, starts_on=TERM_START
    )
    move(cast)
    told = Notice.objects.filter(kind="estate_moved", recipient=cast.unit_clerk).order_by("pk")
    assert sorted(notice.body.split("。")[0] for notice in told) == [
        "市教育局的党员：李建国", "市税务局的党员：钱伟",
    ]  # fmt: skip


def test_where_nothing_is_open_the_message_says_so_in_a_sentence(cast: Cast) -> None:
    move(cast)
    notice = Notice.objects.get(kind="estate_moved", recipient=cast.secretary)
    assert notice.body.startswith("没有未办的事；1 名党员一起过去。")
