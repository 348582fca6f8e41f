"""补记: walk-ins and service on paper, entered with who says so, marked and counted apart."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone

from flags.ledger.rules import YearSettled
from flags.models import AssessmentRun, FlagEntry, Policy
from members.models import Member, RegistrationEvent
from members.registration.registering import confirm
from members.tests.applicants import applied
from notices.models import Notice
from tasks.claiming.claiming import withdraw
from tasks.claiming.rules import OverlapsInTime
from tasks.models import Claim, ServiceItem, Task
from tasks.publishing.rules import TooLong
from tasks.recording import views
from tasks.recording.recording import enter, record_task, take_out
from tasks.recording.rules import NobodyNamed, NotOver, NoWitness, OnTheListAlready, OutsideScope
from tasks.rules import OwnClaim, TooManyMinutes, UnknownClaim
from tasks.tests.desk import at_desk, ended_task, hold, make_item, terms
from tasks.tests.offers import DAY, HOUR, make_offer, take, user_of
from tasks.verifying.reversing import reverse_verification
from tasks.verifying.rules import NeedsSecondPerson
from tasks.verifying.verifying import Decision, verify
from xianfeng.lib.times import local_year, year_bounds
from xianfeng.testing.cast import Cast, make_member

WITNESS = "高组长"


def past(**changes: Any) -> dict[str, Any]:
    start = timezone.now().replace(microsecond=0) - 2 * DAY
    times = {"starts_at": start, "ends_at": start + 2 * HOUR, "signup_opens_at": start - HOUR}
    return terms(**times | {"signup_closes_at": start, "capacity": 1} | changes)


def recorded(cast: Cast, **changes: Any) -> Task:
    item = make_item(f"R-{ServiceItem.objects.count()}")
    return record_task(by=cast.clerk, publisher=cast.community, item=item, **past(**changes))


def entered(cast: Cast, task: Task, *members: Member) -> list[Claim]:
    return enter(task, [member.pk for member in members], witness=WITNESS, by=cast.clerk)


def decide(task: Task, by: Any) -> None:
    verify(task, [Decision(claim.pk, "good", 120, 1) for claim in task.claims.open()], by=by)


def test_service_on_paper_is_entered_verified_and_taken_back(cast: Cast) -> None:
    task = recorded(cast)
    assert (task.state, task.is_late_entry) == ("published", True)
    claim = entered(cast, task, cast.li)[0]
    assert (claim.entered_by, claim.witness, claim.presence) == (cast.clerk, WITNESS, "present")
    assert WITNESS in Notice.objects.get(recipient=cast.li.user, kind="service_entered").body
    decide(task, cast.clerk)
    assert FlagEntry.objects.get().member == cast.li
    reverse_verification(claim.verifications.get(), reason="查无此事", by=cast.secretary)
    take_out(Claim.objects.select_related("task", "member").get(), reason="查无此事", by=cast.secretary)
    task.refresh_from_db()
    assert (Claim.objects.get().state, task.places_taken) == ("withdrawn", 0)
    assert sum(FlagEntry.objects.values_list("delta", flat=True)) == 0


def test_a_walk_in_gets_a_place_on_a_full_and_settled_task(cast: Cast) -> None:
    task = ended_task(cast, cast.wang, capacity=1)
    task.claims.update(presence=Claim.Presence.PRESENT)
    decide(task, cast.clerk)
    entered(cast, Task.objects.get(), cast.li)
    task.refresh_from_db()
    assert (task.state, task.places_taken, task.capacity) == ("published", 2, 2)
    decide(task, cast.clerk)
    assert FlagEntry.objects.count() == 2


def test_who_withdrew_and_came_all_the_same_is_entered_on_the_same_claim(cast: Cast) -> None:
    task = make_offer(cast)
    withdraw(take(task, cast.li), by=user_of(cast.li))
    Task.objects.update(starts_at=timezone.now() - HOUR, ends_at=timezone.now() + HOUR)
    entered(cast, task, cast.li)
    assert (task.claims.get().state, task.claims.get().entered_by) == ("claimed", cast.clerk)


def test_what_is_not_over_or_longer_than_it_lasted_is_no_record(cast: Cast) -> None:
    now = timezone.now()
    for changes, refusal in (
        ({"ends_at": now + HOUR, "starts_at": now - HOUR}, NotOver),
        ({"minutes": 121}, TooManyMinutes),
        ({"ends_at": now, "starts_at": now - 20 * HOUR}, TooLong),
    ):
        with pytest.raises(refusal):
            recorded(cast, **changes)
    assert not Task.objects.exists()


def test_a_settled_year_takes_no_record(cast: Cast) -> None:
    year = local_year(past()["starts_at"])
    task = recorded(cast)
    AssessmentRun.objects.create(year=year, is_official=True, state="settled", as_of=timezone.now())
    for action in (lambda: recorded(cast), lambda: entered(cast, task, cast.li)):
        with pytest.raises(YearSettled, match="调整"):
            action()


def test_only_own_registered_people_with_a_witness_and_once(cast: Cast) -> None:
    task = recorded(cast)
    own = Member.objects.get(pk=cast.li.pk)
    clerk = make_member("林社工本人", "13800000088", cast.unit, cast.estate)
    Member.objects.filter(pk=clerk.pk).update(user=cast.clerk)
    for ids, witness, refusal in (
        ([], WITNESS, NobodyNamed), ([cast.zhao.pk], WITNESS, OutsideScope),
        ([cast.sun.pk], WITNESS, OutsideScope), ([own.pk], "  ", NoWitness), ([clerk.pk], WITNESS, OwnClaim),
    ):  # fmt: skip
        with pytest.raises(refusal):
            enter(task, ids, witness=witness, by=cast.clerk)
    entered(cast, task, cast.li)
    with pytest.raises(OnTheListAlready):
        entered(cast, task, cast.li, cast.wang)
    assert task.claims.count() == 1
    for stranger in (cast.other_secretary, cast.auditor, cast.street_officer):
        with pytest.raises(PermissionDenied):
            enter(task, [cast.wang.pk], witness=WITNESS, by=stranger)


def test_who_moved_away_since_is_entered_where_they_served(cast: Cast) -> None:
    confirm(applied(cast), by=cast.secretary)
    task = recorded(cast)
    moved = applied(cast, community=cast.other_community, estate=cast.other_estate)
    confirm(moved, by=cast.other_secretary)
    page = at_desk(cast.clerk).get(reverse("tasks:enter", args=[task.pk]), {"q": "孙丽"})
    assert [member.name for member in page.context["found"]] == ["孙丽"]
    entered(cast, task, cast.sun)
    decide(task, cast.clerk)
    entry = FlagEntry.objects.get()
    assert (entry.member, entry.organization) == (cast.sun, cast.community)


def test_who_had_moved_before_or_serves_the_city_elsewhere_is_not(cast: Cast) -> None:
    confirm(applied(cast), by=cast.secretary)
    confirm(applied(cast, community=cast.other_community, estate=None), by=cast.other_secretary)
    of_the_city = ended_task(cast, publisher=cast.city)
    with pytest.raises(OutsideScope):
        entered(cast, of_the_city, cast.sun)
    RegistrationEvent.objects.filter(to_state="transferred").update(at=timezone.now() - 3 * DAY)
    with pytest.raises(OutsideScope):
        entered(cast, recorded(cast), cast.sun)


def test_nobody_was_in_two_places(cast: Cast) -> None:
    task = recorded(cast)
    hold(ended_task(cast, title="别处"), cast.li)
    with pytest.raises(OverlapsInTime, match="别处"):
        entered(cast, task, cast.li)
    Claim.objects.update(state=Claim.State.NO_SHOW)  # and so may have been here
    entered(cast, task, cast.li)


def test_above_the_figure_a_second_person_decides(cast: Cast) -> None:
    task = recorded(cast)
    Policy.objects.create(year=local_year(task.starts_at), late_entries_alone=1)
    entered(cast, task, cast.li, cast.wang)
    with pytest.raises(NeedsSecondPerson):
        decide(task, cast.clerk)
    decide(task, cast.secretary)
    assert FlagEntry.objects.count() == 2


def alone(cast: Cast, figure: int) -> None:
    Policy.objects.create(year=local_year(past()["starts_at"]), late_entries_alone=figure)


def later_that_day(cast: Cast, **changes: Any) -> Task:
    """The same morning's work, taken apart: another title, another hour."""
    start = past()["starts_at"].replace(hour=3)  # 11 o'clock in Shanghai
    times = {"starts_at": start, "ends_at": start + HOUR, "signup_opens_at": start - HOUR}
    return recorded(cast, title="清淤（二）", minutes=60, **times | {"signup_closes_at": start} | changes)


