"""What becomes of an outbox row, whatever the mail server answers."""

import datetime as dt
import smtplib
from email.message import EmailMessage

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from django.core.mail.backends.smtp import EmailBackend
from django.utils import timezone

from notices.models import Delivery
from notices.outbox import Message, couriers, delivering, jobs, send, send_many
from notices.outbox.delivering import deliver_due
from xianfeng.lib import queue
from xianfeng.lib.broker.turns import turn_at
from xianfeng.testing.cast import Cast, User
from xianfeng.testing.mail import Sink, free_port, mailers

pytestmark = pytest.mark.django_db
State = Delivery.State


def one(user: User, key: str = "k", **fields) -> Delivery:
    return send(Message(user, "test", key, "标题", "正文", **fields)).deliveries.get()


def many(count: int) -> None:
    names = [f"p{number}" for number in range(count)]
    everybody = User.objects.bulk_create(User(username=name, email=f"{name}@example.test") for name in names)
    send_many(Message(user, "test", f"k:{user.username}", "标题", "正文") for user in everybody)


def later(minutes: int) -> None:
    """Time passes for every waiting row."""
    for delivery in Delivery.objects.filter(state=State.PENDING):
        Delivery.objects.filter(pk=delivery.pk).update(due_at=delivery.due_at - dt.timedelta(minutes=minutes))


def states() -> dict[str, int]:
    found: dict[str, int] = {}
    for state in Delivery.objects.values_list("state", flat=True):
        found[state] = found.get(state, 0) + 1
    return found


def always() -> bool:
    return True


def part(mail: EmailMessage, subtype: str) -> str:
    body = mail.get_body((subtype,))
    assert body
    return body.get_content()


def test_five_hundred_mails_go_over_one_connection(sink: Sink):
    many(500)
    assert deliver_due() == 500
    assert sink.connections == 1
    assert len(sink.given) == 500
    assert set(sink.given.values()) == {1}
    assert states() == {"sent": 500}


def test_the_mail_says_who_what_and_where(cast: Cast, sink: Sink, settings):
    settings.SITE_URL = "https://xf.example.test"
    one(cast.clerk, key="reminder:2026", url="/me/flags/")
    deliver_due()
    mail = sink.mails[0]
    plain, html = part(mail, "plain"), part(mail, "html")
    assert mail["Subject"] == "标题"
    assert mail["To"] == "clerk@example.test"
    assert mail["Message-ID"] == couriers.message_id("reminder:2026")
    assert mail["Auto-Submitted"] == "auto-generated"
    for text in (plain, html):
        assert "林社工同志：" in text
        assert "正文" in text
        assert "https://xf.example.test/me/flags/" in text


def test_text_is_escaped_in_html_and_plain_in_plain(cast: Cast, sink: Sink):
    send(Message(cast.clerk, "test", "k", "<b>&", "1 < 2\n.leading dot\n."))
    deliver_due()
    plain = part(sink.mails[0], "plain")
    assert "1 < 2\n.leading dot\n.\n" in plain.replace("\r\n", "\n")
    assert "&lt;b&gt;&amp;" in part(sink.mails[0], "html")


def test_a_subject_of_two_lines_cannot_add_a_header(cast: Cast, sink: Sink):
    send(Message(cast.clerk, "test", "k", "标题\nBcc: evil@example.test", "正文"))
    deliver_due()
    assert sink.given == {"clerk@example.test": 1}
    assert sink.mails[0]["Bcc"] is None


def test_a_row_not_yet_due_waits(cast: Cast, sink: Sink):
    delivery = one(cast.clerk)
    Delivery.objects.update(due_at=timezone.now() + dt.timedelta(minutes=1))
    assert deliver_due() == 0
    delivery.refresh_from_db()
    assert delivery.state == State.PENDING


def test_an_unknown_mailbox_fails_and_the_others_go(cast: Cast, sink: Sink):
    sink.on_recipient = lambda address: "550 unknown" if address.startswith("clerk") else "250 OK"
    refused, fine = one(cast.clerk, "a"), one(cast.secretary, "b")
    deliver_due()
    refused.refresh_from_db()
    fine.refresh_from_db()
    assert (refused.state, refused.attempts, refused.error) == (State.FAILED, 1, "550 unknown")
    assert fine.state == State.SENT
    assert sink.connections == 1


def test_an_address_no_server_would_take_fails(cast: Cast, sink: Sink):
    User.objects.filter(pk=cast.clerk.pk).update(email="clerk@@example test")
    cast.clerk.refresh_from_db()
    delivery = one(cast.clerk)
    deliver_due()
    delivery.refresh_from_db()
    assert delivery.state == State.FAILED


