"""Which desk may do what with a task. A missing right is a PermissionDenied: 403."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.models import Task

Kind = Organization.Kind
PUBLISHING_TIERS = (Kind.CITY, Kind.COMMUNITY, Kind.ESTATE)


def desk_in(user: User, capability: str, organizations: Collection[int]) -> bool:
    """Whether the user acts for one of the organisations and the desk holds the capability."""
    desk = user.desk
    return bool(desk and desk.organization_id in organizations and desk.can(capability))


def may_manage(user: User, task: Task) -> bool:
    """Only the publisher's own desk drafts, changes and publishes."""
    return desk_in(user, "tasks.publish", {task.publisher_id})


def may_cancel(user: User, task: Task) -> bool:
    return desk_in(user, "tasks.publish", {task.publisher_id, task.awarding_organization.pk})


def may_mark_presence(user: User, task: Task) -> bool:
    """The estate on the spot, or its community."""
    return desk_in(user, "presence.mark", {task.publisher_id, task.awarding_organization.pk})


def may_verify(user: User, task: Task) -> bool:
    """An estate proposes, its community decides; nobody decides for another community."""
    return desk_in(user, "claims.verify", {task.awarding_organization.pk})


def may_reverse(user: User, task: Task) -> bool:
    """Who awarded may take back; the city may correct everybody below it."""
    desk = user.desk
    if not desk or not desk.can("flags.reverse"):
        return False
    is_city = desk.organization.kind == Kind.CITY
    return desk.organization.contains(task.publisher) if is_city else may_verify(user, task)


def demand(allowed: bool) -> None:
    """Raises PermissionDenied where a right is missing."""
    if not allowed:
        raise PermissionDenied(_("您当前的任职不能办理这项任务。请切换到发布或认定它的组织。"))


def check_publisher(by: User, publisher: Organization) -> None:
    """Tasks are published by the city, a community or an estate, each under its own desk."""
    demand(publisher.kind in PUBLISHING_TIERS and desk_in(by, "tasks.publish", {publisher.pk}))
