"""Changes of number that wait at a unit or community."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from members.desks import Work
from members.models import MobileChange, Organization
from members.models.people import member_scope


def open_work(organization: Organization) -> Iterator[Work]:
    rows = MobileChange.objects.open().filter(member_scope(organization, "member__"))
    yield Work(_("待核实换号"), rows.count(), reverse("members:numbers"))
