"""A confirmation is taken back beside a claim: whoever comes second sees what the first one did."""

import threading

import pytest
from django.db import connection, transaction

from members.models import Member, Registration
from members.registration import registering, taking_back
from members.tests.applicants import applied
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("is_changed", [True, False])
def test_what_happens_while_it_waits_for_the_member_s_row_stands(cast: Cast, is_changed: bool):
    """Without a change in between it goes through: what is refused is the change, not the waiting."""
    registration = Registration.objects.get(pk=applied(cast).pk)
    was = taking_back.before(registration)
    assert was is not None
    done = registering.confirm(registration, by=cast.secretary)
    now = taking_back.as_it_is(Member.objects.get(pk=cast.sun.pk))
    results = list[str]()

    def undo() -> None:
        try:
            taking_back.take_back(Registration.objects.get(pk=done.pk), was, now, by=cast.secretary)
            results.append("undone")
        except Refusal:
            results.append("refused")
        finally:
            connection.close()

    clerk = threading.Thread(target=undo)
    with transaction.atomic():
        Member.objects.filter(pk=cast.sun.pk).hold()
        clerk.start()
        wait_until_somebody_waits()
        if is_changed:
            Member.objects.filter(pk=cast.sun.pk).update(free_times="周六上午")
    clerk.join(timeout=300)
    assert results == ["refused" if is_changed else "undone"]


WAITING = """SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND wait_event_type = 'Lock'"""


def wait_until_somebody_waits() -> None:
    """For a lock of ours; the database itself says so."""
    with connection.cursor() as cursor:
        for _attempt in range(100_000):
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # else a transaction sees what it saw first
            cursor.execute(WAITING)
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits")
