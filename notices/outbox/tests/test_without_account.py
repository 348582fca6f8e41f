"""Somebody without an account is told by text message, on a number that stands elsewhere."""

from types import SimpleNamespace
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from notices import addressees
from notices.addressees import Addressee
from notices.channels import sms
from notices.models import Delivery, Notice
from notices.outbox import Message, delivering, send, send_many
from notices.outbox.resending import NoAddress, mark_told, resend
from xianfeng.lib.crypto import DecryptionError
from xianfeng.testing.cast import Cast, User

pytestmark = pytest.mark.django_db
State = Delivery.State
MOBILE, TEXT = "13700000009", "【先锋微家】有党员接单。"


@pytest.fixture
def numbers(monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """A room that keeps numbers, which whoever acts in 青锋社区 looks after."""
    found = {7: MOBILE, 8: "13700000008"}

    def seen_by(user: User) -> list[int]:
        return [7, 8] if user.desk and user.desk.organization.name == "青锋社区" else []

    room = SimpleNamespace(
        KIND="box", LABEL="来信人", mobile_of=lambda pk: found.get(pk, ""), seen_by=seen_by
    )
    monkeypatch.setattr(addressees, "rooms", lambda: {"box": room})
    return found


def tell(key: str = "k", pk: int = 7) -> Delivery:
    message = Message(Addressee("box", pk), "test", key, "有人接单", TEXT, "/desk/", channels=("sms",))
    return send(message).deliveries.get()


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.usefixtures("numbers")
def test_the_outbox_keeps_no_number_and_the_text_goes_to_it():
    delivery = tell()
    assert (delivery.state, delivery.address) == (State.PENDING, "")
    assert delivery.notice.recipient is None
    assert delivering.deliver_due() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.address) == (State.SENT, "")
    assert sms.recent() == [(MOBILE, TEXT)]


@pytest.mark.usefixtures("numbers")
def test_the_same_key_is_told_once():
    assert tell() == tell()
    assert send_many([Message(Addressee("box", 7), "test", "k", "标题", "正文", channels=("sms",))]) == 0
    delivering.deliver_due()
    assert len(sms.recent()) == 1


def test_the_number_of_the_hour_of_delivery_counts(numbers: dict[int, str]):
    tell()
    numbers[7] = "13700000001"
    delivering.deliver_due()
    assert sms.recent() == [("13700000001", TEXT)]


def test_a_number_that_was_forgotten_ends_it_quietly(numbers: dict[int, str]):
    delivery = tell()
    other = tell("other", 8)
    del numbers[7]
    delivering.deliver_due()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, other.state) == (State.DROPPED, State.SENT)
    assert "不再保留" in delivery.error
    assert not Delivery.objects.unreached().exists()
    assert delivering.deliver_due() == 0


def test_a_number_that_cannot_be_read_holds_up_nobody(
    numbers: dict[int, str], monkeypatch: pytest.MonkeyPatch
):
    def sealed(pk: int) -> str:
        if pk == 7:
            raise DecryptionError("no key")
        return numbers[pk]

    monkeypatch.setattr(addressees.rooms()["box"], "mobile_of", sealed)
    delivery, other = tell(), tell("other", 8)
    delivering.deliver_due()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, other.state) == (State.FAILED, State.SENT)


@pytest.mark.usefixtures("numbers")
def test_what_the_gateway_says_is_kept_without_the_number(monkeypatch: pytest.MonkeyPatch):
    def refuse(mobile: str, text: str) -> None:
        raise sms.SmsError(f"{mobile} is switched off")

    monkeypatch.setattr(sms, "send_sms", refuse)
    delivery = tell()
    delivering.deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.PENDING, "… is switched off")


