"""Who is told of a new wish."""

from django.utils.translation import gettext_lazy as _

from members.desks import staff_of
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from wishes.models import Wish

WISH_NEW = Kind("wish_new", _("新心愿"), told=_("小区的书记、工作人员；小区无人任职的，由社区的收"))
KINDS = declare(WISH_NEW)

STATED = Wording(
    WISH_NEW,
    key="wish:%(wish)s:stated:%(user)s",
    subject=_("新心愿：%(need)s"),
    body=_("%(place)s的居民提出，请受理。"),
    link="wishes:detail",
)


def tell_staff(wish: Wish) -> None:
    """Those nearest to it: the estate's own, and where nobody acts there the community's."""
    place, facts = wish.organization, {"wish": wish.pk, "need": wish.need}
    staff = staff_of(place)
    if not staff.exists() and place.parent:
        staff = staff_of(place.parent)
    send_many(STATED.to_each(staff, wish.pk, place=place, **facts))