def test_try_later_is_tried_later_and_given_up_at_last(cast: Cast, sink: Sink):
    sink.on_recipient = lambda address: "451 busy"
    delivery = one(cast.clerk)
    waits = []
    for _attempt in range(delivering.MAX_ATTEMPTS):
        deliver_due()
        delivery.refresh_from_db()
        waits.append(round((delivery.due_at - timezone.now()) / dt.timedelta(minutes=1)))
        later(minutes=500)
    assert waits[:5] == [1, 5, 30, 120, 480]
    assert (delivery.state, delivery.attempts) == (State.FAILED, delivering.MAX_ATTEMPTS)


def test_a_text_refused_after_it_was_given_is_no_doubt(cast: Cast, sink: Sink):
    sink.on_mail = lambda number: "452 full" if number == 1 else "250 OK"
    delivery = one(cast.clerk)
    deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.handed_over_at) == (State.PENDING, None)
    later(minutes=2)
    deliver_due()
    assert sink.given == {"clerk@example.test": 1}
    assert states() == {"sent": 1}


def test_without_a_server_everything_waits_and_nothing_fails(cast: Cast, settings):
    settings.MAILERS = mailers(free_port())
    first, second = one(cast.clerk, "a"), one(cast.secretary, "b")
    for _attempt in range(delivering.MAX_ATTEMPTS + 2):
        deliver_due()
        later(minutes=2)
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.state, second.state) == (State.PENDING, State.PENDING)
    assert first.error
    assert first.lease == second.lease == ""


def test_a_connection_that_died_between_two_mails_is_made_again(cast: Cast, sink: Sink):
    hung_up: list[int] = []

    def hang_up_once(address: str) -> str:
        if address.startswith("secretary") and not hung_up:
            hung_up.append(1)
            return "421 closing"
        return "250 OK"

    sink.on_recipient = hang_up_once
    one(cast.clerk, "a")
    one(cast.secretary, "b")
    deliver_due()
    assert states() == {"sent": 2}
    assert sink.connections == 2


def test_no_answer_after_the_text_leaves_a_doubt_for_a_person(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
):
    replies = smtplib.SMTP.getreply
    delivery = one(cast.clerk)

    def silent_after_text(connection: smtplib.SMTP) -> tuple[int, bytes]:
        if Delivery.objects.filter(state=State.HANDED_OVER).exists():
            connection.close()
            raise smtplib.SMTPServerDisconnected("no answer")
        return replies(connection)

    with monkeypatch.context() as patch:
        patch.setattr(smtplib.SMTP, "getreply", silent_after_text)
        deliver_due()
    delivery.refresh_from_db()
    assert (delivery.state, delivery.error) == (State.HANDED_OVER, "no answer")
    later(minutes=1000)
    assert deliver_due() == 0  # never again by itself


def test_a_leased_row_is_left_alone_until_its_worker_is_dead(cast: Cast, sink: Sink):
    one(cast.clerk)
    assert len(delivering.take_batch("email")) == 1  # a worker that then dies
    assert deliver_due() == 0
    Delivery.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    assert deliver_due() == 1
    assert sink.given == {"clerk@example.test": 1}


def test_a_worker_that_slept_past_its_lease_sends_nothing_more(cast: Cast, sink: Sink):
    one(cast.clerk)
    slow = delivering.take_batch("email")
    Delivery.objects.update(leased_until=timezone.now() - dt.timedelta(seconds=1))
    deliver_due()
    courier = couriers.courier_for("email")
    delivering.send_batch(slow, courier, always)
    courier.close()
    assert sink.given == {"clerk@example.test": 1}
    assert states() == {"sent": 1}


def test_a_worker_near_the_end_of_its_lease_begins_no_mail(cast: Cast, sink: Sink):
    one(cast.clerk)
    slow = delivering.take_batch("email")
    slow[0].leased_until = timezone.now() + delivering.MARGIN / 2
    delivering.send_batch(slow, couriers.courier_for("email"), always)
    assert sink.seen == 0


def test_another_backend_than_smtp_works_too(cast: Cast, mailoutbox):
    one(cast.clerk)
    deliver_due()
    assert [mail.to for mail in mailoutbox] == [["clerk@example.test"]]
    assert states() == {"sent": 1}


def test_the_smtp_backend_is_still_the_one_we_build_on():
    """Ours must go on being used where the settings name Django's."""
    name = f"{EmailBackend.__module__}.{EmailBackend.__qualname__}"
    assert name == couriers.SMTP_BACKEND