def test_a_day_has_its_most_texts_and_the_rest_is_for_people_to_look_after(numbers: dict[int, str]):
    for number in range(sms.DAILY.times + 2):
        tell(f"k{number}")
    tell("other", 8)
    delivering.deliver_due()
    assert [mobile for mobile, _text in sms.recent()].count(MOBILE) == sms.DAILY.times
    assert (numbers[8], TEXT) in sms.recent()
    left = Delivery.objects.unreached()
    assert {(row.state, row.attempts) for row in left} == {(State.FAILED, 1)}
    assert left.count() == 2 and "改用电话" in left[0].error


@pytest.mark.usefixtures("numbers")
def test_a_gateway_that_is_down_uses_up_no_share(monkeypatch: pytest.MonkeyPatch):
    def refuse(mobile: str, text: str) -> None:
        raise sms.SmsError("down")

    with monkeypatch.context() as down:
        down.setattr(sms, "send_sms", refuse)
        for number in range(sms.DAILY.times + 1):
            tell(f"k{number}")
        delivering.deliver_due()
    tell("again")
    delivering.deliver_due()
    assert len(sms.recent()) == 1


def test_the_desk_that_knows_the_row_looks_after_it(cast: Cast, numbers: dict[int, str]):
    delivery = tell()
    Delivery.objects.update(state=State.FAILED)
    seen = {user: Delivery.objects.visible_to(user).exists() for user in (cast.secretary, cast.unit_clerk)}
    assert seen == {cast.secretary: True, cast.unit_clerk: False}
    page = logged_in(cast.secretary).get(reverse("notices:unreached")).content.decode()
    assert "来信人" in page and "有人接单" in page and 'href="/desk/"' in page
    assert MOBILE not in page and TEXT not in page
    delivery.refresh_from_db()
    resend(delivery, by=cast.secretary)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.address) == (State.PENDING, "")
    Delivery.objects.update(state=State.FAILED)
    delivery.refresh_from_db()
    numbers.clear()
    with pytest.raises(NoAddress, match="不再保留"):
        resend(delivery, by=cast.secretary)
    mark_told(delivery, by=cast.secretary)


@pytest.mark.parametrize(
    "fields", [{}, {"addressee_kind": "box"}, {"addressee_id": 7}, {"recipient_id": 1, "addressee_id": 7}]
)
def test_a_message_is_to_one_somebody(cast: Cast, fields: dict[str, Any]):
    if "recipient_id" in fields:
        fields = fields | {"recipient_id": cast.clerk.pk}
    with pytest.raises(IntegrityError), transaction.atomic():
        Notice.objects.create(kind="test", key="k", subject="标题", body="正文", **fields)


@pytest.mark.usefixtures("numbers")
def test_it_lies_in_nobodys_inbox(cast: Cast):
    tell()
    page = logged_in(cast.secretary).get(reverse("notices:inbox")).content.decode()
    assert "有人接单" not in page


@pytest.mark.usefixtures("numbers")
def test_while_the_gateway_cannot_be_had_nothing_is_handed_over(settings: Any):
    delivery, other = tell(), tell("other", 8)
    settings.SMS_BACKEND = "notices.channels.nowhere.Gateway"
    delivering.deliver_due()
    for each in (delivery, other):
        each.refresh_from_db()
        assert (each.state, each.attempts) == (State.PENDING, 0)
    settings.SMS_BACKEND = "console"
    Delivery.objects.update(due_at=timezone.now())
    delivering.deliver_due()
    assert len(sms.recent()) == 2


@pytest.mark.usefixtures("numbers")
def test_a_gateway_that_breaks_in_its_own_way_holds_up_nobody(monkeypatch: pytest.MonkeyPatch):
    real = sms.ConsoleBackend.send

    def breaks(gateway: sms.ConsoleBackend, mobile: str, text: str) -> None:
        if mobile == MOBILE:
            raise ValueError(f"no JSON about {mobile}")
        real(gateway, mobile, text)

    monkeypatch.setattr(sms.ConsoleBackend, "send", breaks)
    delivery, other = tell(), tell("other", 8)
    delivering.deliver_due()
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.HANDED_OVER, "no JSON about …")
    assert other.state == State.SENT
