"""The community decides on a whole task: flags are lit once, by somebody else, for whoever was there."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from flags import ledger
from flags.models import FlagEntry, MemberYear, Policy
from members.models import Appointment
from notices.models import Notice
from tasks.models import Claim, Task, Verification
from tasks.presence.tests.test_presence import rows
from tasks.rules import FlagsOutOfRange, NotPresent, OwnClaim, UnknownClaim
from tasks.tests.desk import at_desk, ended_task, hold, make_item
from tasks.tests.offers import DAY, HOUR, make_offer, user_of
from tasks.verifying import verifying
from tasks.verifying.rules import NotEnded, NothingDecided
from tasks.verifying.verifying import Decision
from wishes.models import Wish
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.lib.times import at, local_date, local_year
from xianfeng.testing.cast import TERM_START, Cast


def present(task: Task) -> list[Claim]:
    """All holders were there."""
    task.claims.update(presence=Claim.Presence.PRESENT)
    return list(task.claims.order_by("pk"))


def good(claim: Claim, **changes: Any) -> Decision:
    values: dict[str, Any] = {"grade": "good", "minutes": 120, "flags": 1} | changes
    return Decision(claim.pk, **values)


def test_a_verified_task_lights_flags_and_settles(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    made = verifying.verify(
        task, [good(li, flags=2), good(wang, grade="denied", note="中途离开")], by=cast.clerk
    )
    entry = FlagEntry.objects.get()
    assert (entry.member, entry.delta, entry.minutes, entry.organization) == (cast.li, 2, 120, cast.community)
    assert (entry.unit, entry.source_kind, entry.source_id) == (cast.unit, "claim", li.pk)
    assert (entry.service_date, entry.key) == (local_date(task.starts_at), f"verification:{made[0].pk}")
    assert [one.entry for one in Verification.objects.order_by("pk")] == [entry, None]
    assert list(task.claims.order_by("pk").values_list("state", flat=True)) == ["verified", "denied"]
    task.refresh_from_db()
    assert task.state == "settled"
    assert task.events.get().note == "不予认定 1，已亮旗 1"
    assert MemberYear.objects.get(member=cast.li).flags == 2
    assert ledger.verify().ok


def test_each_member_is_told_once(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    Claim.objects.filter(pk=wang.pk).update(presence="absent")
    decisions = [good(li), Decision(wang.pk, "no_show")]
    verifying.verify(task, decisions, by=cast.clerk)
    verifying.verify(task, decisions, by=cast.clerk)
    assert dict(Notice.objects.values_list("recipient__name", "kind")) == {
        "李建国": "flag_lit",
        "王秀英": "claim_no_show",
    }
    assert Notice.objects.count() == 2


def test_a_double_submit_gives_the_same_answer(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    (claim,) = present(task)
    first = verifying.verify(task, [good(claim)], by=cast.clerk)
    assert verifying.verify(task, [good(claim)], by=cast.clerk) == first
    assert FlagEntry.objects.count() == 1


def test_a_second_clerk_is_refused(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    verifying.verify(task, [good(li)], by=cast.clerk)
    with pytest.raises(AlreadyDecided, match="李建国"):
        verifying.verify(task, [good(li), good(wang)], by=cast.secretary)
    assert FlagEntry.objects.count() == 1
    assert Claim.objects.get(pk=wang.pk).state == "claimed"


def test_a_part_may_wait(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    verifying.verify(task, [good(li)], by=cast.clerk)
    assert Task.objects.get(pk=task.pk).state == "published"
    verifying.verify(task, [good(wang)], by=cast.secretary)
    assert Task.objects.get(pk=task.pk).state == "settled"


def test_one_bad_decision_stops_all(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    with pytest.raises(FlagsOutOfRange, match="王秀英"):
        verifying.verify(task, [good(li), good(wang, flags=9)], by=cast.clerk)
    assert not FlagEntry.objects.exists()
    assert not Verification.objects.exists()
    assert set(task.claims.values_list("state", flat=True)) == {"claimed"}


def test_no_flag_without_presence_and_no_no_show_with_it(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    claim = task.claims.get()
    with pytest.raises(NotPresent):
        verifying.verify(task, [good(claim)], by=cast.clerk)
    present(task)
    with pytest.raises(NotPresent):
        verifying.verify(task, [Decision(claim.pk, "no_show")], by=cast.clerk)


def test_verification_waits_for_the_end(cast: Cast) -> None:
    task = make_offer(cast, starts_in=-HOUR)
    claim = hold(task, cast.li, "present")
    with pytest.raises(NotEnded):
        verifying.verify(task, [good(claim)], by=cast.clerk)


def test_nobody_verifies_their_own_claim(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    Appointment.objects.create(
        user=user_of(cast.li), organization=cast.community, role="clerk", starts_on=TERM_START
    )
    with pytest.raises(OwnClaim):
        verifying.verify(task, [good(li), good(wang)], by=user_of(cast.li))
    page = at_desk(user_of(cast.li)).get(reverse("tasks:verify", args=[task.pk]))
    assert [claim for claim, _row in page.context["rows"]] == [wang]
    assert "须由同事认定" in page.content.decode()


def test_an_estate_proposes_and_its_community_verifies(cast: Cast) -> None:
    task = ended_task(cast, cast.li, publisher=cast.estate)
    (claim,) = present(task)
    for user in (
        cast.estate_clerk,
        cast.auditor,
        cast.other_secretary,
        cast.city_officer,
        cast.street_officer,
    ):
        with pytest.raises(PermissionDenied):
            verifying.verify(task, [good(claim)], by=user)
    verifying.verify(task, [good(claim)], by=cast.secretary)
    assert FlagEntry.objects.get().organization == cast.community


def test_what_is_no_volunteering_brings_flags_without_hours(cast: Cast) -> None:
    items = [make_item("A", is_volunteering=False), make_item("B", category="suggestion"), make_item("C")]
    for item in items:
        task = ended_task(cast, cast.li, item=item, category=item.category)
        verifying.verify(task, [good(present(task)[0])], by=cast.clerk)
    assert list(FlagEntry.objects.order_by("seq").values_list("minutes", flat=True)) == [0, 0, 120]
    assert set(Verification.objects.values_list("minutes", flat=True)) == {120}


def test_the_flag_belongs_to_the_year_of_service(cast: Cast) -> None:
    start = at(dt.date(2025, 12, 31), 22)
    task = make_offer(cast, starts_at=start, lasts=3 * HOUR, signup_opens_at=start - DAY)
    hold(task, cast.li, "present")
    verifying.verify(task, [good(task.claims.get())], by=cast.clerk)
    assert FlagEntry.objects.get().year == 2025


def test_a_wish_is_fulfilled_by_the_first_verified_claim(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.PUBLISHED)
    task = ended_task(cast, cast.li, cast.wang, wish=wish, kind="wish")
    li, wang = present(task)
    verifying.verify(task, [good(li)], by=cast.clerk)
    wish.refresh_from_db()
    assert wish.state == "fulfilled"
    verifying.verify(task, [good(wang)], by=cast.clerk)
    assert Task.objects.get(pk=task.pk).state == "settled"


def test_a_wish_nobody_fulfilled_waits_again(cast: Cast) -> None:
    wish = Wish.objects.create(organization=cast.estate, need="修灯", state=Wish.State.PUBLISHED)
    task = ended_task(cast, cast.li, wish=wish, kind="wish")
    verifying.verify(task, [Decision(task.claims.get().pk, "no_show")], by=cast.clerk)
    wish.refresh_from_db()
    assert (wish.state, Task.objects.get(pk=task.pk).state) == ("accepted", "settled")


def test_a_task_without_claims_is_simply_closed(cast: Cast) -> None:
    task = ended_task(cast)
    assert verifying.verify(task, [], by=cast.clerk) == []
    assert Task.objects.get(pk=task.pk).state == "settled"
    waiting = ended_task(cast, cast.li)
    with pytest.raises(NothingDecided):
        verifying.verify(waiting, [], by=cast.clerk)


def test_claims_of_another_task_are_refused(cast: Cast) -> None:
    task, other = ended_task(cast, cast.li), ended_task(cast, cast.wang)
    (foreign,) = present(other)
    with pytest.raises(UnknownClaim):
        verifying.verify(task, [good(foreign)], by=cast.clerk)
    (own,) = present(task)
    with pytest.raises(UnknownClaim):
        verifying.verify(task, [good(own), good(own)], by=cast.clerk)


# --- The screen ---------------------------------------------------------------------------------


def url_of(task: Task) -> str:
    return reverse("tasks:verify", args=[task.pk])


def test_one_screen_marks_presence_and_lights_flags(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = task.claims.order_by("pk")
    client = at_desk(cast.clerk)
    filled = client.get(url_of(task), {"fill": "good"}).context["formset"]
    assert [form["grade"].value() for form in filled] == ["good", "good"]
    assert [form["minutes"].value() for form in filled] == [120, 120]
    data = rows(li, wang, presence="present", grade="good", minutes="120", flags="1", note="")
    data |= {"form-1-presence": "absent", "form-1-grade": "", "action": "verify"}
    for _time in range(2):
        answer = client.post(url_of(task), data)
        assert answer["Location"] == reverse("tasks:detail", args=[task.pk])
    assert list(task.claims.order_by("pk").values_list("state", flat=True)) == ["verified", "no_show"]
    assert FlagEntry.objects.count() == 1


def test_excellent_adds_the_policy_s_minutes(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    Policy.objects.create(year=local_year(task.starts_at), bonus_minutes_excellent=30)
    data = rows(task.claims.get(), presence="present", grade="excellent", minutes="90", flags="1", note="")
    at_desk(cast.clerk).post(url_of(task), {**data, "action": "verify"})
    assert Verification.objects.get().minutes == 120


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"presence": "", "grade": "good"}, "presence"),
        ({"presence": "present", "grade": "denied"}, "note"),
        ({"presence": "present", "grade": "good", "minutes": ""}, "minutes"),
    ],
)
def test_a_row_that_does_not_fit_is_shown_again(cast: Cast, values: dict[str, str], field: str) -> None:
    task = ended_task(cast, cast.li)
    data = rows(task.claims.get(), **{"minutes": "120", "flags": "1", "note": ""} | values)
    answer = at_desk(cast.clerk).post(url_of(task), {**data, "action": "verify"})
    assert answer.status_code == 200
    assert field in answer.context["formset"].forms[0].errors
    assert not Verification.objects.exists()


def test_every_mistake_of_every_row_is_said_in_one_round(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = task.claims.order_by("pk")
    data = rows(li, wang, presence="present", grade="good", minutes="120", flags="1", note="")
    data |= {"form-0-flags": "9", "form-0-note": "电话 13800000077", "form-1-minutes": "5000"}
    answer = at_desk(cast.clerk).post(url_of(task), {**data, "action": "verify"})
    first, second = answer.context["formset"].forms
    assert set(first.errors) == {"flags", "note"} and set(second.errors) == {"minutes"}
    assert set(task.claims.values_list("presence", "state")) == {("", "claimed")}
    mended = data | {"form-0-flags": "1", "form-0-note": "", "form-1-minutes": "120"}
    at_desk(cast.clerk).post(url_of(task), {**mended, "action": "verify"})
    assert FlagEntry.objects.count() == 2


def test_who_was_left_open_stays_open_the_next_time(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, _wang = present(task)
    client = at_desk(cast.clerk)
    grades = [form["grade"].value() for form in client.get(url_of(task)).context["formset"]]
    assert grades == ["good", "good"], "before the first decision the screen suggests"
    verifying.verify(task, [good(li)], by=cast.clerk)
    (form,) = client.get(url_of(task)).context["formset"]
    assert (form["presence"].value(), form["grade"].value()) == ("present", "")
    (form,) = client.get(url_of(task) + "?fill=good").context["formset"]
    assert form["grade"].value() == "good", "unless asked"


def test_who_was_on_no_screen_yet_was_not_left_open(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more people than one screen holds the next ones come with the suggestion."""
    monkeypatch.setattr("tasks.screen.ROWS", 1)
    task = ended_task(cast, cast.li, cast.wang)
    li, _wang = present(task)
    verifying.verify(task, [good(li)], by=cast.clerk)
    (form,) = at_desk(cast.clerk).get(url_of(task)).context["formset"]
    assert form["grade"].value() == "good"


