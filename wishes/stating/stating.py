"""A wish comes in: from a resident, or from staff for one."""

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext as _

from members.models import Organization
from wishes.models import Wish, WishEvent
from wishes.rights import check_handler
from wishes.stating import rules
from xianfeng.lib.refusal import KeyReused
from xianfeng.lib.transitions import record

if TYPE_CHECKING:
    from members.models import User


def submit(
    *,
    organization: Organization,
    need: str,
    contact_name: str,
    contact_mobile: str,
    contact_address: str = "",
    detail: str = "",
    key: str | None = None,
) -> Wish:
    """A resident states a wish; the same form sent twice makes one.

    Raises WrongPlace, PersonalDataInNeed, or KeyReused for the same key with another text.
    """
    return _create(
        organization=organization,
        need=need,
        contact_name=contact_name,
        contact_mobile=contact_mobile,
        contact_address=contact_address,
        detail=detail,
        source=Wish.Source.ONLINE,
        key=key,
    )


def enter(
    *,
    organization: Organization,
    need: str,
    contact_name: str,
    contact_mobile: str,
    contact_address: str = "",
    detail: str = "",
    source: str,
    by: "User",
    key: str | None = None,
) -> Wish:
    """Staff state a wish for a resident. Raises NotHandler and what `submit` raises."""
    check_handler(organization, by)
    return _create(
        organization=organization,
        need=need,
        contact_name=contact_name,
        contact_mobile=contact_mobile,
        contact_address=contact_address,
        detail=detail,
        source=source,
        entered_by=by,
        key=key,
    )


def _create(*, organization: Organization, need: str, key: str | None, **fields: Any) -> Wish:
    rules.check_place(organization)
    rules.check_need(need)
    fields |= {"organization": organization, "need": " ".join(need.split())}
    with transaction.atomic():
        if not key:
            wish, is_new = Wish.objects.create(**fields), True
        else:
            # The unique key decides between two requests at the same moment.
            wish, is_new = Wish.objects.get_or_create(key=key, defaults=fields)
        if is_new:
            record([wish], event=WishEvent, by=fields.get("entered_by"))
    if any(getattr(wish, name) != value for name, value in fields.items()):
        raise KeyReused(_("这张表单已经提交过，内容有改动。请重新打开页面再填。"))
    return wish
