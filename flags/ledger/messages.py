"""Who is told that the ledger does not hold."""

from django.utils.translation import gettext_lazy as _

from members.models import Appointment, Organization
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from xianfeng.lib.times import format_date, today

LEDGER = Kind("ledger", _("红旗账本异常"), told=_("市委组织部书记"), mandatory=True)
KINDS = declare(LEDGER)

BROKEN = Wording(
    LEDGER,
    key="ledger:%(date)s:user:%(user)s",
    subject=_("红旗账本核对异常"),
    body=_("%(day)s 夜间核对发现红旗账本异常：%(fault)s\n请立即联系系统管理员，核对前不要再亮旗。"),
)


def warn_of_ledger(fault: str) -> int:
    """Tell the city's secretaries that the ledger does not hold; once a day. `fault` is for people."""
    holders = Appointment.objects.current().filter(
        organization__kind=Organization.Kind.CITY, role=Appointment.Role.SECRETARY, user__is_active=True
    )
    users = {holder.user_id: holder.user for holder in holders.select_related("user")}
    day = today()
    return send_many(BROKEN.to_each(users.values(), date=day, day=format_date(day), fault=fault))
