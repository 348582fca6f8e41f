"""May a registration take this step? Each check raises a typed refusal; buttons ask the same ones."""

from django.utils.translation import gettext as _

from members.models import Member, Registration, User
from xianfeng.lib.refusal import Refusal


class AlreadyOpen(Refusal):
    code = "already_open"


class OwnRegistration(Refusal):
    code = "own_registration"


class MobileOnRoster(Refusal):
    code = "mobile_on_roster"


class NotThisPerson(Refusal):
    code = "not_this_person"


class WrongPlace(Refusal):
    code = "wrong_place"


def check_not_own(registration: Registration, by: User) -> None:
    """Nobody decides on their own registration (DOMAIN 3: publisher and beneficiary differ)."""
    if by.is_oneself(registration.user_id):
        raise OwnRegistration(_("不能办理自己的报到，请交给同事办理。"))


def check_not_own_entry(member: Member, by: User) -> None:
    """Nor on one that turns out to be about their own entry, whatever account it came from."""
    if by.is_same_person(member):
        raise OwnRegistration(_("不能办理自己的报到，请交给同事办理。"))


def check_place(registration: Registration) -> None:
    """Community and estate belong together and are in use. Raises WrongPlace."""
    community, estate = registration.community, registration.estate
    if not community.is_active or community.kind != community.Kind.COMMUNITY:
        raise WrongPlace(_("这个社区已停用，请重新选择。"))
    if estate and (not estate.is_active or not community.contains(estate)):
        raise WrongPlace(_("所选小区不属于这个社区，请重新选择。"))


def check_same_person(registration: Registration, member: Member) -> None:
    """Name and unit agree. Raises NotThisPerson."""
    if member.name != registration.name or member.unit_id != registration.unit_id:
        raise NotThisPerson(_("姓名和单位都一致才能认作同一人，请先请单位更正名册。"))
