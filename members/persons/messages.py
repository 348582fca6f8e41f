"""Who is told that two accounts are taken for one person's: their owners, whoever said so."""

from collections.abc import Iterable

from django.utils.translation import gettext_lazy as _

from members.models import PersonCheck, User
from notices.kinds import Kind, declare
from notices.outbox import Wording, send_many

SAME_PERSON = Kind("same_person", _("同一人"), told=_("这些账号的本人"), mandatory=True)
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
    body=_("由%(by)s办理。如有不对，请联系系统管理员。"),
    told=_("这些账号的本人"),
)


def tell(check: PersonCheck, wording: Wording) -> None:
    """Everybody concerned but who said it."""
    send_many(
        wording.to_each(concerned(check), check=check.pk, by=check.by, one=check.user, other=named(check))
    )


def concerned(check: PersonCheck) -> Iterable[User]:
    accounts = (check.user, check.member.user if check.member else check.other)
    return [account for account in accounts if account and account.pk != check.by_id]


def named(check: PersonCheck) -> str:
    """Both bear one name: an entry by its unit as well, an account by what it logs in with."""
    if check.member:
        return f"{check.member}（{check.member.unit}）"
    return f"{check.other}（{check.other.username if check.other else ''}）"
