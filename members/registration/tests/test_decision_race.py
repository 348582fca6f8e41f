"""Two clerks decide on the same registration at the same moment; one of them does."""

import threading
from collections.abc import Callable

import pytest
from django.utils import timezone

from members.models import Member, Registration, RegistrationEvent, User
from members.registration import registering
from members.tests.applicants import applied, stranger
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.lib.transitions import record
from xianfeng.testing.cast import Cast
from xianfeng.testing.races import together

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def confirming(registration: Registration, by: User) -> Callable[[], object]:
    own_copy = Registration.objects.get(pk=registration.pk)
    return lambda: registering.confirm(own_copy, by=by)


def steps(registration: Registration) -> list[str]:
    events = RegistrationEvent.objects.filter(registration=registration)
    return list(events.values_list("to_state", flat=True))


def test_one_of_two_clerks_confirms(cast: Cast):
    registration = stranger(cast)
    codes = together(confirming(registration, cast.clerk), confirming(registration, cast.secretary))
    assert codes == ["", AlreadyDecided.code]
    assert steps(registration) == ["submitted", "confirmed"]
    assert Member.objects.filter(mobile=registration.mobile).count() == 1


def test_confirming_and_returning_exclude_each_other(cast: Cast):
    registration = applied(cast)
    stale = Registration.objects.get(pk=registration.pk)
    codes = together(
        confirming(registration, cast.clerk),
        lambda: registering.return_(stale, reason="不住这里", by=cast.secretary),
    )
    assert codes == ["", AlreadyDecided.code]
    state = Registration.objects.get(pk=registration.pk).state
    assert steps(registration) == ["submitted", state]
    assert Member.objects.get(pk=cast.sun.pk).is_registered == (state == "confirmed")


def test_without_the_guard_both_would_decide(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    """The negative control: look first, write afterwards, and the race shows."""
    looked = threading.Barrier(2)

    def unguarded(
        registration: Registration, to: str, *, by: User, note: str = "", allowed: object = None
    ) -> None:
        if Registration.objects.get(pk=registration.pk).state != Registration.State.SUBMITTED:
            raise AlreadyDecided("")
        looked.wait(timeout=120)
        Registration.objects.filter(pk=registration.pk).update(
            state=to, decided_at=timezone.now(), decided_by=by
        )
        registration.state = to
        before = {registration.pk: Registration.State.SUBMITTED}
        record([registration], event=RegistrationEvent, by=by, before=before, note=note)

    registration = applied(cast)
    monkeypatch.setattr(registering, "change_state", unguarded)
    codes = together(confirming(registration, cast.clerk), confirming(registration, cast.secretary))
    assert codes == ["", ""]
    assert steps(registration) == ["submitted", "confirmed", "confirmed"]


def test_one_account_a_mobile(cast: Cast):
    together(*[lambda: registering.account_for("13900000001", "新人")] * 4)
    assert User.objects.filter(mobile="13900000001").count() == 1


def test_one_open_application_from_two_devices(cast: Cast):
    codes = together(lambda: stranger(cast), lambda: stranger(cast))
    assert codes == ["", "already_open"]
    assert Registration.objects.count() == 1
