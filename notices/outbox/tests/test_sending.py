"""Writing messages into the outbox."""

import pytest
from django.db import transaction

from notices.models import Delivery, Notice
from notices.outbox import Message, jobs, send, send_many
from xianfeng.lib import queue
from xianfeng.testing.cast import Cast, User

pytestmark = pytest.mark.django_db


def people(count: int) -> list[User]:
    names = [f"p{number}" for number in range(count)]
    return User.objects.bulk_create(User(username=name, email=f"{name}@example.test") for name in names)


def messages(recipients: list[User], reason: str = "r") -> list[Message]:
    return [Message(user, "test", f"{reason}:{user.pk}", "标题", "正文") for user in recipients]


@pytest.fixture
def kicks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    kicks: list[int] = []
    monkeypatch.setattr(queue, "hand_out", lambda job: kicks.append(1))
    return kicks


def test_a_message_lies_in_the_inbox_and_waits_for_delivery(cast: Cast):
    notice = send(Message(cast.clerk, "test", "k", "标题", "正文", "/me/"))
    delivery = notice.deliveries.get()
    assert (notice.recipient, notice.subject) == (cast.clerk, "标题")
    assert (delivery.channel, delivery.state) == ("email", "pending")
    assert delivery.address == "clerk@example.test"


def test_the_same_key_changes_nothing(cast: Cast):
    first = send(Message(cast.clerk, "test", "k", "一", "正文"))
    second = send(Message(cast.clerk, "test", "k", "二", "正文", channels=("email", "sms")))
    assert first == second
    assert second.subject == "一"
    assert Delivery.objects.count() == 1


def test_somebody_without_an_address_is_on_the_list_at_once(cast: Cast):
    User.objects.filter(pk=cast.clerk.pk).update(email="")
    cast.clerk.refresh_from_db()
    notice = send(Message(cast.clerk, "test", "k", "标题", "正文"))
    assert notice.deliveries.get().state == Delivery.State.UNREACHABLE


def test_many_tells_how_many_were_new():
    everybody = people(30)
    assert send_many(messages(everybody[:20])) == 20
    assert send_many(messages(everybody)) == 10
    assert send_many(messages(everybody)) == 0
    assert Notice.objects.count() == Delivery.objects.count() == 30


def test_a_key_given_twice_in_one_call_is_one_message(cast: Cast):
    message = Message(cast.clerk, "test", "k", "标题", "正文")
    assert send_many([message, message]) == 1


@pytest.mark.parametrize("count", [20, 200])
def test_many_needs_as_many_queries_as_few(count: int, django_assert_num_queries):
    everybody = people(count)
    with django_assert_num_queries(6):  # four and the savepoint's two
        send_many(messages(everybody))


def test_a_change_taken_back_takes_its_message_along(cast: Cast, kicks: list[int]):
    with pytest.raises(RuntimeError), transaction.atomic():
        send(Message(cast.clerk, "test", "k", "标题", "正文"))
        raise RuntimeError
    assert not Notice.objects.exists()
    assert kicks == []


def test_a_commit_asks_a_worker_once_for_all(cast: Cast, kicks, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(Message(cast.clerk, "test", "k1", "标题", "正文"))
        send(Message(cast.secretary, "test", "k2", "标题", "正文"))
    assert kicks == [1]


def test_a_job_that_has_begun_is_asked_again(cast: Cast, kicks, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        send(Message(cast.clerk, "test", "k1", "标题", "正文"))
    jobs.deliver()
    with django_capture_on_commit_callbacks(execute=True):
        send(Message(cast.clerk, "test", "k2", "标题", "正文"))
    assert kicks == [1, 1]


def test_a_dead_broker_does_not_break_the_page(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks, sink
):
    def broken(job: str) -> None:
        raise ConnectionError

    monkeypatch.setattr(queue, "hand_out", broken)
    with django_capture_on_commit_callbacks(execute=False) as callbacks:
        send(Message(cast.clerk, "test", "k", "标题", "正文"))
    with pytest.raises(ConnectionError):
        callbacks[0]()
    jobs.deliver()  # the next sweep
    assert sink.given == {"clerk@example.test": 1}


def test_beat_sweeps_every_half_minute():
    from xianfeng.celery import SCHEDULE

    assert ("notices.deliver", 30.0, {}) in SCHEDULE.values()
