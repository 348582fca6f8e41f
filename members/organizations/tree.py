"""Changes to the organisation tree: add, rename, close, move a branch. Each leaves an event."""

from collections.abc import Iterable

from django.db import IntegrityError, transaction
from django.db.models import Value
from django.db.models.functions import Concat, Substr
from django.utils.translation import gettext as _

from members.models import Member, Organization, OrganizationEvent, RosterChange, User
from members.organizations import following
from members.organizations.rules import NotMovable
from xianfeng.lib.refusal import NotPossible

Kind, Event = Organization.Kind, OrganizationEvent.Kind

# Which kinds may stand directly below which (DOMAIN 2).
PARENTS: dict[str, set[str]] = {
    Kind.STREET: {Kind.CITY},
    Kind.COMMUNITY: {Kind.STREET},
    Kind.ESTATE: {Kind.COMMUNITY},
    Kind.UNIT: {Kind.CITY, Kind.UNIT},
    Kind.PARTNER: {Kind.CITY, Kind.STREET, Kind.COMMUNITY},
}


def fits(kind: str, parent: Organization) -> bool:
    return parent.kind in PARENTS.get(kind, set())


def leave_event(organization: Organization, kind: str, by: User, note: str = "") -> OrganizationEvent:
    return OrganizationEvent.objects.create(organization=organization, kind=kind, by=by, note=note[:300])


@transaction.atomic
def add(*, parent: Organization, kind: str, code: str, name: str, by: User) -> Organization:
    """A new node below `parent`. Raises NotMovable where the kind does not belong there."""
    if not fits(kind, parent):
        raise NotMovable(
            _("%(kind)s不能设在“%(parent)s”下面。") % {"kind": Kind(kind).label, "parent": parent}
        )
    try:
        with transaction.atomic():
            organization = Organization.objects.create(code=code, kind=kind, name=name, parent=parent)
    except IntegrityError as error:
        raise NotPossible(_("编码 %(code)s 已被使用，请换一个。") % {"code": code}) from error
    organization.path = f"{parent.path}{organization.pk}/"
    organization.save(update_fields=["path"])
    leave_event(organization, Event.ADDED, by)
    return organization


@transaction.atomic
def rename(organization: Organization, *, name: str, by: User) -> Organization:
    """Raises NotPossible when somebody renamed it in the meantime."""
    former = organization.name
    if Organization.objects.filter(pk=organization.pk, name=former).update(name=name) != 1:
        raise NotPossible(_("名称刚被别人改过，请刷新后再试。"))
    organization.name = name
    leave_event(organization, Event.RENAMED, by, _("原名：%(name)s") % {"name": former})
    return organization


@transaction.atomic
def set_phone(organization: Organization, *, phone: str, by: User) -> Organization:
    """The number that anybody may call, or none; saying the same again leaves no line. Raises NotPossible."""
    former = organization.phone
    if phone == former:
        return organization
    if Organization.objects.filter(pk=organization.pk, phone=former).update(phone=phone) != 1:
        raise NotPossible(_("电话刚被别人改过，请刷新后再试。"))
    organization.phone = phone
    leave_event(organization, Event.PHONED, by, f"{former or '—'} → {phone or '—'}")
    return organization


@transaction.atomic
def set_neighbours(
    organization: Organization, *, neighbours: Iterable[Organization], by: User
) -> Organization:
    """Between which communities people go on foot; said of one side it holds for both. Raises NotPossible."""
    chosen = set(neighbours)
    if not organization.is_community or organization in chosen or not all(one.is_community for one in chosen):
        raise NotPossible(_("只有社区之间才能互为相邻。请重新选择。"))
    former = set(organization.neighbours.all())
    if chosen != former:
        organization.neighbours.set(chosen)
        names = "、".join(one.name for one in sorted(chosen, key=lambda one: str(one.path)))
        leave_event(organization, Event.BORDERED, by, names or "—")
    return organization


@transaction.atomic
def set_active(organization: Organization, *, is_active: bool, by: User) -> Organization:
    """Close or open one node. Raises NotPossible while active nodes or members hang on it."""
    if not is_active:
        check_closable(organization)
    rows = Organization.objects.filter(pk=organization.pk, is_active=not is_active)
    if rows.update(is_active=is_active) != 1:
        raise NotPossible(_("状态刚被别人改过，请刷新后再试。"))
    organization.is_active = is_active
    leave_event(organization, Event.OPENED if is_active else Event.CLOSED, by)
    return organization


def check_closable(organization: Organization) -> None:
    if organization.parent_id is None:
        raise NotPossible(_("最上级组织不能停用。"))
    below = organization.children.active().count()
    if below:
        raise NotPossible(_("下面还有 %(count)s 个启用的组织，请先停用或移走。") % {"count": below})
    people = Member.objects.on_roster().filter(**{line_of(organization): organization}).count()
    if people:
        raise NotPossible(_("还有 %(count)s 名党员属于这里，请先转出。") % {"count": people})
    if coming := RosterChange.objects.ahead().filter(to_unit=organization).count():
        raise NotPossible(_("还有 %(count)s 名党员登记调入这里，请先撤销调动。") % {"count": coming})


def line_of(organization: Organization) -> str:
    """By which field members hang on an organisation."""
    return {Kind.UNIT: "unit", Kind.ESTATE: "estate"}.get(Kind(organization.kind), "community")


@transaction.atomic
def move_branch(organization: Organization, *, parent: Organization, by: User) -> Organization:
    """Hang a node and all below it under another parent; what belongs to an estate follows it.

    Raises NotMovable where the tree would have a ring or a kind out of place.
    """
    check_movable(organization, parent)
    relocate(organization, parent, by=by)
    return organization


def relocate(organization: Organization, parent: Organization, *, by: User | None) -> None:
    """The move itself. A command line, where `by` is nobody, leaves no history and tells nobody."""
    former = organization.parent
    hang(organization, parent)
    note = _("从“%(former)s”到“%(new)s”") % {"former": former, "new": parent}
    event = leave_event(organization, Event.MOVED, by, note) if by else None
    if organization.is_estate and former:
        following.follow(organization, former, note=note, by=by, event=event)


def hang(organization: Organization, parent: Organization) -> None:
    """Rewrite the paths of a branch. Raises NotMovable when somebody moved it in the meantime."""
    old, new = str(organization.path), f"{parent.path}{organization.pk}/"
    rows = Organization.objects.filter(pk=organization.pk, path=old)
    if rows.update(parent=parent) != 1:
        raise NotMovable(_("隶属关系刚被别人改过，请刷新后再试。"))
    Organization.objects.filter(path__startswith=old).update(
        path=Concat(Value(new), Substr("path", len(old) + 1))
    )
    organization.parent, organization.path = parent, new


def check_movable(organization: Organization, parent: Organization) -> None:
    if organization.contains(parent):
        raise NotMovable(_("不能移到自己或自己的下级下面。"))
    if not fits(organization.kind, parent):
        kind = organization.get_kind_display()
        raise NotMovable(_("%(kind)s不能设在“%(parent)s”下面。") % {"kind": kind, "parent": parent})
    if not parent.is_active:
        raise NotMovable(_("“%(parent)s”已停用。") % {"parent": parent})
    if organization.parent_id == parent.pk:
        raise NotMovable(_("它已经在“%(parent)s”下面了。") % {"parent": parent})
