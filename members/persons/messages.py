"""Who is told that two accounts are taken for one person's, or no longer: their owners, whoever said so."""

import uuid
from collections.abc import Collection, Iterable

from django.utils.translation import gettext_lazy as _

from members.models import PersonCheck, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many
from xianfeng.lib.times import today

SAME_PERSON = Kind(
    "same_person",
    _("同一人"),
    told=_("这些账号的本人；解除的、系统管理员与任职成了同一人的，还有市级工作人员和系统管理员"),
    mandatory=True,
)
KINDS = declare(SAME_PERSON)

UNITED = Wording(
    SAME_PERSON,
    key="same-person:%(check)s:%(user)s",
    subject=_("%(one)s与%(other)s记为同一人"),
    body=_("由%(by)s办理。账号照旧各自登录，您本人的事由同事办理。如有不对，请联系系统管理员。"),
    told=_("这些账号的本人"),
)
PARTED = Wording(
    SAME_PERSON,
    key="same-person:%(check)s:%(user)s",
    subject=_("%(one)s与%(other)s不再记为同一人"),
    body=_("由%(by)s办理。如有不对，请联系市委组织部和另一位系统管理员。"),
    told=_("这些账号的本人、市级工作人员和系统管理员"),
)
# The day: it may come about again, and a notice of long ago would then be all there is.
BOTH = Wording(
    SAME_PERSON,
    key="administrator-with-a-post:%(person)s:%(day)s:%(user)s",
    subject=_("%(who)s既是系统管理员又有任职"),
    body=_(
        "报到或合并后查明这些账号是同一人：%(accounts)s。系统管理员不能任职，"
        "请终止其中一项；在那之前本人不能办公。"
    ),
    link="members:appointments",
    told=_("这些账号的本人、市级工作人员和系统管理员"),
)


def tell(check: PersonCheck, wording: Wording, *, besides: Iterable[User] = ()) -> None:
    """Everybody concerned, and others besides, but who said it."""
    people = {user.pk: user for user in (*concerned(check), *besides) if user.pk != check.by_id}
    facts = {"check": check.pk, "by": check.by, "one": check.user, "other": named(check)}
    send_many(wording.to_each(people.values(), **facts))


def tell_of_both(person: uuid.UUID, accounts: Collection[User], deciders: Iterable[User]) -> None:
    """An administrator and a post are one person now."""
    people = {user.pk: user for user in (*accounts, *deciders)}
    names = "、".join(dict.fromkeys(f"{user}（{user.username}）" for user in accounts))
    facts = {"person": person, "day": today(), "who": next(iter(accounts)), "accounts": names}
    send_many(BOTH.to_each(people.values(), **facts))


def concerned(check: PersonCheck) -> Iterable[User]:
    accounts = (check.user, check.member.user if check.member else check.other)
    return [account for account in accounts if account]


def named(check: PersonCheck) -> str:
    """Both bear one name: an entry by its unit as well, an account by what it logs in with."""
    if check.member:
        return f"{check.member}（{check.member.unit}）"
    return f"{check.other}（{check.other.username if check.other else ''}）"
