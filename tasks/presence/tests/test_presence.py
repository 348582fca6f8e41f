"""Who was there: from the start on, by somebody else, marked with how it was taken."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from members.models import Appointment
from tasks.models import Claim
from tasks.presence.marking import mark_presence
from tasks.rules import NotBegun, OwnClaim
from tasks.tests.desk import at_desk, ended_task, hold
from tasks.tests.offers import HOUR, make_offer, user_of
from xianfeng.testing.cast import TERM_START, Cast


def test_the_estate_ticks_its_roster(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang, publisher=cast.estate)
    li, wang = task.claims.all()
    changed = mark_presence(task, {li.pk: "present", wang.pk: "absent"}, by=cast.estate_clerk)
    li.refresh_from_db()
    assert (changed, li.presence, li.presence_method, li.presence_by) == (
        2,
        "present",
        "roster",
        cast.estate_clerk,
    )
    assert li.events.get().note == "签到：到场（组织者点名）"
    assert mark_presence(task, {li.pk: "present"}, by=cast.clerk) == 0


def test_a_sheet_entered_later_stays_marked(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    data = {**rows(claim, presence="present"), "sheet": "1", "action": "presence"}
    at_desk(cast.clerk).post(reverse("tasks:presence", args=[task.pk]), data)
    claim.refresh_from_db()
    assert claim.presence_method == "sheet"
    assert "补录" in at_desk(cast.clerk).get(reverse("tasks:detail", args=[task.pk])).content.decode()


def rows(*claims: Claim, **values: str) -> dict[str, str]:
    """A post of the screen: the same values for each claim."""
    data = {"form-TOTAL_FORMS": str(len(claims)), "form-INITIAL_FORMS": str(len(claims))}
    for number, claim in enumerate(claims):
        data[f"form-{number}-claim_id"] = str(claim.pk)
        data |= {f"form-{number}-{name}": value for name, value in values.items()}
    return data


def test_presence_waits_for_the_start(cast: Cast) -> None:
    task = make_offer(cast, starts_in=HOUR)
    claim = hold(task, cast.li)
    with pytest.raises(NotBegun):
        mark_presence(task, {claim.pk: "present"}, by=cast.clerk)


def test_presence_is_taken_during_the_task(cast: Cast) -> None:
    task = make_offer(cast, starts_in=-HOUR, signup_closes_at=make_offer(cast).starts_at)
    claim = hold(task, cast.li)
    assert mark_presence(task, {claim.pk: "present"}, by=cast.clerk) == 1
    page = at_desk(cast.clerk).get(reverse("tasks:verify", args=[task.pk])).content.decode()
    assert "任务还没有结束" in page
    assert "认定并亮旗" not in page


def test_nobody_ticks_themself(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    Appointment.objects.create(
        user=user_of(cast.li), organization=cast.community, role="clerk", starts_on=TERM_START
    )
    with pytest.raises(OwnClaim):
        mark_presence(task, {task.claims.get().pk: "present"}, by=user_of(cast.li))


def test_a_mark_can_be_taken_back(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    mark_presence(task, {claim.pk: "present"}, by=cast.clerk)
    mark_presence(task, {claim.pk: ""}, by=cast.clerk)
    claim.refresh_from_db()
    assert (claim.presence, claim.presence_method, claim.presence_by) == ("", "", None)
    assert claim.events.count() == 2


def test_claims_of_another_task_are_not_touched(cast: Cast) -> None:
    task, other = ended_task(cast, cast.li), ended_task(cast, cast.wang)
    foreign = other.claims.get()
    assert mark_presence(task, {foreign.pk: "present"}, by=cast.clerk) == 0
    foreign.refresh_from_db()
    assert foreign.presence == ""


def test_only_publisher_and_its_community_mark(cast: Cast) -> None:
    task = ended_task(cast, cast.li, publisher=cast.estate)
    for user in (cast.city_officer, cast.auditor, cast.other_secretary):
        with pytest.raises(PermissionDenied):
            mark_presence(task, {task.claims.get().pk: "present"}, by=user)
    url = reverse("tasks:presence", args=[task.pk])
    assert at_desk(cast.city_officer).get(url).status_code == 403
    assert at_desk(cast.other_secretary).get(url).status_code == 404


def test_the_sheet_lists_the_holders_without_contact_data(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    page = at_desk(cast.clerk).get(reverse("tasks:sheet", args=[task.pk])).content.decode()
    assert cast.li.name in page
    assert cast.li.mobile not in page
