"""Line by line: what is just inside its term stays, what is just past it goes, once."""

import datetime as dt
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.files.storage import default_storage
from django.db.models import Model
from django.utils import timezone

from members.models import ImportBatch, Registration, User
from members.terms import FORGOTTEN_NAME
from notices.models import Notice
from reports.retention.running import standing
from reports.retention.tests.cases import (
    CASES,
    DAY,
    MINUTE,
    RESIDENT,
    a_batch,
    a_declined_wish,
    a_notice,
    a_registration,
    a_wish,
    an_export,
    import_row,
    passer_by,
    proof,
)
from wishes.models import Wish
from xianfeng.lib.database.retention import Term, terms
from xianfeng.lib.times import SHANGHAI, year_bounds
from xianfeng.testing.cast import Cast

# A year's end, because one line counts from there; for the others it is a day like any.
BEGAN = year_bounds(2026)[0]
NOTHING: tuple[object, ...] = ("", None, {}, [], str(FORGOTTEN_NAME))
FIGURES_STAY = {"new": 3}


@pytest.fixture(autouse=True)
def _folder(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


def line(name: str) -> Term:
    (found,) = (term for term in terms() if term.name == name)
    return found


def carry_out(name: str, at: dt.datetime) -> int:
    return sum(line(name).carry_out(at))


def said(term: Term, row: Model | str) -> dict[str, object]:
    """What still says something of that which the line names."""
    if isinstance(row, str):
        return {"file": row} if default_storage.exists(row) else {}
    kept = row._meta.model._base_manager.filter(pk=row.pk).first()
    of_model = (name.rpartition(".") for name in term.fields)
    names = [name for model, _dot, name in of_model if model == row._meta.label]
    values = {name: getattr(kept, name) for name in names} if kept else {}
    return {name: value for name, value in values.items() if value not in (*NOTHING, FIGURES_STAY)}


@pytest.mark.parametrize("name", [term.name for term in terms()])
def test_just_inside_its_term_it_stays_and_just_past_it_goes(
    name: str, cast: Cast, django_capture_on_commit_callbacks: Callable[..., Any]
):
    term, case = line(name), CASES[name]
    row, end = case.make(cast, BEGAN), BEGAN + dt.timedelta(days=term.days)
    before = said(term, row)
    assert before
    assert carry_out(name, end - case.margin) == 0 and said(term, row) == before
    due = {one.term.name: one.due for one in standing(end + case.margin)}
    assert due[name] == 1 and said(term, row) == before, "a preview changes nothing"
    with django_capture_on_commit_callbacks(execute=True):
        assert carry_out(name, end + case.margin) == 1
    assert said(term, row) == {}
    assert carry_out(name, end + case.margin) == 0, "a second run finds nothing"


def test_every_line_has_a_case_and_a_name_of_its_own():
    names = [term.name for term in terms()]
    assert sorted(names) == sorted(CASES) and len(names) == len(set(names))


@pytest.mark.parametrize("term", terms(), ids=lambda term: term.name)
def test_a_line_says_what_when_how_and_why(term: Term):
    assert all(map(str, (term.label, term.since, term.does, term.why, term.kept)))
    assert term.days >= 0


# --- What is still needed, however old ----------------------------------------------------------

LONG_AGO = BEGAN - 5 * 365 * DAY


def of_batch(**fields: Any) -> Callable[[Cast], Model]:
    def make(cast: Cast) -> Model:
        row = import_row(cast, LONG_AGO)
        ImportBatch.objects.update(**fields)
        assert isinstance(row, Model)
        return row

    return make


def in_the_year(cast: Cast) -> Model:
    return a_declined_wish(cast, BEGAN + MINUTE)


def declined_twice(cast: Cast) -> Model:
    """Taken up again and declined once more: the last time counts."""
    wish = a_declined_wish(cast, LONG_AGO)
    wish.events.create(at=BEGAN + DAY, from_state="accepted", to_state="declined")
    return wish


def reopened(cast: Cast) -> Model:
    """Fulfilled long ago, taken back since: somebody goes there again."""
    return a_wish(cast, state="published", created_at=LONG_AGO, fulfilled_at=None)


def merged_into_an_open_one(cast: Cast) -> Model:
    kept = a_wish(cast, state="published", created_at=LONG_AGO)
    return a_wish(cast, state="merged", merged_into=kept, created_at=LONG_AGO)


def applied_again(cast: Cast) -> Model:
    user = passer_by(LONG_AGO)
    a_registration(cast, LONG_AGO, "submitted", user=user, decided_at=None)
    return user


def with_a_post(cast: Cast) -> Model:
    user = passer_by(LONG_AGO)
    user.appointments.create(organization=cast.estate, role="clerk")
    return user


def on_the_roster_again(cast: Cast) -> Model:
    type(cast.li).objects.filter(pk=cast.li.pk).update(address="青锋路 1 号", departed_on=LONG_AGO.date())
    return cast.li


def number_asked(cast: Cast) -> Model:
    return cast.li.mobile_changes.create(
        old="13900000001", new="13900000002", way="lost", state="asked", asked_at=LONG_AGO
    )


STILL_NEEDED: dict[str, tuple[str, Callable[[Cast], Any]]] = {
    "rows of a batch that is being undone": ("import_rows", of_batch(state="undoing")),
    "rows of a batch that can still be undone": ("import_rows", of_batch(confirmed_at=BEGAN - 89 * DAY)),
    "answers about a preview": (
        "import_answers", lambda cast: a_batch(cast, LONG_AGO, state="previewed", decisions={"a": "b"})
    ),
    "a batch that a worker is at": (
        "imports_undecided", lambda cast: a_batch(cast, LONG_AGO, state="checking")
    ),
    "a code that still counts": ("mobile_proofs", lambda cast: proof(cast, BEGAN + MINUTE)),
    "an account with an application that waits": ("accounts_of_nobody", applied_again),
    "an account with a post": ("accounts_of_nobody", with_a_post),
    "an account of somebody on the roster": ("accounts_of_nobody", lambda cast: cast.li.user),
    "an application that waits": (
        "registrations_closed", lambda cast: a_registration(cast, LONG_AGO, "submitted", decided_at=None)
    ),
    "the number of who was taken in": (
        "registrations_closed", lambda cast: a_registration(cast, LONG_AGO, "confirmed")
    ),
    "the address of who came back": ("departed_members", on_the_roster_again),
    "a number that is asked for": ("number_changes", number_asked),
    "the address of a mail that did not arrive": (
        "delivery_addresses", lambda cast: a_notice(cast, LONG_AGO, "failed").deliveries.get()
    ),
    "the address of a mail that waits": (
        "delivery_addresses", lambda cast: a_notice(cast, LONG_AGO, "pending").deliveries.get()
    ),
    "a mail that was never tried": (
        "deliveries_unreached", lambda cast: a_notice(cast, LONG_AGO, "pending").deliveries.get()
    ),
    "a text to be sent again": (
        "texts_to_residents", lambda cast: a_notice(cast, LONG_AGO, "failed", **RESIDENT)
    ),
    "a read message whose mail waits": (
        "inbox_read", lambda cast: a_notice(cast, LONG_AGO, "pending", read_at=LONG_AGO)
    ),
    "an unread message, for the line of read ones": ("inbox_read", lambda cast: a_notice(cast, LONG_AGO)),
    "an unread message whose mail did not arrive": (
        "inbox_unread", lambda cast: a_notice(cast, LONG_AGO, "unreachable")
    ),
    "a wish declined this year": ("wishes_declined", in_the_year),
    "a wish declined again this year": ("wishes_declined", declined_twice),
    "a wish that was reopened": ("wishes_done", reopened),
    "a wish that was reopened, for the declined": ("wishes_declined", reopened),
    "a wish merged into an open one": ("wishes_done", merged_into_an_open_one),
    "a query that a worker reads": (
        "export_queries", lambda cast: an_export(cast, LONG_AGO, state="waiting", query="q=周明")
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", STILL_NEEDED)
def test_what_is_still_needed_stays_however_old(what: str, cast: Cast):
    name, make = STILL_NEEDED[what]
    row = make(cast)
    before = type(row)._base_manager.filter(pk=row.pk).values().get()
    assert carry_out(name, BEGAN) == 0
    assert type(row)._base_manager.filter(pk=row.pk).values().get() == before


def test_a_device_that_is_logged_in_stays_on_its_owner_s_list(cast: Cast):
    now = timezone.now()
    for key, ends in (("alive", now + DAY), ("ended", now - MINUTE)):
        Session.objects.create(session_key=key, session_data="", expire_date=ends)
        UserSession.objects.create(
            user=cast.clerk, ip="203.0.113.7", user_agent="x", session_key=key, last_seen_at=now - 90 * DAY
        )
    assert carry_out("login_devices", now) == 1
    assert UserSession.objects.get().session_key == "alive"
    assert carry_out("sessions", now) == 1
    assert Session.objects.get().session_key == "alive"


def test_who_stated_a_merged_wish_is_forgotten_with_the_one_that_was_kept(cast: Cast):
    kept = a_wish(cast, state="fulfilled", fulfilled_at=BEGAN)
    declined = a_declined_wish(cast, BEGAN - 300 * DAY)
    for wish in (kept, declined):
        a_wish(cast, state="merged", merged_into=wish, created_at=BEGAN - 301 * DAY)
    assert carry_out("wishes_done", BEGAN + 91 * DAY) == 2
    assert carry_out("wishes_declined", BEGAN + 91 * DAY) == 2
    assert {wish.contact_mobile + wish.detail for wish in Wish.objects.all()} == {""}
    assert all(wish.need for wish in Wish.objects.all())


def test_the_days_in_which_a_resident_asks_again_are_whole_beyond_the_year(cast: Cast):
    """Declined on New Year's Eve: asked again until the 15th of January, midnight."""
    a_declined_wish(cast, BEGAN - MINUTE)
    assert carry_out("wishes_declined", dt.datetime(2026, 1, 15, 23, 59, tzinfo=SHANGHAI)) == 0
    assert carry_out("wishes_declined", dt.datetime(2026, 1, 16, 0, 1, tzinfo=SHANGHAI)) == 1


def test_a_message_that_lost_its_text_is_not_listed_and_never_written_again(cast: Cast):
    notice = a_notice(cast, BEGAN, read_at=BEGAN)
    assert Notice.objects.visible_to(cast.clerk).exists()
    carry_out("inbox_read", BEGAN + 366 * DAY)
    assert not Notice.objects.visible_to(cast.clerk).exists()
    assert Notice.objects.get().key == notice.key


def test_the_history_of_a_forgotten_application_stays(cast: Cast):
    registration = a_registration(cast, BEGAN, "returned")
    registration.events.create(by=cast.clerk, from_state="submitted", to_state="returned", note="地址写错了")
    carry_out("registrations_closed", BEGAN + 366 * DAY)
    kept = Registration.objects.get()
    assert (kept.name, kept.state, kept.reason) == (str(FORGOTTEN_NAME), "returned", "地址写错了")
    assert kept.events.get().note == "地址写错了"


def test_a_forgotten_account_opens_nothing_and_its_number_is_free(cast: Cast):
    user = passer_by(BEGAN)
    carry_out("accounts_of_nobody", BEGAN + 366 * DAY)
    user.refresh_from_db()
    assert (user.mobile, user.is_active) == (None, False)
    User.objects.create(username="m0123456789ac", mobile="13900000001")
