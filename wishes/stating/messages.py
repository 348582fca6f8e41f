"""Who is told of a new wish."""

from django.utils.translation import gettext_lazy as _

from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from wishes.models import Wish
from wishes.rights import staff_told

WISH_NEW = Kind("wish_new", _("新心愿"), told=_("小区的书记、工作人员；无人任职的，由上级的收"))
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
    facts = {"wish": wish.pk, "need": wish.need, "place": wish.organization}
    send_many(STATED.to_each(staff_told(wish.organization), wish.pk, **facts))
