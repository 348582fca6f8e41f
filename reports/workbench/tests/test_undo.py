"""What was confirmed, accepted or verified by a slip of the hand is taken back, and nobody heard of it."""

import datetime as dt
from unittest import mock

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags.models import MemberYear
from members.models import Appointment, Member, Registration
from members.registration import registering
from members.tests.applicants import applied, stranger
from notices.models import Delivery, Notice
from notices.outbox.delivering import deliver_due
from tasks.models import Task
from tasks.tests.desk import at_desk, ended_task
from wishes.merging import merging
from wishes.models import Wish
from wishes.tests.helpers import stated
from xianfeng.testing.cast import Cast

DONE, TOO_LATE = "已撤销，恢复到办理之前", "来不及撤销了"


def key(client: Client) -> str:
    """What the button of the last act bears."""
    return client.session.get("undo", {}).get("key", "")


def pressed(client: Client, of: str = "") -> str:
    """What the button says, and the page it leads to."""
    return client.post(reverse("undo"), {"key": of or key(client)}, follow=True).content.decode()


def confirmed(cast: Cast, client: Client, registration: Registration) -> str:
    page = reverse("members:registration", args=[registration.pk])
    return client.post(page, {"decision": "confirm"}, follow=True).content.decode()


# --- Registration -------------------------------------------------------------------------------


def test_a_confirmation_taken_back_leaves_no_trace_but_its_history(cast: Cast):
    registration, client = applied(cast), at_desk(cast.secretary)
    before = Member.objects.filter(pk=cast.sun.pk).values().get()
    told = set(Notice.objects.values_list("pk", flat=True))
    assert reverse("undo") in confirmed(cast, client, registration)
    assert DONE in pressed(client)
    assert Member.objects.filter(pk=cast.sun.pk).values().get() == before
    registration.refresh_from_db()
    assert (registration.state, registration.decided_by, registration.decided_at) == ("submitted", None, None)
    assert set(Notice.objects.values_list("pk", flat=True)) == told
    assert [event.note for event in registration.events.all()][-1] == "误点确认，当即撤销"


def test_it_may_be_confirmed_again_and_is_told_then(cast: Cast):
    registration, client = applied(cast), at_desk(cast.secretary)
    confirmed(cast, client, registration)
    pressed(client)
    confirmed(cast, client, registration)
    assert Notice.objects.filter(subject="报到已确认", recipient=registration.user).count() == 1
    assert Member.objects.get(pk=cast.sun.pk).is_registered


def test_several_confirmed_at_once_go_back_together(cast: Cast):
    registration, client = applied(cast), at_desk(cast.secretary)
    client.post(reverse("members:confirm_many"), {"pk": [registration.pk]})
    assert DONE in pressed(client)
    assert Registration.objects.get(pk=registration.pk).is_open


def test_what_the_member_changed_since_stands(cast: Cast):
    client = at_desk(cast.secretary)
    confirmed(cast, client, applied(cast))
    Member.objects.filter(pk=cast.sun.pk).update(skills="理发")
    assert "已经有人办理过了" in pressed(client)
    assert Member.objects.get(pk=cast.sun.pk).skills == "理发"


def test_who_applied_elsewhere_since_is_let_be(cast: Cast):
    registration, client = applied(cast), at_desk(cast.secretary)
    confirmed(cast, client, registration)
    registration.refresh_from_db()
    again = registering.Application(
        name=registration.name,
        mobile=registration.mobile,
        unit=registration.unit,
        community=cast.other_community,
    )
    registering.submit(again, by=registration.user)
    assert "已经有人办理过了" in pressed(client)


def test_what_does_more_than_register_is_not_offered(cast: Cast):
    assert reverse("undo") not in confirmed(cast, at_desk(cast.secretary), stranger(cast))


def test_who_was_told_meanwhile_is_not_untold(cast: Cast):
    registration, client = applied(cast), at_desk(cast.secretary)
    confirmed(cast, client, registration)
    Delivery.objects.filter(notice__subject="报到已确认").update(state=Delivery.State.SENT)
    assert "通知已经发出，不能再撤销" in pressed(client)
    assert Member.objects.get(pk=cast.sun.pk).is_registered


def test_a_confirmation_leaves_after_the_button_is_gone(cast: Cast):
    confirmed(cast, at_desk(cast.secretary), applied(cast))
    waits = Delivery.objects.get(notice__subject="报到已确认")
    assert dt.timedelta(seconds=15) < waits.due_at - timezone.now() <= dt.timedelta(seconds=20)
    deliver_due()
    waits.refresh_from_db()
    assert waits.sent_at is None


# --- Wishes -------------------------------------------------------------------------------------


