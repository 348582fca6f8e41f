"""Inputs, whole forms, and buttons that post."""

from typing import Any

from django import forms
from django.forms import BoundField
from django.template import Context
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.ui.registry import register

COUNTED_FROM = 40  # characters; a shorter field is a name or a number
CHECKS = (forms.CheckboxInput, forms.RadioSelect, forms.CheckboxSelectMultiple)


def control_class(widget: forms.Widget) -> str:
    if isinstance(widget, CHECKS):
        return "form-check-input"
    return "form-select" if isinstance(widget, forms.Select) else "form-control"


@register.filter
def control(field: BoundField) -> SafeString:
    """The field's input with the look of the design system."""
    classes = [str(field.field.widget.attrs.get("class", "")), control_class(field.field.widget)]
    if field.errors:
        classes.append("is-invalid")
    return field.as_widget(attrs={"class": " ".join(filter(None, classes)), **counted(field.field)})


def counted(field: forms.Field) -> dict[str, Any]:
    """Long texts count what is written; told the most, a browser cuts what is pasted and says nothing."""
    most = getattr(field, "max_length", None)
    is_text = isinstance(field.widget, forms.TextInput | forms.Textarea) and not field.widget.is_hidden
    if not is_text or most is None or most < COUNTED_FROM:
        return {}
    return {"maxlength": False, "data-most": most}


@register.filter
def is_check(field: BoundField) -> bool:
    """A single tick box: its label stands behind it."""
    return isinstance(field.field.widget, forms.CheckboxInput)


@register.filter
def is_file(field: BoundField) -> bool:
    return isinstance(field.field.widget, forms.FileInput)


@register.inclusion_tag("components/form.html", takes_context=True)
def form(
    context: Context, form: forms.BaseForm, submit: str = "", cancel: str = "", **extra: str
) -> dict[str, Any]:
    """A whole form: token, error summary, fields, buttons. Extra: action, tone ("danger"), id."""
    return with_token(context, {"form": form, "submit": submit or _("保存"), "cancel": cancel, **extra})


@register.simple_tag
def longest_reason() -> int:
    """How many characters a reason may have: `data-most="{% longest_reason %}"`."""
    return LONGEST_REASON


def with_token(context: Context, values: dict[str, Any]) -> dict[str, Any]:
    """Values for a component that posts: the page's CSRF token goes along."""
    return {**values, "csrf_token": context.get("csrf_token", ""), "request": context.get("request")}


@register.inclusion_tag("components/confirm.html", takes_context=True)
def confirm(context: Context, label: str, url: str, title: str, **extra: Any) -> dict[str, Any]:
    """A button that asks before it posts; the title names what is changed or destroyed.

    Extra: text, action (word on the button), tone ("danger"), reason (True asks for one as field
    `reason`), typed (what has to be written out, as field `typed`), name and value (a hidden field), icon,
    small.
    """
    return with_token(context, {"label": label, "url": url, "title": title, **extra})


@register.inclusion_tag("components/masked.html", takes_context=True)
def masked(context: Context, value: str, url: str = "", label: str = "") -> dict[str, Any]:
    """A masked contact value; with a URL, a button that reveals it by POST after a reason."""
    return with_token(context, {"value": value, "url": url, "label": label})
