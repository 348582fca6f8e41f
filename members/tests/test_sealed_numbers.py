"""Numbers and imported rows in the database: no plain text, and still unique, joined and found."""

from types import SimpleNamespace
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.apps import apps
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from members.models import ImportBatch, ImportRow, Member
from xianfeng.lib.crypto.migrating import sealing
from xianfeng.testing.cast import Cast

LI = "13800000001"


def stored(table: str, column: str) -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM {table}")  # noqa: S608 the names are the test's own
        return [row[0] for row in cursor.fetchall()]


def test_no_number_stands_in_the_roster_and_each_comes_back(cast: Cast):
    numbers = list(Member.objects.values_list("mobile", flat=True))
    tokens = stored("members_member", "mobile")
    assert len(set(tokens)) == len(numbers) > 3
    assert not any(number[-8:] in token for number in numbers for token in tokens)


def test_a_number_is_found_whole_by_its_tail_and_through_another_table(cast: Cast):
    assert Member.objects.get(mobile=cast.li.mobile) == cast.li
    assert cast.li in Member.objects.filter(mobile__in=[cast.li.mobile, "13999999999"])
    assert cast.li in Member.objects.filter(mobile__tail=cast.li.mobile[-4:])
    assert not Member.objects.filter(mobile__tail="9876")
    assert cast.li in Member.objects.filter(user__mobile=F("mobile"))


def test_two_people_cannot_have_one_number(cast: Cast):
    with pytest.raises(IntegrityError), transaction.atomic():
        Member.objects.filter(pk=cast.wang.pk).update(mobile=cast.li.mobile)


@pytest.mark.parametrize("lookup", ["startswith", "contains", "gt", "regex"])
def test_a_number_is_not_guessed_by_its_parts(lookup):
    with pytest.raises(TypeError, match="last four"):
        Member.objects.filter(**{f"mobile__{lookup}": "138"})


def test_numbers_are_found_after_a_key_is_put_in_front(cast: Cast, settings):
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_ENCRYPTION_KEYS]
    assert Member.objects.get(mobile=cast.li.mobile).mobile == cast.li.mobile


def test_an_imported_row_says_nothing_but_whom_it_is_about(cast: Cast):
    batch = ImportBatch.objects.create(kind="roster", organization=cast.unit, uploaded_by=cast.unit_clerk)
    row = ImportRow(batch=batch, sheet="甲", row=2, outcome="new", sought="张三", values={"手机号": LI})
    row.errors = [{"value": LI}]
    row.save()
    assert (row.changes, row.cleaned) == ({}, [])
    for column in ('"values"', "errors", "changes", "cleaned"):
        assert LI not in stored("members_importrow", column)[0]
    row = ImportRow.objects.get()
    assert (row.values, row.errors, row.changes, row.cleaned) == ({"手机号": LI}, [{"value": LI}], {}, [])


@pytest.mark.django_db
def test_a_session_says_nothing_and_one_that_no_key_opens_is_empty(settings):
    session = SessionStore()
    session["walk"] = {"mobile": LI}
    session.save()
    key = session.session_key
    assert SessionStore(key)["walk"] == {"mobile": LI}
    written = Session.objects.get()
    settings.FIELD_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    assert SessionStore(key).load() == {}
    assert LI not in written.session_data


def test_what_was_plain_text_is_sealed_by_the_upgrade_and_opened_by_taking_it_back(cast: Cast):
    step = sealing("members", numbers=("member.mobile",), texts=("importbatch.decisions",))
    batch = ImportBatch.objects.create(kind="roster", organization=cast.unit, uploaded_by=cast.unit_clerk)
    plain = {pk: f"1350000{pk % 10_000:04}" for pk in Member.objects.values_list("pk", flat=True)}
    with connection.cursor() as cursor:
        for pk, number in plain.items():
            cursor.execute("UPDATE members_member SET mobile = %s WHERE id = %s", [number, pk])
        cursor.execute("UPDATE members_importbatch SET decisions = %s", ['{"a": "甲"}'])

    schema: Any = SimpleNamespace(connection=connection)
    step.code(apps, schema)
    assert dict(Member.objects.values_list("pk", "mobile")) == plain
    batch.refresh_from_db()
    assert batch.decisions == {"a": "甲"}

    assert step.reverse_code is not None
    step.reverse_code(apps, schema)
    assert sorted(stored("members_member", "mobile")) == sorted(plain.values())
    assert stored("members_importbatch", "decisions") == ['{"a": "甲"}']
