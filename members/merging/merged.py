"""What of members moves when two records are merged: the account, the number, what the person stated."""

import datetime as dt
from collections.abc import Iterable, Iterator
from contextlib import suppress
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.accounts import holding
from members.merging.parts import Moved, Part
from members.models import Member, Merge, Registration, RegistrationEvent, User
from members.numbers import changing
from members.people.privacy import mask_mobile
from members.persons import uniting
from xianfeng.lib.refusal import AlreadyDecided
from xianfeng.lib.transitions import move_all

# What the record that is kept takes over where it has nothing itself.
STATED = ("position", "address", "skills", "intentions", "free_times", "note")
# How far somebody has come, and where: the record that is further on says it.
HOME = ("community_id", "estate_id", "registered_at", "state", "departed_on")
KEPT_VALUES = (*HOME, "joined_on", "mobile")
HOME_FIELDS = [name.removesuffix("_id") for name in HOME]
STEPS = (Member.State.DEPARTED, Member.State.LISTED, Member.State.PENDING, Member.State.REGISTERED)
# Rows that name the person, by the name of the relation.
ROWS = ("registrations", "exemptions", "reveals", "mobile_changes")


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    counts = {
        _("报到"): gone.registrations.count(),
        _("豁免"): gone.exemptions.count(),
        _("换号记录"): gone.mobile_changes.count(),
        _("查看记录"): gone.reveals.count(),
    }
    yield from ((label, _("%(count)s 条") % {"count": count}) for label, count in counts.items() if count)
    labels = {field.name: str(field.verbose_name) for field in Member._meta.fields}
    if fills := [labels[name] for name in _missing(kept, gone)]:
        yield _("补上空缺"), "、".join(fills)
    if _takes_home(kept, gone):
        home = gone.community or kept.community
        yield _("状态和社区"), f"{gone.get_state_display()} {home.name if home else ''}"
    if gone.mobile_changes.open().exists():
        yield _("驳回待核实的换号"), _("请本人按合并后的记录重新申请")
    if gone.user:
        yield _("登录账号"), _account_in_words(kept, gone)


def _account_in_words(kept: Member, gone: Member) -> str:
    number = mask_mobile((gone.user and gone.user.mobile) or "")
    if kept.user:
        return _("%(number)s 的账号停用，通知归到保留的账号") % {"number": number}
    return _("%(number)s 的账号归到保留的记录") % {"number": number}


def _missing(kept: Member, gone: Member) -> list[str]:
    return [name for name in STATED if getattr(gone, name) and not getattr(kept, name)]


def _takes_home(kept: Member, gone: Member) -> bool:
    """Whether the other record is further on: there the person registered, here they are only listed."""
    return STEPS.index(Member.State(gone.state)) > STEPS.index(Member.State(kept.state))


# --- Moving -------------------------------------------------------------------------------------


def move(merge: Merge, by: User) -> Moved:
    kept, gone = merge.kept, merge.gone
    moved: Moved = {"filled": _missing(kept, gone), "home": _home_taken(kept, gone)}
    moved |= {"kept": _values(kept, KEPT_VALUES), "gone": _values(gone, KEPT_VALUES)}
    moved["opened_by"] = kept.user.mobile if kept.user else None
    moved["closed"] = _close_second_home(merge, by)
    _close_requests(merge, by)
    for relation in ROWS:
        moved[relation] = _take(getattr(gone, relation).all(), kept)
    moved["account"] = _move_account(kept, gone)
    uniting.keep_together(kept.pk, gone.pk, accounts=[moved["account"]["user"]] if moved["account"] else [])
    _fill(kept, gone, moved)
    Member.objects.filter(pk=gone.pk).update(state=Member.State.MERGED, merged_into=kept)
    gone.state, gone.merged_into = Member.State.MERGED, kept
    if merge.moved["takes_number"]:
        _take_number(kept, gone)
    return moved


def _home_taken(kept: Member, gone: Member) -> list[str]:
    """Nothing, or what the other record says of home; a last day that is still to come stays."""
    if not _takes_home(kept, gone):
        return []
    names = HOME if gone.community_id else HOME[2:]
    return [name for name in names if name != "departed_on" or kept.is_departed]


def _close_requests(merge: Merge, by: User) -> None:
    """A request began with the number of its record: it cannot be confirmed once that is another."""
    reason = _("两条记录合并了，请按合并后的记录重新申请换号")
    for record in (merge.gone, merge.kept) if merge.moved["takes_number"] else (merge.gone,):
        changing.close_open(record, reason=reason, by=by)


def _values(member: Member, names: Iterable[str]) -> dict[str, Any]:
    """Former values as JSON keeps them."""
    values = {name: getattr(member, name) for name in names}
    return {name: str(value) if isinstance(value, dt.date) else value for name, value in values.items()}


