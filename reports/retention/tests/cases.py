"""For each line of the terms, something that falls under it and began at a given moment."""

import datetime as dt
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.contenttypes.models import ContentType
from django.contrib.sessions.models import Session
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db.models import Model

from members.models import (
    Exemption,
    ImportBatch,
    ImportRow,
    Member,
    MobileChange,
    MobileProof,
    Registration,
    User,
)
from notices.models import Delivery, Notice
from reports.models import Export
from tasks.models import ScopeReport
from tasks.tests.offers import make_offer
from wishes.models import Wish, WishEvent
from xianfeng.lib.times import local_date
from xianfeng.testing.cast import Cast

MINUTE, DAY = dt.timedelta(minutes=1), dt.timedelta(days=1)
Make = Callable[[Cast, dt.datetime], Model | str]


@dataclass(frozen=True)
class Case:
    """`margin`: how near to its end the term is tried, before and after."""

    make: Make
    margin: dt.timedelta = MINUTE


CASES: dict[str, Case] = {}


def case(name: str, margin: dt.timedelta = MINUTE) -> Callable[[Make], Make]:
    def declare(make: Make) -> Make:
        assert name not in CASES
        CASES[name] = Case(make, margin)
        return make

    return declare


# --- Imports ------------------------------------------------------------------------------------


def a_batch(cast: Cast, began: dt.datetime, **fields: Any) -> ImportBatch:
    given = {"state": "confirmed", "confirmed_at": began, "beat_at": began, **fields}
    return ImportBatch.objects.create(
        kind="roster", organization=cast.city, uploaded_by=cast.city_officer, **given
    )


def a_file(folder: str, at: dt.datetime) -> str:
    name = default_storage.save(f"{folder}/2026/03/left.xlsx", ContentFile(b"x"))
    path = Path(default_storage.path(name))
    os.utime(path, (at.timestamp(), at.timestamp()))
    return name


@case("imports_undecided")
def undecided(cast: Cast, began: dt.datetime) -> Model:
    return a_batch(cast, began, state="previewed", confirmed_at=None, file=a_file("imports", began))


@case("import_rows")
def import_row(cast: Cast, began: dt.datetime) -> Model:
    values = {"姓名": "周明", "手机号": "13900000001"}
    return ImportRow.objects.create(
        batch=a_batch(cast, began), row=2, outcome="changed", values=values, changes={"address": ["甲", "乙"]}
    )


@case("import_answers")
def import_answers(cast: Cast, began: dt.datetime) -> Model:
    counts = {
        "new": 3,
        "questions": [{"detail": {"name": "周明"}}],
        "sheets": [],
        "unknown_columns": ["家属"],
    }
    return a_batch(cast, began, decisions={"cells:!3": {"姓名": "周明"}}, counts=counts)


@case("import_files_left")
def import_file_left(cast: Cast, began: dt.datetime) -> str:
    return a_file("imports", began)


# --- Log-in and codes ---------------------------------------------------------------------------


@case("mobile_proofs")
def proof(cast: Cast, began: dt.datetime) -> Model:
    return MobileProof.objects.create(mobile="13900000001", code_hash="x", expires_at=began)


@case("sessions")
def session(cast: Cast, began: dt.datetime) -> Model:
    return Session.objects.create(session_key="k", session_data="周明", expire_date=began)


@case("login_devices")
def device(cast: Cast, began: dt.datetime) -> Model:
    return UserSession.objects.create(
        user=cast.clerk, ip="203.0.113.7", user_agent="Firefox", session_key="gone", last_seen_at=began
    )


def passer_by(began: dt.datetime) -> User:
    return User.objects.create(
        username="m0123456789ab", name="周明", mobile="13900000001", date_joined=began, last_login=began
    )


@case("accounts_of_nobody")
def account(cast: Cast, began: dt.datetime) -> Model:
    return passer_by(began)


@case("admin_log")
def log_line(cast: Cast, began: dt.datetime) -> Model:
    return LogEntry.objects.create(
        user=cast.sysadmin,
        content_type=ContentType.objects.get_for_model(User),
        object_repr="周明",
        action_flag=CHANGE,
        change_message="改了姓名",
        action_time=began,
    )


# --- People -------------------------------------------------------------------------------------

ANSWERS = {"address": "青锋路 1 号", "skills": "、理发、", "intentions": "、陪护、", "free_times": "周末"}


def a_registration(cast: Cast, began: dt.datetime, state: str, **fields: Any) -> Registration:
    given = {"user": cast.sun.user or cast.sysadmin, "decided_at": began, **ANSWERS, **fields}
    return Registration.objects.create(
        name="周明",
        mobile="13900000001",
        unit=cast.unit,
        community=cast.community,
        differences=[["name", "周*", "周明"]],
        promised_at=began,
        submitted_at=began,
        state=state,
        reason="地址写错了",
        **given,
    )