def test_sms_goes_through_the_gateway(cast: Cast, monkeypatch: pytest.MonkeyPatch):
    sent: list[tuple[str, str]] = []
    monkeypatch.setattr(couriers.sms, "send_sms", lambda mobile, text: sent.append((mobile, text)))
    assert cast.li.user
    one(cast.li.user, channels=("sms",))
    deliver_due()
    assert sent == [("13800000001", "标题")]
    assert states() == {"sent": 1}


def test_a_message_that_cannot_be_written_holds_up_nobody(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
):
    broken, fine = one(cast.clerk, "a"), one(cast.secretary, "b")
    compose = couriers.compose

    def stumble(delivery: Delivery):
        return 1 / 0 if delivery.pk == broken.pk else compose(delivery)

    monkeypatch.setattr(couriers, "compose", stumble)
    deliver_due()
    broken.refresh_from_db()
    fine.refresh_from_db()
    assert (broken.state, fine.state) == (State.FAILED, State.SENT)


def test_a_time_limit_in_the_middle_of_a_text_ends_no_mail(
    cast: Cast, sink: Sink, monkeypatch: pytest.MonkeyPatch
):
    """The half-sent transaction is hung up on, not ended by the next command."""
    delivery = one(cast.clerk)

    def interrupted(delivery: Delivery) -> None:
        raise SoftTimeLimitExceeded

    with monkeypatch.context() as patch:
        patch.setattr(delivering, "hand_over", interrupted)
        with pytest.raises(SoftTimeLimitExceeded):
            deliver_due()
    assert sink.seen == 0
    delivery.refresh_from_db()
    assert delivery.state == State.PENDING
    Delivery.objects.update(leased_until=timezone.now())
    deliver_due()
    assert sink.given == {"clerk@example.test": 1}


# --- A slow server ------------------------------------------------------------------------------


def test_a_run_ends_in_the_middle_of_a_batch_and_gives_the_rest_back_at_once(sink: Sink):
    many(10)
    left = iter([True] * 4 + [False] * 99)  # once for the batch, then before each mail
    assert delivering.drain("email", lambda: next(left)) == 10
    assert sum(sink.given.values()) == 3
    assert states() == {"sent": 3, "pending": 7}
    assert Delivery.objects.due(timezone.now()).count() == 7, "nobody waits for a lease to run out"


def test_what_a_run_left_is_asked_for_at_once(sink: Sink, monkeypatch: pytest.MonkeyPatch):
    many(3)
    asked: list[str] = []
    monkeypatch.setattr(queue, "hand_out", asked.append)
    monkeypatch.setattr(jobs, "RUN", 0)
    jobs.deliver()
    assert asked == ["notices.deliver"]
    monkeypatch.setattr(jobs, "RUN", 60)
    jobs.deliver()
    assert asked == ["notices.deliver"]
    assert states() == {"sent": 3}


def test_a_second_worker_leaves_the_channel_to_the_first(sink: Sink):
    many(2)
    with turn_at("drain:email", seconds=60):
        jobs.deliver()
        assert states() == {"pending": 2}
    jobs.deliver()
    assert states() == {"sent": 2}


def test_a_slow_mail_server_does_not_hold_up_short_messages(
    cast: Cast, monkeypatch: pytest.MonkeyPatch, sink: Sink
):
    assert cast.li.user
    one(cast.clerk)
    one(cast.li.user, "sms", channels=("sms",))
    with turn_at("drain:email", seconds=60):  # a worker sits at the mail server
        jobs.deliver()
    assert states() == {"pending": 1, "sent": 1}


def test_a_server_that_is_gone_is_not_asked_again_at_once(sink: Sink, monkeypatch: pytest.MonkeyPatch):
    many(3)
    asked: list[str] = []
    monkeypatch.setattr(queue, "hand_out", asked.append)
    sink.on_mail = lambda _number: "421 shutting down"
    jobs.deliver()
    assert asked == []


def test_a_channel_that_fails_keeps_no_other_back(cast: Cast, monkeypatch: pytest.MonkeyPatch, sink: Sink):
    assert cast.li.user
    one(cast.li.user, "sms", channels=("sms",))
    drain = delivering.drain

    def broken(channel: str, goes_on: object) -> int:
        if channel == "email":
            raise RuntimeError("a bug")
        return drain(channel, goes_on)  # type: ignore[arg-type]

    monkeypatch.setattr(delivering, "drain", broken)
    jobs.deliver()
    assert states() == {"sent": 1}
