"""Every change of a wish: one function each, one transaction, one event row."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from members.models import Organization
from wishes import rules
from wishes.models import BriefOpening, Wish, WishEvent

if TYPE_CHECKING:
    from members.models import User

State = Wish.State


@dataclass(frozen=True)
class Brief:
    """The private part of a wish, in full."""

    contact_name: str
    contact_mobile: str
    contact_address: str
    detail: str


def submit(
    *, organization: Organization, need: str, contact_name: str, contact_mobile: str,
    contact_address: str = "", detail: str = "", key: str | None = None,
) -> Wish:  # fmt: skip
    """A resident states a wish; the same form sent twice makes one.

    Raises WrongPlace, PersonalDataInNeed, or KeyReused for the same key with another text.
    """
    return _create(
        organization=organization, need=need, contact_name=contact_name, contact_mobile=contact_mobile,
        contact_address=contact_address, detail=detail, source=Wish.Source.ONLINE, key=key,
    )  # fmt: skip


def enter(
    *, organization: Organization, need: str, contact_name: str, contact_mobile: str,
    contact_address: str = "", detail: str = "", source: str, by: "User", key: str | None = None,
) -> Wish:  # fmt: skip
    """Staff state a wish for a resident. Raises NotHandler and what `submit` raises."""
    rules.check_handler(organization, by)
    return _create(
        organization=organization, need=need, contact_name=contact_name, contact_mobile=contact_mobile,
        contact_address=contact_address, detail=detail, source=source, entered_by=by, key=key,
    )  # fmt: skip


def _create(*, organization: Organization, need: str, key: str | None, **fields: Any) -> Wish:
    rules.check_place(organization)
    rules.check_need(need)
    fields |= {"organization": organization, "need": " ".join(need.split())}
    with transaction.atomic():
        if not key:
            wish, is_new = Wish.objects.create(**fields), True
        else:
            # The unique key decides between two requests at the same moment.
            wish, is_new = Wish.objects.get_or_create(key=key, defaults=fields)
        if is_new:
            WishEvent.objects.create(wish=wish, by=fields.get("entered_by"), to_state=State.SUBMITTED)
    if any(getattr(wish, name) != value for name, value in fields.items()):
        raise rules.KeyReused(_("这张表单已经提交过，内容有改动。请重新打开页面再填。"))
    return wish


def accept(wish: Wish, *, by: "User") -> Wish:
    """受理. Raises NotHandler or WrongState."""
    rules.check_handler(wish.organization, by)
    return move(wish, (State.SUBMITTED,), State.ACCEPTED, by=by)


def decline(wish: Wish, *, reason: str, by: "User", responsible: str = "") -> Wish:
    """不予受理, with the reason and who can help instead; the resident reads both.

    Raises NotHandler, WrongState or ReasonMissing.
    """
    rules.check_handler(wish.organization, by)
    why, who = rules.check_reason(reason)[:300], responsible.strip()[:100]
    return move(
        wish, (State.SUBMITTED, State.ACCEPTED), State.DECLINED,
        by=by, note=why, decline_reason=why, responsible=who,
    )  # fmt: skip


def mark_published(wish: Wish, *, by: "User") -> Wish:
    """It became a task (whose publisher was checked there). Raises WrongState."""
    return move(wish, (State.ACCEPTED,), State.PUBLISHED, by=by)


def unpublish(wish: Wish, *, by: "User", note: str) -> Wish:
    """Its task came to nothing: it waits to be published again. Raises WrongState."""
    return move(wish, (State.PUBLISHED,), State.ACCEPTED, by=by, note=note)


def fulfil(wish: Wish, *, by: "User") -> Wish:
    """The work was verified. Raises WrongState."""
    return move(wish, (State.PUBLISHED,), State.FULFILLED, by=by, fulfilled_at=timezone.now())


def reopen(wish: Wish, *, by: "User", note: str) -> Wish:
    """What fulfilled it, or ended it without help, was taken back. Raises WrongState."""
    states = (State.FULFILLED, State.ACCEPTED)
    return move(wish, states, State.PUBLISHED, by=by, note=note, fulfilled_at=None)


def move(wish: Wish, allowed: tuple[str, ...], to: str, *, by: "User", note: str = "", **fields: Any) -> Wish:
    """From the state the caller saw to another, unless somebody was faster. Raises WrongState."""
    rules.check_state(wish, *allowed)
    was = wish.state
    with transaction.atomic():
        if Wish.objects.filter(pk=wish.pk, state=was).update(state=to, **fields) != 1:
            raise rules.WrongState(_("这条心愿刚被别人办理，请刷新后查看最新情况。"))
        WishEvent.objects.create(wish=wish, by=by, from_state=was, to_state=to, note=note[:300])
    for name, value in {"state": to, **fields}.items():
        setattr(wish, name, value)
    return wish


def open_brief(wish: Wish, *, by: "User", reason: str = "") -> Brief:
    """The contact data in full, and the line that says who looked. Raises BriefClosed or ReasonMissing."""
    rules.check_brief(wish, by, reason)
    BriefOpening.objects.create(wish=wish, by=by, reason=reason.strip()[:200])
    return brief_of(wish)


def brief_of(wish: Wish) -> Brief:
    return Brief(wish.contact_name, wish.contact_mobile, wish.contact_address, wish.detail)
