"""The catalogue of service items, kept by the city; a fresh city starts with a migration's list."""

from typing import NotRequired, TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from members.access import require
from members.models import User
from tasks.models import ServiceItem
from tasks.rules import check_text
from xianfeng.lib.refusal import Refusal


class RangeReversed(Refusal):
    code, field = "range_reversed", "max_flags"


class CodeTaken(Refusal):
    code, field = "code_taken", "code"


class ItemFields(TypedDict):
    """Flags from–to, and the service time of one member in minutes."""

    code: str
    name: str
    category: str
    min_flags: int
    max_flags: int
    default_minutes: int
    is_volunteering: bool
    is_active: bool
    words: NotRequired[str]
    needs_review: NotRequired[bool]
    belongs: NotRequired[str]
    not_belongs: NotRequired[str]


# What publishers read.
TEXTS = ("name", "words", "belongs", "not_belongs")


def check_range(least: int, most: int) -> None:
    if most < least:
        raise RangeReversed(
            _("红旗上限（%(most)d）不能小于下限（%(least)d）。") % {"most": most, "least": least}
        )


@transaction.atomic
def save_item(item: ServiceItem | None, *, by: User, **fields: Unpack[ItemFields]) -> ServiceItem:
    """Add an item (None) or change one. Tasks keep what they were published with.

    Raises RangeReversed, PersonalDataInTask, CodeTaken; PermissionDenied for anybody but the city.
    """
    require(by, "catalogue.edit")
    check_range(fields["min_flags"], fields["max_flags"])
    for name in TEXTS:
        check_text(fields.get(name, ""), str(ServiceItem._meta.get_field(name).verbose_name), field=name)  # type: ignore[arg-type,union-attr]
    others = ServiceItem.objects.exclude(pk=item.pk) if item else ServiceItem.objects.all()
    if others.filter(code=fields["code"]).exists():
        raise CodeTaken(_("编码 %(code)s 已被另一项使用，请换一个。") % {"code": fields["code"]})
    saved = item or ServiceItem()
    for name, value in fields.items():
        setattr(saved, name, value)
    saved.save()
    return saved
