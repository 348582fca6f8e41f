"""The first steps of a new desk: ticked by what happened, over for good, put away and brought back."""

import datetime as dt

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from flags import ledger
from members.leaving import recording
from members.models import Appointment, Member, Organization, Registration, User
from members.organizations import counting
from members.registration import registering
from members.tests.applicants import applied
from reports.models import GuidePutAway
from reports.workbench import guide, waiting
from reports.workbench.figures import Figure
from tasks.tests.offers import make_offer
from xianfeng.lib.times import SHANGHAI, today
from xianfeng.testing.cast import Cast, make_organization, make_staff
from xianfeng.testing.ledger import Light

HOME, HELP = "reports:desk_home", "reports:desk_help"
# What each role may do first; who only looks is not told.
STEPS = {
    "city_officer": ["导入名册", "任命人员", "看谁还没开始"],
    "street_officer": [],
    "auditor": [],
    "secretary": ["打印报到海报", "核对报到", "发布任务", "去认定"],
    "estate_clerk": ["打印报到海报", "发布任务"],
    "unit_clerk": ["核对名册", "看未报到的党员", "看红旗进度"],
}


def done(desk: Appointment) -> str:
    """x for each step that is done."""
    return "".join("x" if step.is_done else "." for step in guide.unfinished(desk))


def nobody_has_come_yet() -> None:
    Member.objects.update(state=Member.State.LISTED)


@pytest.mark.parametrize("role", STEPS)
def test_a_desk_without_a_flag_is_told_its_steps_and_each_opens(cast: Cast, client: Client, role: str):
    client.force_login(getattr(cast, role))
    answer = client.get(reverse(HOME))
    assert [step.action for step in answer.context["steps"]] == STEPS[role]
    assert ("第一次使用" in answer.content.decode()) == bool(STEPS[role])
    for step in answer.context["steps"]:
        assert client.get(step.url).status_code == 200, step


def test_a_community_s_steps_are_ticked_one_after_the_other(cast: Cast, light: Light):
    desk = cast.secretary.appointments.get()
    nobody_has_come_yet()
    assert done(desk) == "...."
    registration = applied(cast)
    assert done(desk) == "x..."
    registering.confirm(registration, by=cast.secretary)
    assert done(desk) == "xx.."
    make_offer(cast, state="draft", publisher=cast.estate)
    assert done(desk) == "xx.."
    make_offer(cast, publisher=cast.estate)
    assert done(desk) == "xxx."
    light(cast.li, organization=cast.other_community)
    assert done(desk) == "xxx."  # somebody else's
    light(cast.li)
    assert guide.unfinished(desk) == []


def test_a_unit_s_steps_follow_its_own_people(cast: Cast, light: Light):
    desk = cast.unit_clerk.appointments.get()
    assert done(desk) == "xx."
    nobody_has_come_yet()
    assert done(desk) == "x.."
    light(cast.wang)  # of another unit
    assert done(desk) == "x.."
    light(cast.li)
    assert guide.unfinished(desk) == []
    empty = make_organization("TU9", Organization.Kind.UNIT, "市新局", cast.city)
    new = make_staff("new", "施新", empty).appointments.get()
    assert done(new) == "..." and guide.unfinished(new)[0].action == "导入名册"


def test_an_estate_s_part_ends_with_its_first_task(cast: Cast):
    desk = cast.estate_clerk.appointments.get()
    assert done(desk) == "x."
    make_offer(cast, publisher=cast.estate, audience=[cast.estate])
    assert guide.unfinished(desk) == []


def test_the_step_that_comes_next_stands_out(cast: Cast, client: Client):
    client.force_login(cast.secretary)
    assert client.get(reverse(HOME)).context["next_step"].action == "发布任务"  # they have registered
    nobody_has_come_yet()
    answer = client.get(reverse(HOME))
    assert answer.context["next_step"].action == "打印报到海报"
    assert answer.content.decode().count('aria-current="step"') == 1