def early_that_day(cast: Cast) -> Task:
    start = past()["starts_at"].replace(hour=1)
    return recorded(
        cast, minutes=60, starts_at=start, ends_at=start + HOUR, signup_opens_at=start - HOUR,
        signup_closes_at=start,
    )  # fmt: skip


def minutes_of(task: Task, by: Any) -> None:
    verify(task, [Decision(claim.pk, "good", 60, 1) for claim in task.claims.open()], by=by)


def test_a_day_s_work_taken_apart_into_two_tasks_still_counts_together(cast: Cast) -> None:
    alone(cast, 1)
    entered(cast, first := early_that_day(cast), cast.li)
    entered(cast, second := later_that_day(cast), cast.wang)
    for task in (first, second):
        with pytest.raises(NeedsSecondPerson, match="2 人"):
            minutes_of(task, cast.clerk)
    minutes_of(first, cast.secretary)
    with pytest.raises(NeedsSecondPerson):
        minutes_of(second, cast.clerk)
    minutes_of(second, cast.secretary)


def test_entered_one_after_the_other_they_count_together(cast: Cast) -> None:
    """The first is decided on alone; the second makes two."""
    alone(cast, 1)
    task = early_that_day(cast)
    entered(cast, task, cast.li)
    minutes_of(task, cast.clerk)
    entered(cast, Task.objects.get(), cast.wang)
    with pytest.raises(NeedsSecondPerson):
        minutes_of(Task.objects.get(), cast.clerk)


