"""Teams that wait for their community."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from members.desks import Work
from members.models import Organization, Team


def open_work(organization: Organization) -> Iterator[Work]:
    rows = Team.objects.filter(community=organization, state=Team.State.PROPOSED)
    yield Work(_("待确认的服务队"), rows.count(), f"{reverse('members:teams')}?tab=proposed")