def test_presence_and_decision_fall_together(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    data = rows(task.claims.get(), presence="present", grade="good", minutes="120", flags="9", note="")
    answer = at_desk(cast.clerk).post(url_of(task), {**data, "action": "verify"})
    assert "可授 1 至 2 面红旗" in answer.content.decode()
    assert task.claims.get().presence == ""


def test_a_forged_row_decides_nothing(cast: Cast) -> None:
    task, other = ended_task(cast, cast.li), ended_task(cast, cast.wang)
    data = rows(other.claims.get(), presence="present", grade="good", minutes="120", flags="1", note="")
    at_desk(cast.clerk).post(url_of(task), {**data, "action": "verify"})
    assert other.claims.get().state == "claimed"
    assert not FlagEntry.objects.exists()


def test_scope_and_right_guard_the_screen(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    answers = {
        name: at_desk(getattr(cast, name)).get(url_of(task)).status_code
        for name in (
            "clerk",
            "auditor",
            "estate_clerk",
            "street_officer",
            "city_officer",
            "other_secretary",
            "unit_clerk",
        )
    }
    assert answers == {
        "clerk": 200,
        "auditor": 403,
        "estate_clerk": 403,
        "street_officer": 403,
        "city_officer": 403,
        "other_secretary": 404,
        "unit_clerk": 403,
    }


def test_the_answer_names_who_verified_and_when(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    before = timezone.now()
    (one,) = verifying.verify(task, [good(present(task)[0])], by=cast.clerk)
    assert one.verifier == cast.clerk
    assert before <= one.verified_at <= timezone.now()


@pytest.mark.parametrize(
    "field", [
        {"claim_id": "9" * 30}, {"claim_id": "²"}, {"claim_id": "-1"}, {"flags": "1.5"}, {"flags": "-1"},
        {"flags": str(10**12)}, {"minutes": "-5"}, {"minutes": str(10**12)}, {"grade": "no_show"},
        {"presence": "somewhere"},
    ],
)  # fmt: skip
def test_a_made_up_row_lights_nothing(cast: Cast, field: dict[str, str]) -> None:
    task = ended_task(cast, cast.li)
    data = rows(*present(task), presence="present", grade="good", minutes="120", flags="1", note="")
    made_up = {f"form-0-{name}": value for name, value in field.items()}
    answer = at_desk(cast.clerk).post(url_of(task), {**data, **made_up, "action": "verify"})
    assert answer.status_code == 200
    assert not FlagEntry.objects.exists()
    assert not Verification.objects.exists()


def test_a_claim_of_another_community_s_task_cannot_be_slipped_in(cast: Cast) -> None:
    task = ended_task(cast, cast.li)
    elsewhere = {"publisher": cast.other_community, "audience": [cast.other_community]}
    foreign = ended_task(cast, cast.zhao, **elsewhere)
    both = [*present(task), *present(foreign)]
    data = rows(*both, presence="present", grade="good", minutes="120", flags="1", note="")
    answer = at_desk(cast.secretary).post(url_of(task), {**data, "action": "verify"})
    assert "名单与任务不符" in answer.content.decode()
    assert at_desk(cast.secretary).post(url_of(foreign), data).status_code == 404
    assert not FlagEntry.objects.exists()


def test_who_was_left_open_stays_so_when_only_the_presence_is_saved(cast: Cast) -> None:
    task = ended_task(cast, cast.li, cast.wang)
    li, wang = present(task)
    client, url = at_desk(cast.clerk), reverse("tasks:verify", args=[task.pk])
    data = rows(li, wang, presence="present", minutes="120", flags="1", note="", grade="good")
    client.post(url, data | {"form-0-grade": "", "action": "presence"})
    grades = {form["claim_id"].value(): form["grade"].value() for form in client.get(url).context["formset"]}
    assert grades == {li.pk: "", wang.pk: "good"}
