"""Which desk may do what with a task. A missing right is a PermissionDenied: 403."""

from collections.abc import Collection

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from members.models import Organization, User
from tasks.models import Claim, Task, Verification
from tasks.models.claim import ClaimQuerySet

Kind = Organization.Kind
PUBLISHING_TIERS = (Kind.CITY, Kind.COMMUNITY, Kind.ESTATE)


def desk_in(user: User, capability: str, organizations: Collection[int]) -> bool:
    """Whether the user acts for one of the organisations and the desk holds the capability."""
    desk = user.desk
    return bool(desk and desk.organization_id in organizations and desk.can(capability))


def may_manage(user: User, task: Task) -> bool:
    """Only the publisher's own desk drafts, changes and publishes."""
    return desk_in(user, "tasks.publish", {task.publisher_id})


def may_invite(user: User, task: Task) -> bool:
    """Who published it, or decides on it; on a city task each community, of its own people."""
    own = {task.publisher_id, task.awarding_organization.pk}
    return desk_in(user, "tasks.publish", own | reached_desk(user, task))


def may_invite_guests(user: User, task: Task) -> bool:
    """Across communities the city asks, by the plan of a balance; it sees both sides."""
    desk = user.desk
    if not desk or desk.organization.kind != Kind.CITY or not desk.can("tasks.publish"):
        return False
    return desk.organization.contains(task.publisher)


def may_cancel(user: User, task: Task) -> bool:
    return desk_in(user, "tasks.publish", {task.publisher_id, task.awarding_organization.pk})


def may_mark_presence(user: User, task: Task) -> bool:
    """The estate on the spot, or its community; for a city task each of them, of its own people."""
    own = {task.publisher_id, task.awarding_organization.pk}
    return desk_in(user, "presence.mark", own | reached_desk(user, task))


def may_verify(user: User, task: Task) -> bool:
    """An estate proposes, its community decides; nobody decides for another community.

    On a city task each community decides on its own people, and the city on whom nobody else did.
    """
    return desk_in(user, "claims.verify", {task.awarding_organization.pk} | reached_desk(user, task))


def reached_desk(user: User, task: Task) -> set[int]:
    """The user's organisation where it lies below a city that published the task; no query.

    `in_charge` then leaves it its own people, and nobody where the task has none of them.
    """
    desk = user.desk
    if not desk or not task.is_of_city or desk.organization == task.publisher:
        return set()
    return {desk.organization_id} if task.publisher.contains(desk.organization) else set()


def in_charge(user: User, task: Task) -> ClaimQuerySet:
    """The claims on a task whose presence and verification are this desk's: its own people's."""
    return Claim.objects.visible_to(user).filter(task=task)


def awarding_for(user: User, task: Task) -> Organization:
    """In whose name the user awards: the community that verifies its people on a city task.

    "Flags stay with the community that awarded them" (DOMAIN 4.1): who looked is who answers for them,
    whose figures they enter, and who may take them back.
    """
    desk = user.desk
    return desk.organization if desk and reached_desk(user, task) else task.awarding_organization


def may_reverse(user: User, verification: Verification) -> bool:
    """Who awarded may take back; the city may correct everybody below it."""
    desk, task = user.desk, verification.claim.task
    if not desk or not desk.can("flags.reverse"):
        return False
    if desk.organization.kind == Kind.CITY:
        return desk.organization.contains(task.publisher)
    if not reached_desk(user, task):
        return may_verify(user, task)
    awarded_by = verification.entry.organization_id if verification.entry else desk.organization_id
    return desk.organization_id in {awarded_by} & {verification.claim.member.community_id}


def demand(allowed: bool) -> None:
    """Raises PermissionDenied where a right is missing."""
    if not allowed:
        raise PermissionDenied(_("您当前的任职不能办理这项任务。请切换到发布或认定它的组织。"))


def check_publisher(by: User, publisher: Organization) -> None:
    """Tasks are published by the city, a community or an estate, each under its own desk."""
    demand(publisher.kind in PUBLISHING_TIERS and desk_in(by, "tasks.publish", {publisher.pk}))