@case("registrations_closed")
def registration_returned(cast: Cast, began: dt.datetime) -> Model:
    return a_registration(cast, began, "returned")


@case("registrations_taken_in")
def registration_confirmed(cast: Cast, began: dt.datetime) -> Model:
    return a_registration(cast, began, "confirmed", user=cast.li.user, member=cast.li)


@case("departed_members", DAY)
def departed(cast: Cast, began: dt.datetime) -> Model:
    Member.objects.filter(pk=cast.li.pk).update(
        state="departed", departed_on=local_date(began), note="身体不好", **ANSWERS
    )
    return cast.li


@case("number_changes")
def number_change(cast: Cast, began: dt.datetime) -> Model:
    return MobileChange.objects.create(
        member=cast.li, old="13900000001", new="13900000002", way="desk", reason="来电", asked_at=began
    )


@case("exemption_reasons", DAY)
def exemption(cast: Cast, began: dt.datetime) -> Model:
    day = local_date(began)
    return Exemption.objects.create(
        member=cast.li, kind="sick", starts_on=day, ends_on=day, reason="住院", approved_by=cast.clerk
    )


# --- Messages -----------------------------------------------------------------------------------


def a_notice(cast: Cast, began: dt.datetime, state: str = "sent", **fields: Any) -> Notice:
    given: dict[str, Any] = {"recipient": cast.clerk, "created_at": began, **fields}
    notice = Notice.objects.create(
        kind="test",
        key=f"k{Notice.objects.count()}",
        subject="周明报到",
        body="周明报到了",
        url="/x/",
        **given,
    )
    Delivery.objects.create(
        notice=notice, channel="email", address="lin@example.test", state=state, due_at=began, sent_at=None
    )
    return notice


@case("delivery_addresses")
def delivery(cast: Cast, began: dt.datetime) -> Model:
    return a_notice(cast, began).deliveries.get()


@case("deliveries_unreached")
def unreached(cast: Cast, began: dt.datetime) -> Model:
    return a_notice(cast, began, state="failed").deliveries.get()


RESIDENT = {"recipient": None, "addressee_kind": "wish", "addressee_id": 1}


@case("texts_to_residents")
def text_to_a_resident(cast: Cast, began: dt.datetime) -> Model:
    return a_notice(cast, began, **RESIDENT)


@case("inbox_read")
def read(cast: Cast, began: dt.datetime) -> Model:
    return a_notice(cast, began - DAY, read_at=began)


@case("inbox_unread")
def unread(cast: Cast, began: dt.datetime) -> Model:
    return a_notice(cast, began)


# --- Wishes -------------------------------------------------------------------------------------

BRIEF = {
    "contact_name": "钱奶奶",
    "contact_mobile": "13700000009",
    "contact_address": "青锋花苑 1 幢",
    "detail": "腿脚不便",
}


def a_wish(cast: Cast, **fields: Any) -> Wish:
    return Wish.objects.create(organization=cast.estate, need="想请人理发", **BRIEF, **fields)


@case("wishes_done")
def wish_done(cast: Cast, began: dt.datetime) -> Model:
    return a_wish(cast, state="fulfilled", fulfilled_at=began)


def a_declined_wish(cast: Cast, at: dt.datetime) -> Wish:
    wish = a_wish(cast, state="declined", created_at=at)
    WishEvent.objects.create(wish=wish, at=at, from_state="submitted", to_state="declined")
    return wish


@case("wishes_declined")
def wish_declined(cast: Cast, began: dt.datetime) -> Model:
    """The term begins with the end of the year: on New Year's Eve it was declined."""
    return a_declined_wish(cast, began - MINUTE)


# --- Tasks --------------------------------------------------------------------------------------


@case("scope_reports")
def an_answered_report(cast: Cast, began: dt.datetime) -> Model:
    return ScopeReport.objects.create(
        task=make_offer(cast), member=cast.li, reason="在填表", answered_at=began
    )


# --- Exports ------------------------------------------------------------------------------------


def an_export(cast: Cast, began: dt.datetime, **fields: Any) -> Export:
    return Export.objects.create(
        name="members", title="党员名单", user=cast.clerk, organization=cast.community, key="k",
        created_at=began, **fields,
    )  # fmt: skip


@case("export_files")
def export_file(cast: Cast, began: dt.datetime) -> Model:
    return an_export(
        cast, began, state="ready", file=a_file("exports", began), expires_at=began + dt.timedelta(days=7)
    )


@case("export_queries")
def export_query(cast: Cast, began: dt.datetime) -> Model:
    return an_export(cast, began, state="expired", query="q=周明")


@case("export_files_left")
def export_file_left(cast: Cast, began: dt.datetime) -> str:
    return a_file("exports", began)
