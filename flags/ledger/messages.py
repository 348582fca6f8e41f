"""Who is told that the ledger does not hold, and that a settled year was corrected."""

from django.utils.translation import gettext_lazy as _

from flags.models import Assessment, FlagEntry
from members.desks import staff_of
from members.models import Appointment, Organization, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many
from xianfeng.lib.times import format_date, today

LEDGER = Kind("ledger", _("红旗台账异常"), told=_("市委组织部书记"), mandatory=True)
CORRECTION = Kind(
    "settled_corrected",
    _("定案后更正"),
    told=_("党员本人，和其单位、社区（现在的和定案时的）的书记、工作人员"),
    mandatory=True,
)
KINDS = declare(LEDGER, CORRECTION)

BROKEN = Wording(
    LEDGER,
    key="ledger:%(date)s:user:%(user)s",
    subject=_("防篡改校验发现异常"),
    body=_("%(day)s 夜间防篡改校验发现红旗台账异常：%(fault)s\n请立即联系系统管理员，核对前不要再亮旗。"),
)
OWN_CORRECTED = Wording(
    CORRECTION,
    key="adjustment:%(seq)s:own",
    subject=_("%(year)s 年度考核结果有更正"),
    body=_("红旗 %(flags)s 面，时长 %(minutes)s 分钟。原因：%(reason)s。更正后的结果见“红旗”页面。"),
    link="flags:my_flags",
    query="year=%(year)s",
    told=_("党员本人"),
)
CORRECTED = Wording(
    CORRECTION,
    key="adjustment:%(seq)s:%(user)s",
    subject=_("%(name)s 的 %(year)s 年度考核结果有更正"),
    body=_("红旗 %(flags)s 面，时长 %(minutes)s 分钟，由 %(by)s 办理。原因：%(reason)s。"),
    link="flags:entry",
    told=_("单位、社区（现在的和定案时的）的书记、工作人员"),
)


def tell_corrected(line: FlagEntry, *, by: User) -> None:
    """The person, and whoever keeps their list now or kept it at the settling; who did it knows."""
    member = line.member
    facts = {
        "seq": line.seq, "year": line.year, "name": member.name, "flags": f"{line.delta:+d}",
        "minutes": f"{line.minutes:+d}", "reason": line.reason.rstrip("。"), "by": by.get_full_name(),
    }  # fmt: skip
    settled = Assessment.objects.filter(member=member, run__is_official=True, run__year=line.year)
    then = settled.values_list("unit", "community").first() or ()
    staff = staff_of(*filter(None, {member.unit_id, member.community_id, *then})).exclude(pk=by.pk)
    send_many(CORRECTED.to_each(staff, line.pk, **facts))
    if member.user and not member.roster_changes.deaths().exists():
        send(OWN_CORRECTED.to(member.user, **facts))


def warn_of_ledger(fault: str) -> int:
    """Tell the city's secretaries that the ledger does not hold; once a day. `fault` is for people."""
    holders = Appointment.objects.current().filter(
        organization__kind=Organization.Kind.CITY, role=Appointment.Role.SECRETARY, user__is_active=True
    )
    users = {holder.user_id: holder.user for holder in holders.select_related("user")}
    day = today()
    return send_many(BROKEN.to_each(users.values(), date=day, day=format_date(day), fault=fault))