def test_another_day_s_entries_and_other_people_s_do_not_count(cast: Cast) -> None:
    alone(cast, 1)
    entered(cast, first := early_that_day(cast), cast.li)
    start = first.starts_at - DAY
    day_before = {"starts_at": start, "ends_at": start + HOUR, "signup_opens_at": start - HOUR}
    entered(cast, later_that_day(cast, **day_before, signup_closes_at=start), cast.wang)
    enter(later_that_day(cast), [cast.wang.pk], witness=WITNESS, by=cast.secretary)
    minutes_of(first, cast.clerk)


def test_only_an_undecided_entry_is_taken_out(cast: Cast) -> None:
    task = recorded(cast)
    online = hold(task, cast.wang)
    mine = entered(cast, task, cast.li)[0]
    with pytest.raises(UnknownClaim):
        take_out(online, reason="弄错了", by=cast.clerk)
    hold_back = Decision(online.pk, "no_show")
    verify(task, [hold_back, Decision(mine.pk, "good", 120, 1)], by=cast.clerk)
    with pytest.raises(UnknownClaim, match="撤销"):
        take_out(Claim.objects.get(pk=mine.pk), reason="弄错了", by=cast.clerk)


def test_a_settled_list_is_settled_again_once_the_last_entry_is_taken_out(cast: Cast) -> None:
    task = ended_task(cast, cast.wang)
    task.claims.update(presence=Claim.Presence.PRESENT)
    decide(task, cast.clerk)
    mine = entered(cast, Task.objects.get(), cast.li)[0]
    take_out(mine, reason="弄错了", by=cast.clerk)
    task.refresh_from_db()
    assert (task.state, task.places_taken) == ("settled", 1)


def test_a_list_with_nobody_left_waits_for_others(cast: Cast) -> None:
    task = recorded(cast)
    take_out(entered(cast, task, cast.li)[0], reason="弄错了", by=cast.clerk)
    entered(cast, task, cast.wang)


def test_the_database_asks_for_a_witness_and_keeps_the_past_apart(cast: Cast) -> None:
    claim = entered(cast, recorded(cast), cast.li)[0]
    for rows, wrong in (
        (Claim.objects.filter(pk=claim.pk), {"witness": ""}),
        (Task.objects.filter(pk=claim.task_id), {"is_late_entry": False}),
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**wrong)
    assert Claim.objects.get().witness == WITNESS


