"""Mails with a secret link: by a worker, sealed, kept nowhere."""

import json
import smtplib
from collections.abc import Callable

import pytest
from celery.exceptions import Retry
from django.core import mail
from django.core.mail import EmailMultiAlternatives

from notices.channels import jobs, letters
from notices.channels.letters import post
from xianfeng.lib import queue

LINK = "https://portal.example.org/accounts/password/reset/key/abc/"


@pytest.fixture
def handed_out(monkeypatch: pytest.MonkeyPatch) -> list[tuple[object, ...]]:
    asked: list[tuple[object, ...]] = []

    def hand_out(*job: object) -> bool:
        asked.append(job)
        return True

    monkeypatch.setattr(queue, "hand_out", hand_out)
    return asked


def letter() -> EmailMultiAlternatives:
    message = EmailMultiAlternatives("设置密码", f"请打开 {LINK}", "a@example.test", ["li@example.test"])
    message.attach_alternative(f"<a href='{LINK}'>打开</a>", "text/html")
    return message


def test_what_a_worker_sends_is_what_was_posted(handed_out, mailoutbox):
    post(letter())
    [(job, sealed)] = handed_out
    assert job == "notices.send_letter"
    jobs.send_letter.apply(args=[sealed], throw=True)
    [sent] = mailoutbox
    assert (sent.subject, sent.body, sent.from_email, sent.to) == (
        letter().subject, letter().body, "a@example.test", ["li@example.test"],
    )  # fmt: skip
    assert sent.alternatives == letter().alternatives


def test_the_queue_learns_neither_link_nor_address(handed_out):
    post(letter())
    words = json.dumps(handed_out, ensure_ascii=False)
    assert "reset" not in words and "li@" not in words and "密码" not in words


def test_without_a_queue_nothing_is_posted(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(queue, "hand_out", lambda *_job: False)
    with pytest.raises(letters.NotPosted):
        post(letter())


@pytest.mark.parametrize(
    "fault",
    [
        ConnectionRefusedError(),
        TimeoutError(),
        smtplib.SMTPRecipientsRefused({"li@example.test": (450, b"later, li@example.test")}),
        smtplib.SMTPServerDisconnected("gone"),
    ],
)
def test_a_server_that_does_not_take_it_is_asked_again_and_the_log_names_nobody(
    fault: Exception, handed_out, monkeypatch: pytest.MonkeyPatch
):
    post(letter())

    def fails(_message: EmailMultiAlternatives) -> int:
        raise fault

    monkeypatch.setattr(EmailMultiAlternatives, "send", fails)
    asked = retries_of(monkeypatch)
    with pytest.raises(Retry):
        jobs.send_letter(handed_out[0][1])
    [again] = asked
    assert again["countdown"] == 15
    assert str(again["exc"]) == type(fault).__name__
    assert mail.outbox == []


def retries_of(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, object]]:
    asked: list[dict[str, object]] = []

    def retry(**how: object) -> Exception:
        asked.append(how)
        return Retry()

    monkeypatch.setattr(jobs.send_letter, "retry", retry)
    return asked


def test_the_last_attempt_names_nobody_either(handed_out, monkeypatch, caplog):
    post(letter())
    refused = smtplib.SMTPRecipientsRefused({"li@example.test": (450, b"later, li@example.test")})
    monkeypatch.setattr(EmailMultiAlternatives, "send", raises(refused))
    last = len(jobs.AGAIN_AFTER)
    found = jobs.send_letter.apply(args=[handed_out[0][1]], retries=last)
    assert found.failed() and "SMTPRecipientsRefused" in str(found.traceback)
    assert "li@" not in str(found.traceback) and "li@" not in caplog.text


@pytest.mark.parametrize(
    "refused",
    [
        smtplib.SMTPRecipientsRefused({"li@example.test": (550, b"no such user")}),
        smtplib.SMTPDataError(554, b"no spam here, li@example.test"),
    ],
)
def test_a_no_for_good_is_not_asked_again(refused: Exception, handed_out, monkeypatch, caplog):
    post(letter())
    monkeypatch.setattr(EmailMultiAlternatives, "send", raises(refused))
    asked = retries_of(monkeypatch)
    jobs.send_letter(handed_out[0][1])
    assert asked == []
    assert type(refused).__name__ in caplog.text and "li@" not in caplog.text


def raises(fault: Exception) -> Callable[..., int]:
    def send(_message: EmailMultiAlternatives) -> int:
        raise fault

    return send
