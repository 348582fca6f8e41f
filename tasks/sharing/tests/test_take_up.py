"""A community makes a task of its own out of the city's; nobody is reached whom the city's does not reach."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from members.models import Member
from tasks.breakdown import breakdown
from tasks.breakdown.rules import OutsideTheWhole
from tasks.claiming.claiming import read_offer
from tasks.claiming.rules import NotInAudience, OverlapsInTime, claim_obstacle, is_in_audience
from tasks.models import Claim, Target, Task
from tasks.publishing import publishing
from tasks.publishing.rules import WrongAudience
from tasks.rules import WrongState
from tasks.sharing.sharing import take_up
from tasks.tests.desk import at_desk, hold, terms
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from tasks.tests.targets import a_target, city_task, part_of, target_of
from tasks.verifying.verifying import Decision, verify
from xianfeng.testing.cast import Cast


def test_the_part_is_the_community_s_own(cast: Cast) -> None:
    target = a_target(cast)
    part = part_of(cast, target, place="花苑南门", capacity=9)
    target.refresh_from_db()
    assert (part.publisher, part.parent, list(part.audience.all())) == (
        cast.community, target.task, [cast.community],
    )  # fmt: skip
    assert (part.state, target.state, part.item) == ("published", "taken", target.task.item)
    part_of(cast, target, title="第二场", starts_at=part.starts_at + HOUR, minutes=60)
    assert Target.objects.get().events.filter(to_state="taken").count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"flags": 3},
        {"starts_at": 1, "ends_at": 1},
        {"starts_at": -1, "ends_at": -1},
    ],
)
def test_it_keeps_to_the_days_and_terms_of_the_whole(cast: Cast, changes: dict[str, Any]) -> None:
    target = a_target(cast)
    whole = target.task
    moved = {name: getattr(whole, name) + days * DAY for name, days in changes.items() if name != "flags"}
    closes = {"signup_closes_at": moved["starts_at"]} if moved else {}
    with pytest.raises(OutsideTheWhole):
        part_of(cast, target, **{**changes, **moved, **closes})
    assert Target.objects.get().is_open and not Task.objects.filter(parent=whole).exists()


def test_an_edit_keeps_to_them_too(cast: Cast) -> None:
    part = part_of(cast, a_target(cast))
    with pytest.raises(OutsideTheWhole):
        publishing.edit(
            part, by=cast.clerk, starts_at=part.starts_at + DAY, ends_at=part.ends_at + DAY,
            signup_closes_at=part.starts_at + DAY,
        )  # fmt: skip


def test_a_part_s_audience_cannot_be_widened(cast: Cast) -> None:
    part = part_of(cast, a_target(cast))
    for other in (cast.city, cast.other_community, cast.unit):
        with pytest.raises(WrongAudience):
            publishing.edit(part, by=cast.clerk, audience=[other])


@pytest.mark.parametrize(
    ("audience", "reached"),
    [
        (["city"], {"li", "wang"}),
        (["community"], {"li", "wang"}),
        # The city's is for people of one unit: of the community only they see its part.
        (["street", "unit"], {"li", "wang"}),
    ],
)
def test_it_reaches_its_own_people(cast: Cast, audience: list[str], reached: set[str]) -> None:
    task = city_task(cast, *(getattr(cast, name) for name in audience))
    assert seen_by(cast, part_of(cast, target_of(cast, task))) == reached


def test_who_leaves_the_whole_s_audience_leaves_the_part_s(cast: Cast) -> None:
    """The city narrows its task to one unit: of the community only its people are left. All ways agree."""
    target = a_target(cast)
    part = part_of(cast, target)
    target.task.audience.set([cast.unit])
    assert seen_by(cast, part) == {"li"}
    with pytest.raises(NotInAudience):
        take(part, cast.wang)
    assert take(part, cast.li).is_open
    target.task.audience.set([cast.other_community])
    assert seen_by(cast, part) == set()


def seen_by(cast: Cast, task: Task) -> set[str]:
    """Whom it reaches, asked in every way that there is."""
    found, now = set(), timezone.now()
    for name in ("li", "wang", "zhao"):
        member: Member = getattr(cast, name)
        reached = is_in_audience(task, member)
        assert Task.objects.for_member(member).filter(pk=task.pk).exists() is reached
        assert bool(read_offer(task.pk, user_of(member), now).in_audience) is reached  # type: ignore[attr-defined]
        assert isinstance(claim_obstacle(task, member, now), NotInAudience) is not reached
        found |= {name} if reached else set()
    return found


def test_the_form_counts_whom_both_reach(cast: Cast) -> None:
    target = a_target(cast)
    target.task.audience.set([cast.community, cast.unit])
    address, client = reverse("tasks:take_up", args=[target.pk]), at_desk(cast.clerk)
    assert client.get(address).context["form"].fitting().people == 2
    target.task.audience.set([cast.unit])
    assert client.get(address).context["form"].fitting().people == 1
    again = client.get(reverse("tasks:fitting"), {"reach": "own", "whole": target.task_id})
    assert again.context["fitting"].people == 1


def test_nobody_serves_the_whole_and_a_part_at_once(cast: Cast) -> None:
    target = a_target(cast)
    part = part_of(cast, target)
    take(target.task, cast.li)
    with pytest.raises(OverlapsInTime):
        take(part, cast.li)


def test_the_community_verifies_its_part_and_lights_the_flags(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    part = part_of(cast, a_target(cast))
    place = hold(part, cast.li, "present")
    monkeypatch.setattr("django.utils.timezone.now", lambda: part.ends_at)
    part.refresh_from_db()
    (made,) = verify(part, [Decision(place.pk, "good", 60, 1)], by=cast.secretary)
    assert made.entry and made.entry.organization == cast.community


@pytest.mark.parametrize("user", ["other_secretary", "estate_clerk", "city_officer", "unit_clerk"])
def test_nobody_takes_up_what_others_are_asked_for(cast: Cast, user: str) -> None:
    with pytest.raises(PermissionDenied):
        part_of(cast, a_target(cast), user)


def test_what_is_withdrawn_is_not_taken_up(cast: Cast) -> None:
    target = a_target(cast)
    breakdown.withdraw(target, reason="改由街道办", by=cast.city_officer)
    with pytest.raises(WrongState):
        part_of(cast, target)


def test_calling_the_whole_off_takes_its_parts_along(cast: Cast) -> None:
    target = a_target(cast)
    part = part_of(cast, target)
    place = take(part, cast.li)
    publishing.cancel(target.task, reason="暴雨橙色预警", by=cast.city_officer)
    part.refresh_from_db()
    place.refresh_from_db()
    assert (part.state, place.state, Target.objects.get().state) == ("cancelled", "freed", "withdrawn")
    assert part.cancel_reason == "全市任务已取消：暴雨橙色预警" and part.places_taken == 0
    assert user_of(cast.li).notices.filter(kind="task_cancelled").count() == 1


def test_a_part_where_service_was_decided_on_took_place(cast: Cast) -> None:
    target = a_target(cast)
    part = part_of(cast, target)
    hold(part, cast.li)
    Claim.objects.update(state=Claim.State.VERIFIED)
    publishing.cancel(target.task, reason="暴雨橙色预警", by=cast.city_officer)
    part.refresh_from_db()
    assert part.is_published


def test_a_draft_is_not_published_once_the_whole_is_off(cast: Cast) -> None:
    target = a_target(cast)
    whole = target.task
    part = take_up(
        target, by=cast.clerk, publish_now=False,
        **terms(starts_at=whole.starts_at, ends_at=whole.ends_at, signup_closes_at=whole.starts_at),
    )  # fmt: skip
    Task.objects.filter(pk=whole.pk).update(state=Task.State.CANCELLED)
    part.refresh_from_db()
    with pytest.raises(WrongState, match="全市任务是“已取消”"):
        publishing.publish(part, by=cast.clerk)


# --- The form -----------------------------------------------------------------------------------


def test_the_community_fills_in_its_own_place_and_time(cast: Cast) -> None:
    target = a_target(cast)
    address, client = reverse("tasks:take_up", args=[target.pk]), at_desk(cast.clerk)
    form = client.get(address).context["form"]
    assert (form["title"].value(), form["capacity"].value()) == ("全市清洁日", 5)
    times = {name: f"{form[name].value():%Y-%m-%dT%H:%M}" for name in ("starts_at", "ends_at")}
    values = {name: form[name].value() for name in ("item", "title", "capacity", "organiser_name", "reach")}
    other = make_offer(cast).item
    given = {**values, **times, "place": "花苑南门", "presence": "roster", "action": "publish"}
    client.post(address, given | {"chosen": [cast.other_community.pk], "publisher": cast.city.pk})
    part = Task.objects.get(parent=target.task)
    assert (part.place, part.publisher, part.item, part.state) == (
        "花苑南门", cast.community, other, "published",
    )  # fmt: skip
    assert part.starts_at == target.task.starts_at.replace(second=0, microsecond=0)
    page = client.get(reverse("tasks:detail", args=[part.pk])).content.decode()
    assert "承接的全市任务" in page


def test_a_withdrawn_target_leads_back_to_its_page(cast: Cast) -> None:
    target = a_target(cast)
    breakdown.withdraw(target, reason="改由街道办", by=cast.city_officer)
    answer = at_desk(cast.clerk).get(reverse("tasks:take_up", args=[target.pk]))
    assert answer["Location"] == reverse("tasks:target", args=[target.pk])


def test_the_days_of_a_long_task_are_open(cast: Cast) -> None:
    whole = city_task(cast, lasts=2 * DAY + 2 * HOUR, sessions=3)
    target = target_of(cast, whole)
    start = whole.starts_at + dt.timedelta(days=1)
    part = part_of(cast, target, starts_at=start, ends_at=start + HOUR, signup_closes_at=start, minutes=60)
    assert part.is_published
