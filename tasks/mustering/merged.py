"""What becomes of the calls when two records are merged."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from members.merging.parts import Moved, Part
from members.models import Member, Merge, User
from tasks.models import Call


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    if count := gone.calls.count():
        yield _("应急集结"), _("%(count)s 次") % {"count": count}


def move(merge: Merge, by: User) -> Moved:
    """To one muster a person is called once: of two, the other record's stays where it is."""
    own = merge.kept.calls.values("muster")
    rows = merge.gone.calls.exclude(muster__in=own)
    ids = list(rows.order_by("pk").values_list("pk", flat=True))
    Call.objects.filter(pk__in=ids).update(member=merge.kept)
    return {"calls": ids}


def restore(merge: Merge, moved: Moved, by: User) -> None:
    Call.objects.filter(pk__in=moved["calls"], member=merge.kept).update(member=merge.gone)


PART = Part("musters", 2, preview, move, restore)