def _take(rows: QuerySet[Any], member: Member) -> list[int]:
    """Give the rows to the other record; returns their ids."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    rows.model._base_manager.filter(pk__in=ids).update(member=member)
    return ids


def _close_second_home(merge: Merge, by: User) -> list[int]:
    """One person has one community: of two confirmed registrations, that of the further record stays."""
    confirmed = Registration.objects.filter(state=Registration.State.CONFIRMED)
    last, first = (merge.gone, merge.kept)[:: -1 if _takes_home(merge.kept, merge.gone) else 1]
    second = list(confirmed.filter(member=last)) if confirmed.filter(member=first).exists() else []
    move_all(
        second,
        Registration.State.TRANSFERRED,
        allowed={Registration.State.CONFIRMED},
        event=RegistrationEvent,
        by=by,
        note=_("两条记录合并，以另一条的报到为准"),
        refusal=_overtaken,
    )
    return [registration.pk for registration in second]


def _overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这位同志的报到刚刚有了变化，请刷新页面后再合并。"))


def _move_account(kept: Member, gone: Member) -> Moved:
    """The account goes to the record that has none; of two, the one of the kept record goes on."""
    if gone.user is None:
        return {}
    account, gone.user = gone.user, None
    Member.objects.filter(pk=gone.pk).update(user=None)
    former: Moved = {"user": account.pk, "mobile": account.mobile, "kept": kept.user_id}
    former["is_active"] = account.is_active
    former["registrations"] = list(account.registrations.values_list("pk", flat=True))
    former["notices"] = list(account.notices.values_list("pk", flat=True))
    if kept.user is None:
        kept.user = account
        Member.objects.filter(pk=kept.pk).update(user=account)
    else:
        holding.give_up(account, to=kept.user)
    return former


def _fill(kept: Member, gone: Member, moved: Moved) -> None:
    for name in (*moved["filled"], *moved["home"]):
        setattr(kept, name, getattr(gone, name))
    kept.joined_on = _earlier(kept.joined_on, gone.joined_on)
    kept.save(update_fields=[*moved["filled"], *HOME_FIELDS, "joined_on"])


def _earlier[Day](*days: Day | None) -> Day | None:
    """Who was on the roster all year in one record was so in fact."""
    return None if None in days else min(days)  # type: ignore[type-var]


def _take_number(kept: Member, gone: Member) -> None:
    """The number of the other record is the present one; both records go on having one each."""
    number = gone.mobile
    changing.swap_numbers(kept, gone)
    if kept.user:
        holding.take_number(kept.user, number)
        holding.forget_credentials(kept.user)


# --- Back again ---------------------------------------------------------------------------------


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """As before, but for what was changed since: that stays with the record that was kept."""
    kept, gone = merge.kept, merge.gone
    if merge.moved["takes_number"]:
        _give_number_back(kept, gone, moved, by)
    _restore_account(kept, moved["account"])
    for relation in ROWS:
        getattr(kept, relation).filter(pk__in=moved[relation]).update(member=gone)
    gone.state, gone.merged_into = moved["gone"]["state"], None
    decided = gone.registrations.filter(decided_at__gt=merge.merged_at)
    taken_in = decided.filter(state=Registration.State.CONFIRMED).exists()
    _restore_values(kept, gone, moved, taken_in=taken_in)
    _reopen_second_home(merge, moved["closed"], by)
    if account := moved["account"]:
        Member.objects.filter(pk=gone.pk).update(user=account["user"])


def _give_number_back(kept: Member, gone: Member, moved: Moved, by: User) -> None:
    """Unless the person has changed it since; the one left then is the other record's again, if free."""
    former, given = moved["opened_by"], moved["gone"]["mobile"]
    if kept.mobile == given:
        changing.close_open(kept, reason=_("合并已撤销，请按恢复后的记录重新申请换号"), by=by)
        changing.swap_numbers(kept, gone)
        if kept.user and kept.user.mobile == given and former:
            _open_by(kept.user, former)
    elif not Member.objects.filter(mobile=given).exists():
        gone.mobile = given
        gone.save(update_fields=["mobile"])


def _open_by(account: User, mobile: str) -> None:
    """The former number opens the account again, unless it opens somebody else's by now."""
    with suppress(holding.NumberTaken):
        holding.take_number(account, mobile)


def _restore_account(kept: Member, former: Moved) -> None:
    if not former:
        return
    account = User.objects.get(pk=former["user"])
    if former["kept"] is None:
        Member.objects.filter(pk=kept.pk, user=account).update(user=None)
        return
    # Not one that an administrator had stopped; merges of before do not say.
    User.objects.filter(pk=account.pk).update(is_active=former.get("is_active", True))
    if former["mobile"]:
        _open_by(account, former["mobile"])
    Registration.objects.filter(pk__in=former["registrations"]).update(user=account)
    account.notices.model._base_manager.filter(pk__in=former["notices"]).update(recipient=account)


def _restore_values(kept: Member, gone: Member, moved: Moved, *, taken_in: bool) -> None:
    """Only what still is as the merge left it; `taken_in` says that the other record's application of
    before the merge was confirmed since, under the kept record: what followed from it goes along."""
    if taken_in:
        _copy(gone, _values(kept, HOME))
    elif gone.state == Member.State.PENDING and not gone.registrations.open().exists():
        gone.state = Member.State.LISTED
    gone.save(update_fields=[*HOME_FIELDS, "merged_into"])
    for name in moved["filled"]:
        if getattr(kept, name) == getattr(gone, name):
            setattr(kept, name, "")
    if taken_in or _is_as_left(kept, moved["home"], moved["gone"]):
        _copy(kept, {name: moved["kept"][name] for name in moved["home"]})
    dates = [moved[one]["joined_on"] for one in ("kept", "gone")]
    if _values(kept, ["joined_on"]) == {"joined_on": _earlier(*dates)}:
        kept.joined_on = dates[0]
    kept.save(update_fields=[*moved["filled"], *HOME_FIELDS, "joined_on"])


def _copy(record: Member, values: Moved) -> None:
    for name, value in values.items():
        setattr(record, name, value)


def _is_as_left(kept: Member, names: list[str], given: Moved) -> bool:
    return _values(kept, names) == {name: given[name] for name in names}


def _reopen_second_home(merge: Merge, closed: list[int], by: User) -> None:
    move_all(
        list(Registration.objects.filter(pk__in=closed, state=Registration.State.TRANSFERRED)),
        Registration.State.CONFIRMED,
        allowed={Registration.State.TRANSFERRED},
        event=RegistrationEvent,
        by=by,
        note=_("撤销合并"),
        refusal=_overtaken,
    )


PART = Part("members", 1, preview, move, restore)
