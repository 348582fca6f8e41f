"""Who is told of a change of the roster: the person, their community, and every unit it concerns."""

from collections.abc import Iterator
from dataclasses import replace

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from members.models import RosterChange, User
from notices.kinds import Kind, declare
from notices.models import Notice
from notices.outbox import Message, Wording, send_many

ROSTER = Kind(
    "roster_change", _("名册变动"), told=_("本人，和其单位（调动时两个单位）、社区的书记、工作人员")
)
KINDS = declare(ROSTER)

STAFF = Wording(
    ROSTER,
    key="roster:%(change)s:%(state)s:%(user)s",
    subject=_("%(name)s：%(kind)s（%(state_in_words)s）"),
    body="%(text)s",
    link="members:roster_change",
)
OWN = Wording(
    ROSTER,
    key="roster:%(change)s:%(state)s:own:%(user)s",
    subject=_("名册变动：%(kind)s（%(state_in_words)s）"),
    body="%(text)s",
    link="members:profile",
)

# The entry is gone, and the page of its change with it.
REMOVED = replace(STAFF, link="members:list")

State, Change = RosterChange.State, RosterChange.Kind
MOVES: dict[str, Promise] = {
    State.ASKED: _("%(from)s登记调往%(to)s，%(day)s 起，等%(to)s接收。接收之前人还在%(from)s名册上。"),
    State.PLANNED: _("%(day)s 起由%(from)s调往%(to)s，到期自动生效。"),
    State.DONE: _("%(day)s 起由%(from)s调往%(to)s，已办好。之前的红旗仍记在%(from)s。"),
    State.REFUSED: _("%(to)s没有接收，仍在%(from)s名册上。原因：%(reason)s"),
    State.UNDONE: _("由%(from)s调往%(to)s的登记已撤销，仍在%(from)s名册上。%(reason)s"),
}
OTHERS: dict[str, Promise] = {
    Change.JOINED: _("%(day)s 起列入%(to)s名册，当年要求按剩余月份折算。"),
    Change.RETURNED: _("%(day)s 起重新列入%(to)s名册，以前的记录都在，当年要求从这天起算。"),
}
LEAVES = _("%(from)s登记%(kind)s，在册最后一天 %(day)s。之后不能接单，还没开始的接单退回；红旗和记录保留。")
GONE = _("由%(from)s调往%(to)s的登记已撤销：人已不在%(from)s名册上。%(reason)s")
UNDONE = _("%(day)s 的%(kind)s登记有误，已撤销，名册恢复原样。原因：%(reason)s")


def text_of(change: RosterChange, reason: str = "") -> str:
    """The change in one sentence, for whoever it concerns."""
    facts = {
        "from": change.from_unit, "to": change.to_unit, "day": date_format(change.day, "Y-m-d"),
        "kind": change.get_kind_display(), "reason": reason,
    }  # fmt: skip
    if change.is_move:
        template = GONE if change.state == State.UNDONE and not is_there(change) else MOVES[change.state]
    elif change.state == State.UNDONE:
        template = UNDONE
    else:
        template = OTHERS.get(change.kind, LEAVES)
    return str(template) % facts


def is_there(change: RosterChange) -> bool:
    """Whether the person still is on the roster of the unit that a transfer would have led from."""
    return change.member.unit_id == change.from_unit_id and not change.member.is_departed


def tell(change: RosterChange, *, by: User | None, reason: str = "") -> None:
    """Staff of every place concerned, but whoever did it knows; and the person, while alive."""
    send_many(STAFF.to_each(staff_told(change, by), change.pk, **facts_of(change, reason)))
    send_many(to_person(change, reason))


def tell_removed(change: RosterChange, *, by: User, reason: str) -> None:
    """Whoever was told of an entry that nobody used, and that is no more: their link leads to the list."""
    Notice.objects.filter(key__startswith=f"roster:{change.pk}:").update(url=reverse(REMOVED.link))
    send_many(REMOVED.to_each(staff_told(change, by), **facts_of(change, reason)))


def staff_told(change: RosterChange, by: User | None) -> QuerySet[User]:
    member = change.member
    places = {member.unit_id, member.community_id, change.from_unit_id, change.to_unit_id}
    return staff_of(*filter(None, places)).exclude(pk=by.pk if by else 0)


def to_person(change: RosterChange, reason: str = "") -> Iterator[Message]:
    if change.member.user and change.kind != Change.DIED:
        yield OWN.to(change.member.user, **facts_of(change, reason))


def facts_of(change: RosterChange, reason: str) -> dict[str, object]:
    return {
        "change": change.pk, "name": change.member.name, "kind": change.get_kind_display(),
        "state": change.state, "state_in_words": change.get_state_display(), "text": text_of(change, reason),
    }  # fmt: skip
