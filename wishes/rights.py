"""Who may handle a wish, who is told of it, and for how long what its resident left may be used."""

import datetime as dt
from typing import TYPE_CHECKING

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from members.desks import nearest_desk, staff_nearest
from members.models import Organization
from xianfeng.lib.refusal import Refusal

if TYPE_CHECKING:
    from members.models import User

# After completion (DOMAIN 4.2): what the resident agreed to.
OPEN_AFTERWARDS = dt.timedelta(days=7)


class NotHandler(Refusal):
    code = "not_handler"


def check_handler(organization: Organization, by: "User") -> None:
    """An estate handles its own wishes, a community all below it. Raises NotHandler."""
    desk = by.desk
    if not desk or not desk.can("wishes.handle") or not desk.organization.contains(organization):
        raise NotHandler(_("心愿由所在小区或社区的工作人员办理，您当前的任职不能办理。"))


def place_told(place: Organization) -> Organization:
    """Whose staff are told of a wish stated there: its own, and where nobody acts the nearest above."""
    return nearest_desk(place)


def staff_told(place: Organization) -> "QuerySet[User]":
    return staff_nearest(place)
