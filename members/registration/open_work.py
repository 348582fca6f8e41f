"""Applications that wait at a community or estate."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from members.desks import Work
from members.models import Organization, Registration


def open_work(organization: Organization) -> Iterator[Work]:
    line = {Organization.Kind.COMMUNITY: "community", Organization.Kind.ESTATE: "estate"}.get(
        Organization.Kind(organization.kind)
    )
    if line:
        count = Registration.objects.open().filter(**{line: organization}).count()
        url = f"{reverse('members:registrations')}?state=submitted&{line}={organization.pk}"
        yield Work(_("待确认报到"), count, url)
