"""Merging two records of one person, and taking the merge apart again (DOMAIN 4.1)."""

from django.db import transaction
from django.utils.translation import gettext as _

from members.merging import messages, rules
from members.merging.parts import parts
from members.models import Member, Merge, MergeEvent, Registration, User
from xianfeng.lib.queue import later
from xianfeng.lib.refusal import check_reason
from xianfeng.lib.transitions import move, record

State = Merge.State


def preview(kept: Member, gone: Member) -> list[tuple[str, str]]:
    """What would move to the record that is kept: label and amount. Raises CannotMerge."""
    rules.check_pair(kept, gone)
    return [line for part in parts() for line in part.preview(kept, gone)]


@transaction.atomic
def merge(kept: Member, gone: Member, *, takes_number: bool = False, reason: str, by: User) -> Merge:
    """Make `gone` a part of `kept`; `takes_number` says that the mobile of `gone` is the present one.

    Raises CannotMerge, ReasonNeeded, NotPossible for oneself.
    """
    rules.check_not_own(kept, gone, by=by)
    reason = check_reason(reason)
    kept, gone = _locked(kept, gone)
    rules.check_pair(kept, gone)
    done = Merge.objects.create(
        kept=kept, gone=gone, reason=reason, merged_by=by, moved={"takes_number": takes_number}
    )
    record([done], event=MergeEvent, by=by, note=reason)
    for part in parts():
        done.moved[part.name] = part.move(done, by)
    done.save(update_fields=["moved"])
    messages.tell(messages.MERGED, messages.OWN_MERGED, done, by=by)
    later("flags.renew_forecast")
    return done


@transaction.atomic
def undo(done: Merge, *, reason: str, by: User) -> Merge:
    """Two records again, as before; what was decided since stays with the one that was kept.

    Raises CannotMerge once a year is settled that the merge had changed, AlreadyDecided, ReasonNeeded,
    NotPossible for oneself.
    """
    reason = check_reason(reason)
    done.kept, done.gone = _locked(done.kept, done.gone)
    rules.check_not_own(done.kept, by=by)
    rules.check_last(done)
    move(
        done,
        State.UNDONE,
        allowed=State.STANDS,
        event=MergeEvent,
        by=by,
        note=reason,
        refusal=rules.decided_before,
    )
    for part in parts():
        part.restore(done, done.moved[part.name], by)
    messages.tell(messages.UNMERGED, messages.OWN_UNMERGED, done, by=by)
    later("flags.renew_forecast")
    return done


def _locked(kept: Member, gone: Member) -> tuple[Member, Member]:
    """Both rows, held until the end of the transaction, in the order in which everybody locks people."""
    if kept.pk == gone.pk:
        raise rules.CannotMerge(_("请选择另一条记录。"), "same_record")
    people = Member.objects.filter(pk__in=[kept.pk, gone.pk])
    # Their applications first: a confirmation under way holds its row, and then the person.
    list(Registration.objects.filter(member__in=people).order_by("pk").select_for_update().values_list("pk"))
    people.hold()
    found = {row.pk: row for row in people.select_related("user", "unit", "community")}
    return found[kept.pk], found[gone.pk]
