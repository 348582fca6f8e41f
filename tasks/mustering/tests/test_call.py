"""The whistle: whom it calls, when it begins, who hears of it, and what it is not bound by."""

import datetime as dt

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from notices.models import Delivery, Notice
from tasks.inviting.inviting import invite
from tasks.models import Muster, ServiceItem, Task
from tasks.mustering import rules
from tasks.publishing import publishing
from tasks.rules import RunAsMuster
from tasks.tests.musters import answers, whistle
from tasks.tests.offers import HOUR
from xianfeng.testing.cast import Cast

MINUTE = dt.timedelta(minutes=1)


def test_everybody_registered_there_is_called_once(cast: Cast) -> None:
    assert answers(whistle(cast)) == {"李建国": "silent", "王秀英": "silent"}


def test_who_is_in_two_parts_of_the_audience_is_called_once(cast: Cast) -> None:
    both = [cast.community, cast.unit]
    muster = whistle(cast, by=cast.city_officer, publisher=cast.city, audience=both)
    assert sorted(answers(muster)) == sorted([cast.li.name, cast.wang.name, cast.zhao.name])


def test_it_begins_at_once_and_is_open_to_its_end(cast: Cast) -> None:
    now = timezone.now()
    task = whistle(cast, now=now).task
    assert (task.kind, task.state, task.published_at) == (Task.Kind.MUSTER, Task.State.PUBLISHED, now)
    assert (task.starts_at, task.ends_at) == (now + MINUTE, now + MINUTE + 4 * HOUR)
    assert task.signup_closes_at == task.ends_at


def test_a_start_in_the_past_is_now(cast: Cast) -> None:
    now = timezone.now()
    assert whistle(cast, starts_at=now - HOUR, now=now).task.starts_at == now + MINUTE


def test_what_is_further_than_a_day_is_an_ordinary_task(cast: Cast) -> None:
    with pytest.raises(rules.TooFarAhead):
        whistle(cast, starts_at=timezone.now() + 25 * HOUR)
    assert not Muster.objects.exists() and not Task.objects.exists()


def test_the_same_form_twice_whistles_once(cast: Cast) -> None:
    first, second = (whistle(cast, key="k") for _time in "12")
    assert first == second and Muster.objects.count() == 1


def test_the_whistle_goes_over_all_channels_and_to_the_tier_above(cast: Cast) -> None:
    whistle(cast)
    sent = Delivery.objects.filter(notice__kind="muster").values_list("notice__recipient__member", "channel")
    assert sorted(sent) == sorted(
        (one.pk, channel) for one in (cast.li, cast.wang) for channel in ("email", "sms")
    )
    heard = Notice.objects.filter(kind="muster_heard").values_list("recipient", flat=True)
    assert set(heard) == {cast.street_officer.pk}


def test_of_the_city_s_the_communities_hear(cast: Cast) -> None:
    whistle(cast, by=cast.city_officer, publisher=cast.city, audience=[cast.city])
    heard = Notice.objects.filter(kind="muster_heard").values_list("recipient", flat=True)
    assert set(heard) == {cast.secretary.pk, cast.clerk.pk, cast.other_secretary.pk}


@pytest.mark.parametrize("user", ["auditor", "street_officer", "unit_clerk"])
def test_who_publishes_nothing_whistles_nothing(cast: Cast, user: str) -> None:
    with pytest.raises(PermissionDenied):
        whistle(cast, by=getattr(cast, user))


def test_nobody_to_call_is_no_muster(cast: Cast) -> None:
    type(cast.li).objects.update(state="listed")
    with pytest.raises(rules.NobodyToCall):
        whistle(cast)
    assert not Task.objects.exists()


def test_without_its_item_in_the_catalogue_it_says_who_can_help(cast: Cast) -> None:
    ServiceItem.objects.filter(code=rules.ITEM).update(is_active=False)
    with pytest.raises(rules.ItemMissing, match="市委组织部"):
        whistle(cast)


def test_a_drill_says_so_in_its_title_and_takes_the_drill_s_item(cast: Cast) -> None:
    task = whistle(cast, is_drill=True).task
    assert task.title == "【演练】内涝排险" and task.item.code == rules.DRILL_ITEM
    notice = Notice.objects.filter(kind="muster").first()
    assert notice and "演练" in notice.subject


def test_other_ways_to_a_task_lead_to_the_muster_s_page(cast: Cast) -> None:
    task = whistle(cast).task
    with pytest.raises(RunAsMuster):
        publishing.edit(task, by=cast.secretary, title="别的")
    with pytest.raises(RunAsMuster):
        publishing.cancel(task, reason="不需要了", by=cast.secretary)
    with pytest.raises(RunAsMuster):
        invite(task, {cast.li.pk}, by=cast.secretary, reasons={})
