"""Personal data in templates: `{% contact member "mobile" %}`, always through the one door."""

from typing import Any

from django import template
from django.template import Context
from django.utils.translation import gettext as _

from members.models import Member, Registration, User
from members.people import privacy

register = template.Library()


def opened_in(context: Context) -> frozenset[str]:
    return context.get("opened") or frozenset()


@register.simple_tag(takes_context=True)
def contact(context: Context, person: Member | Registration, field: str) -> str:
    """The field as the present viewer may read it; the view puts what is `opened` into the context."""
    viewer = context["request"].user
    return privacy.present(person, field, viewer, opened=opened_in(context))


@register.simple_tag(takes_context=True)
def may_reveal(context: Context, field: str) -> bool:
    """Whether a reveal button makes sense: allowed, and not open already."""
    viewer = context["request"].user
    return field not in opened_in(context) and privacy.may_reveal(viewer, field)


@register.filter
def masked_mobile(mobile: str) -> str:
    return privacy.mask_mobile(mobile)


@register.filter
def masked_email(user: User) -> str:
    """The address that serves, or the one whose owner has not opened the link yet."""
    if user.email:
        return privacy.mask_email(user.email)
    if user.unconfirmed_email:
        return _("%(email)s（本人未确认）") % {"email": privacy.mask_email(user.unconfirmed_email)}
    return "—"


@register.filter
def words(text: str) -> str:
    """ "、理发、财务、" as 理发、财务."""
    return text.strip("、")


FIELD_NAMES: dict[str, Any] = privacy.FIELD_NAMES


@register.filter
def field_name(field: str) -> str:
    """The Chinese name of a field in a reveal or a difference."""
    return str(FIELD_NAMES.get(field, field))
