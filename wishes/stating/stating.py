"""A wish comes in: from a resident, or from staff for one."""

from typing import TYPE_CHECKING, Any, NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Organization
from wishes.models import Wish, WishEvent
from wishes.rights import check_handler
from wishes.stating import messages, rules
from wishes.telling import messages as resident
from xianfeng.lib.refusal import KeyReused
from xianfeng.lib.transitions import record

if TYPE_CHECKING:
    from members.models import User


class Asked(TypedDict):
    """What somebody asks for, where, and how to reach them; the same `key` again is the same wish."""

    organization: Organization
    need: str
    contact_name: str
    contact_mobile: str
    contact_address: NotRequired[str]
    detail: NotRequired[str]
    key: NotRequired[str | None]


def submit(**asked: Unpack[Asked]) -> Wish:
    """A resident states a wish; the same form sent twice makes one.

    Raises WrongPlace, PersonalDataInNeed, or KeyReused for the same key with another text.
    """
    return _create(**asked, source=Wish.Source.ONLINE)


def enter(*, source: str, by: "User", **asked: Unpack[Asked]) -> Wish:
    """Staff state a wish for a resident. Raises NotHandler and what `submit` raises."""
    check_handler(asked["organization"], by)
    return _create(**asked, source=source, entered_by=by)


def _create(*, organization: Organization, need: str, key: str | None = None, **given: Any) -> Wish:
    rules.check_place(organization)
    rules.check_need(need)
    fields = {"contact_address": "", "detail": "", **given}
    fields |= {"organization": organization, "need": " ".join(need.split())}
    with transaction.atomic():
        if not key:
            wish, is_new = Wish.objects.create(**fields), True
        else:
            # The unique key decides between two requests at the same moment.
            wish, is_new = Wish.objects.get_or_create(key=key, defaults=fields)
        if is_new:
            record([wish], event=WishEvent, by=fields.get("entered_by"))
            if wish.entered_by is None:  # staff know what they entered
                messages.tell_staff(wish)
            resident.tell(resident.RECEIVED, wish)
    if any(getattr(wish, name) != value for name, value in fields.items()):
        raise KeyReused(_("这张表单已经提交过，内容有改动。请重新打开页面再填。"))
    return wish
