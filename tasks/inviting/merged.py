"""What becomes of the invitations when two records are merged."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from members.merging.parts import Moved, Part
from members.models import Member, Merge, User
from tasks.models import Invitation


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    if count := gone.invitations.count():
        yield _("任务邀请"), _("%(count)s 份") % {"count": count}


def move(merge: Merge, by: User) -> Moved:
    """To one task a person is asked once: of two, the other record's stays where it is."""
    own = merge.kept.invitations.values("task")
    rows = merge.gone.invitations.exclude(task__in=own)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Invitation.objects.filter(pk__in=ids).update(member=merge.kept)
    return {"invitations": ids}


def restore(merge: Merge, moved: Moved, by: User) -> None:
    rows = Invitation.objects.filter(pk__in=moved["invitations"], member=merge.kept)
    rows.update(member=merge.gone)


PART = Part("invitations", 2, preview, move, restore)