def test_the_pages_record_find_and_enter(cast: Cast) -> None:
    client = at_desk(cast.clerk)
    values = past()
    data = {
        "item": make_item().pk, "title": "雨天清淤", "place": "东门", "organiser_name": "高组长", "key": "k1",
        "starts_at": timezone.localtime(values["starts_at"]).strftime("%Y-%m-%dT%H:%M"),
        "ends_at": timezone.localtime(values["ends_at"]).strftime("%Y-%m-%dT%H:%M"),
    }  # fmt: skip
    for _time in range(2):
        answer = client.post(reverse("tasks:record"), data)
    task = Task.objects.get()
    url = reverse("tasks:enter", args=[task.pk])
    assert answer["Location"] == url
    assert [one.name for one in client.get(url, {"q": "李建国"}).context["found"]] == ["李建国"]
    assert client.get(url, {"q": "赵伟"}).context["found"] == []
    client.post(url, {"members": [str(cast.li.pk)], "witness": WITNESS})
    page = client.get(reverse("tasks:detail", args=[task.pk])).content.decode()
    assert "补记" in page and WITNESS in page
    client.post(reverse("tasks:take_out", args=[task.claims.get().pk]), {"reason": "重复"})
    assert task.claims.get().state == "withdrawn"


def test_a_refused_form_keeps_its_ticks_and_a_search_says_that_it_is_cut(
    cast: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    url = reverse("tasks:enter", args=[recorded(cast).pk])
    client, two = at_desk(cast.clerk), {"q": cast.li.name}
    make_member(cast.li.name, "13800000077", cast.unit, cast.estate)
    page = client.post(f"{url}?q={cast.li.name}", {"members": [str(cast.li.pk)], "witness": " "})
    assert page.context["ticked"] == [cast.li.pk] and page.content.count(b"checked") == 1
    assert "只列出前" not in client.get(url, two).content.decode()
    monkeypatch.setattr(views, "MOST_FOUND", 1)
    page = client.get(url, two)
    assert len(page.context["found"]) == 1 and "只列出前 1 人" in page.content.decode()


def test_the_city_sees_how_many_and_the_rows_behind(cast: Cast) -> None:
    task = recorded(cast)
    hold(task, cast.wang)
    entered(cast, task, cast.li)
    officer, url = at_desk(cast.city_officer), reverse("tasks:records")
    year = {"year": local_year(task.starts_at)}  # on the first days of January it was the year before
    (share,) = officer.get(url, year).context["shares"]
    assert (share["name"], share["entered"], share["all"], share["share"]) == ("青锋社区", 1, 2, 50.0)
    rows = officer.get(url, year | {"community": share["key"]}).context["page"]
    assert [claim.member for claim in rows] == [cast.li]
    assert at_desk(cast.other_secretary).get(reverse("tasks:records")).context["shares"] == []


def test_the_list_of_an_earlier_year_has_its_own_address(cast: Cast) -> None:
    """A year is that of the service in Shanghai; so the last evening of one is not the next one's."""
    present = recorded(cast, title="今年清淤")
    year = local_year(present.starts_at) - 1
    start = year_bounds(year)[1] - 3 * HOUR
    times = {"starts_at": start, "ends_at": start + 2 * HOUR, "signup_opens_at": start - HOUR}
    old = recorded(cast, title="去年清淤", **times, signup_closes_at=start)
    entered(cast, old, cast.li)
    entered(cast, present, cast.wang)
    client, url = at_desk(cast.city_officer), reverse("tasks:records")
    page = client.get(url, {"year": year + 1})
    assert [claim.task.title for claim in page.context["page"]] == ["今年清淤"]
    AssessmentRun.objects.create(year=year, is_official=True, state="settled", as_of=timezone.now())
    page = client.get(url, {"year": year})
    assert [claim.task.title for claim in page.context["page"]] == ["去年清淤"]
    assert page.context["shares"][0]["entered"] == 1
    assert f"?year={year}&amp;community={cast.community.pk}" in page.content.decode()
    assert client.get(url, {"year": 1999}).status_code == 404
    assert client.get(url, {"year": "x"}).status_code == 404
