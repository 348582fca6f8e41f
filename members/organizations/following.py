"""What follows an estate to another community. Flags stay with the community that lit them.

Wishes and tasks of the estate hang on the estate itself; what a community published stays with it.
"""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from members.desks import Work, open_work
from members.models import Member, Organization, OrganizationEvent, Registration, RegistrationEvent, User
from members.organizations import messages
from xianfeng.lib.transitions import record

State = Registration.State
# Undecided, returned for correction, or the standing reason why the member is there.
FOLLOW = (State.SUBMITTED, State.RETURNED, State.CONFIRMED)


def preview(estate: Organization) -> Iterator[Work]:
    """The people and what is open, each a count that opens its rows."""
    people = Member.objects.on_roster().filter(estate=estate).count()
    yield Work(_("党员"), people, f"{reverse('members:list')}?estate={estate.pk}")
    yield from open_work(estate)


def follow(
    estate: Organization, former: Organization, *, note: str, by: User | None, event: OrganizationEvent | None
) -> None:
    """After the estate moved: its people and their registrations belong to the new community.

    Everybody concerned is told of the `event`, if there is one.
    """
    in_words = "、".join(_("%(label)s %(count)s 件") % vars(work) for work in open_work(estate))
    # First these: a confirmation under way holds its row, and brings one more member when it is through.
    rows = Registration.objects.filter(estate=estate, state__in=FOLLOW)
    rows.update(community=estate.parent)
    registrations = list(rows)
    record(
        registrations,
        event=RegistrationEvent,
        by=by,
        before={row.pk: row.state for row in registrations},
        note=note,
    )
    Member.objects.filter(estate=estate).update(community=estate.parent)
    if event is None:
        return
    people = Member.objects.on_roster().filter(estate=estate).select_related("user", "unit").order_by("pk")
    messages.tell(event, former, list(people), in_words)
