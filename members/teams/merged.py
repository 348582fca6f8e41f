"""What becomes of the roles in teams when two records are merged."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from members.merging.parts import Moved, Part
from members.models import Member, Merge, TeamRole, User
from members.teams import joining


def preview(kept: Member, gone: Member) -> Iterator[tuple[str, str]]:
    if count := gone.team_roles.count():
        yield _("服务队"), _("%(count)s 条") % {"count": count}


def move(merge: Merge, by: User) -> Moved:
    """The history goes along; of two live roles in one team the kept record's goes on."""
    both = merge.kept.team_roles.live().values("team")
    for role in merge.gone.team_roles.live().filter(team__in=both):
        joining.end(role, by=by, note=_("两条记录合并，以保留的记录为准"))
    ids = list(merge.gone.team_roles.order_by("pk").values_list("pk", flat=True))
    TeamRole.objects.filter(pk__in=ids).update(member=merge.kept)
    return {"roles": ids}


def restore(merge: Merge, moved: Moved, by: User) -> None:
    """What ended stays so: the person may be asked in anew."""
    TeamRole.objects.filter(pk__in=moved["roles"], member=merge.kept).update(member=merge.gone)


PART = Part("teams", 1, preview, move, restore)
