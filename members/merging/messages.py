"""Who is told that two records are one now, or two again."""

from django.utils.translation import gettext_lazy as _

from members.models import Member, Merge, User
from members.numbers.messages import staff_of
from notices.kinds import Kind, declare
from notices.outbox import Wording, send, send_many

MERGE = Kind("merge", _("记录合并"), told=_("本人，和两条记录所在单位、社区的书记、工作人员"))
KINDS = declare(MERGE)

MERGED = Wording(
    MERGE,
    key="merge:%(merge)s:done:%(user)s",
    subject=_("%(name)s 的两条记录已合并"),
    body=_("%(reason)s（%(by)s 办理）。报到、接单、红旗和豁免都归到一条记录；如有不对，可以撤销。"),
    link="members:merge",
    told=_("两条记录所在单位、社区的书记、工作人员"),
)
UNMERGED = Wording(
    MERGE,
    key="merge:%(merge)s:undone:%(user)s",
    subject=_("%(name)s 的记录合并已撤销"),
    body=_("%(by)s 撤销了合并，两条记录恢复原样。"),
    link="members:merge",
    told=_("两条记录所在单位、社区的书记、工作人员"),
)
OWN_MERGED = Wording(
    MERGE,
    key="merge:%(merge)s:done:own:%(user)s",
    subject=_("您的两条记录已合并"),
    body=_("名册上您有两条记录，已由 %(by)s 合并，红旗和接单合在一起。如有不对，请联系单位或社区。"),
    link="members:profile",
    told=_("本人"),
)
OWN_UNMERGED = Wording(
    MERGE,
    key="merge:%(merge)s:undone:own:%(user)s",
    subject=_("您的记录合并已撤销"),
    body=_("%(by)s 撤销了之前的合并，两条记录恢复原样。如有疑问，请联系单位或社区。"),
    link="members:profile",
    told=_("本人"),
)


def tell(staff: Wording, own: Wording, merge: Merge, *, by: User) -> None:
    """The person, and the staff of both records; whoever did it knows."""
    facts = {"merge": merge.pk, "name": merge.kept.name, "reason": merge.reason, "by": by.get_full_name()}
    recipients = {user.pk: user for record in (merge.kept, merge.gone) for user in staff_of(record)}
    recipients.pop(by.pk, None)
    send_many(staff.to_each(recipients.values(), merge.pk, **facts))
    for user in accounts_of(merge.kept, merge.gone):
        send(own.to(user, **facts))


def accounts_of(*records: Member) -> list[User]:
    return [record.user for record in records if record.user]