def test_an_acceptance_taken_back_waits_as_before_and_the_resident_hears_nothing(cast: Cast):
    wish, client = stated(cast.estate), at_desk(cast.secretary)
    client.post(reverse("wishes:accept", args=[wish.pk]))
    assert DONE in pressed(client)
    assert Wish.objects.get(pk=wish.pk).is_waiting
    assert not Notice.objects.filter(subject="心愿已受理").exists()
    assert wish.events.latest("pk").get_to_display() == "撤销受理"
    page = Client().get(reverse("wishes:tracked", args=[wish.code])).content.decode()
    assert "社区已受理" not in page and page.count("心愿已提交") == 1


def test_a_merge_since_the_acceptance_stands(cast: Cast):
    kept, client = stated(cast.estate), at_desk(cast.secretary)
    gone = stated(cast.estate, contact_mobile="13700000008", need="老人想理发，请人上门")
    client.post(reverse("wishes:accept", args=[kept.pk]))
    merging.merge(Wish.objects.get(pk=kept.pk), gone, by=cast.secretary)
    assert DONE not in pressed(client)


def test_what_a_colleague_did_since_stands(cast: Cast):
    wish, client = stated(cast.estate), at_desk(cast.secretary)
    client.post(reverse("wishes:accept", args=[wish.pk]))
    at_desk(cast.clerk).post(
        reverse("wishes:decline", args=[wish.pk]), {"reason": "属于物业维修", "responsible": "物业"}
    )
    assert DONE not in pressed(client)
    assert Wish.objects.get(pk=wish.pk).is_declined


# --- Verification -------------------------------------------------------------------------------


def verified(cast: Cast, client: Client, *tasks: Task) -> str:
    ticked = {"pk": [task.pk for task in tasks]}
    return client.post(reverse("tasks:verify_many"), ticked, follow=True).content.decode()


def test_a_verification_taken_back_is_reversed_in_the_ledger(cast: Cast):
    client, tasks = at_desk(cast.secretary), [ended_task(cast, cast.li), ended_task(cast, cast.wang)]
    assert "已认定 2 人，亮旗 2 面" in verified(cast, client, *tasks)
    assert MemberYear.objects.get(member=cast.li).flags == 1
    assert DONE in pressed(client)
    assert MemberYear.objects.get(member=cast.li).flags == 0
    assert all(task.claims.open().exists() for task in tasks)


def test_pressed_twice_it_says_so(cast: Cast):
    client = at_desk(cast.secretary)
    verified(cast, client, ended_task(cast, cast.li))
    pressed(client)
    assert TOO_LATE in pressed(client)


def test_it_is_good_for_a_quarter_of_a_minute(cast: Cast):
    client = at_desk(cast.secretary)
    verified(cast, client, ended_task(cast, cast.li))
    with mock.patch("django.utils.timezone.now", return_value=timezone.now() + dt.timedelta(seconds=16)):
        assert TOO_LATE in pressed(client)
    assert MemberYear.objects.get(member=cast.li).flags == 1


def test_only_the_last_act_is_taken_back(cast: Cast):
    client = at_desk(cast.secretary)
    verified(cast, client, ended_task(cast, cast.li))
    verified(cast, client, ended_task(cast, cast.wang))
    pressed(client)
    assert [MemberYear.objects.get(member=member).flags for member in (cast.li, cast.wang)] == [1, 0]


def test_the_button_of_an_earlier_act_takes_nothing_back(cast: Cast):
    """Two windows: each button is of the act it stands beside."""
    wish, client = stated(cast.estate), at_desk(cast.secretary)
    client.post(reverse("wishes:accept", args=[wish.pk]), follow=True)
    earlier = key(client)
    verified(cast, client, ended_task(cast, cast.li))
    assert TOO_LATE in pressed(client, earlier)
    assert MemberYear.objects.get(member=cast.li).flags == 1
    assert DONE in pressed(client)


def test_a_task_that_nobody_came_to_has_nothing_to_take_back(cast: Cast):
    task, client = ended_task(cast), at_desk(cast.secretary)
    form = {"action": "verify", "form-TOTAL_FORMS": "0", "form-INITIAL_FORMS": "0", "method": "roster"}
    page = client.post(reverse("tasks:verify", args=[task.pk]), form, follow=True).content.decode()
    assert "已认定 0 人" in page and reverse("undo") not in page


def test_from_another_post_nothing_is_taken_back(cast: Cast):
    client = at_desk(cast.secretary)
    verified(cast, client, ended_task(cast, cast.li))
    Appointment.objects.filter(user=cast.secretary).update(organization=cast.other_community)
    assert DONE not in pressed(client)
    assert MemberYear.objects.get(member=cast.li).flags == 1