def test_whoever_got_through_it_does_not_see_it_again_next_year(cast: Cast, light: Light):
    """Nor when the verification is taken back, or everybody leaves."""
    line = light(cast.li)
    ledger.reverse(line, reason="登记错人", by=cast.secretary)
    Registration.objects.all().delete()
    for member in (cast.li, cast.wang):
        recording.leave(member, kind="left", day=today() - dt.timedelta(days=1), by=cast.city_officer)
    with time_machine.travel(dt.datetime(today().year + 1, 1, 5, 10, tzinfo=SHANGHAI)):
        assert guide.unfinished(cast.secretary.appointments.get()) == []
        assert guide.unfinished(cast.unit_clerk.appointments.get()) == []


def test_it_is_put_away_for_this_desk_and_brought_back_from_the_help(cast: Cast, client: Client):
    client.force_login(cast.secretary)
    assert "重新显示在工作台" not in client.get(reverse(HELP)).content.decode()
    for _twice in range(2):
        page = client.post(reverse("reports:guide"), {"guide": "away"}, follow=True)
    assert page.context["steps"] == [] and "在“帮助”里可以重新显示" in page.content.decode()
    assert GuidePutAway.objects.visible_to(cast.secretary).count() == 1
    colleague = Client()
    colleague.force_login(cast.clerk)
    assert colleague.get(reverse(HOME)).context["steps"]
    assert "重新显示在工作台" in client.get(reverse(HELP)).content.decode()
    for _twice in range(2):
        page = client.post(reverse("reports:guide"), {"guide": "back"}, follow=True)
    assert page.context["steps"] and not GuidePutAway.objects.exists()


def test_a_put_away_guide_is_not_offered_again_once_it_is_over(cast: Cast, client: Client, light: Light):
    client.force_login(cast.secretary)
    client.post(reverse("reports:guide"), {"guide": "away"})
    light(cast.li)
    assert "重新显示在工作台" not in client.get(reverse(HELP)).content.decode()


# --- Seen from above ------------------------------------------------------------------------------


def idle(role: Appointment) -> set[str]:
    return {str(one) for one in counting.idle(Organization.objects.visible_to(role.user))}


def watched(user: User) -> dict[str, Figure]:
    """What others do, on the first page of this desk."""
    return {one.label: one for one in waiting.todo(user, user.desk) if not one.is_own}


def test_city_and_street_see_which_places_nobody_has_come_to(cast: Cast, client: Client):
    street, city = cast.street_officer.appointments.get(), cast.city_officer.appointments.get()
    assert idle(street) == idle(city) == set()
    assert "还没有人报到" not in watched(city.user)  # silent where all have begun
    below = make_organization("TU1-1", Organization.Kind.UNIT, "市第一中学", cast.unit)
    Member.objects.filter(community=cast.other_community).update(state=Member.State.PENDING)
    Member.objects.filter(unit=cast.other_unit).update(state=Member.State.LISTED)
    assert idle(street) == {"江新社区"}
    assert idle(city) == {"江新社区", "市税务局", "市第一中学"}
    Member.objects.filter(pk=cast.li.pk).update(unit=below)
    assert idle(city) == {"江新社区", "市税务局"}  # those of a unit below are the unit's own
    client.force_login(cast.street_officer)
    figure = watched(cast.street_officer)["还没有人报到"]
    assert figure.value == 1 and "江新社区" in client.get(figure.url).content.decode()
    assert watched(cast.city_officer)["还没有人报到"].value == 2
    for user in (cast.secretary, cast.unit_clerk):
        assert "还没有人报到" not in watched(user)


def test_the_list_says_whom_to_call_and_is_searched(cast: Cast, client: Client):
    nobody_has_come_yet()
    Organization.objects.filter(pk=cast.community.pk).update(phone="0575-87010000")
    client.force_login(cast.city_officer)
    page = client.get(reverse("members:organizations") + "?line=idle&q=青锋").content.decode()
    assert 'href="tel:057587010000"' in page and "江新社区" not in page
