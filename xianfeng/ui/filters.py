"""A filter form in one line, with what is active as chips below."""

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.db.models import Model, QuerySet
from django.forms import BoundField
from django.http import QueryDict
from django.template import Context
from django.utils.translation import gettext as _

from xianfeng.lib import times
from xianfeng.ui.forms import with_token
from xianfeng.ui.registry import register
from xianfeng.ui.tables import address_with, preference, request_of


@register.inclusion_tag("components/filters.html", takes_context=True)
def filters(context: Context, filterset: Any, main: int = 4) -> dict[str, Any]:
    """A filter form (a FilterSet or a bound GET form) in one line, what is active as chips below.

    The first `main` fields stand in the line, the others behind 更多筛选. Sorting is kept.
    """
    form: forms.Form = getattr(filterset, "form", filterset)
    query = request_of(context).GET
    fields = [field for field in form.visible_fields() if field.name != "sort"]
    chips = list(active_filters(form, fields, query))
    keys = {key for field in fields for key in keys_of(field)} | {"page"}
    liked = preference(context)
    return with_token(
        context,
        {
            "main": fields[:main],
            "more": fields[main:],
            "is_open": any(chip["name"] in {field.name for field in fields[main:]} for chip in chips),
            "chips": chips,
            "clear": address_with(query, **dict.fromkeys(keys)),
            "kept": [(key, value) for key in query if key not in keys for value in query.getlist(key)],
            "saved": liked.filters if liked else [],
            "address": request_of(context).get_full_path(),
            "may_keep": bool(getattr(request_of(context), "desk", None)),
        },
    )


def keys_of(field: BoundField) -> list[str]:
    """The query keys of a field; range widgets have two each."""
    name = field.html_name
    return [name, *(f"{name}_{end}" for end in ("min", "max", "after", "before"))]


def active_filters(
    form: forms.Form, fields: Iterable[BoundField], query: QueryDict
) -> Iterator[dict[str, str]]:
    """Label, value and the address without it, for each filter that is set."""
    cleaned = form.cleaned_data if form.is_bound and form.is_valid() else {}
    for field in fields:
        value = cleaned.get(field.name)
        if not is_set(field, value):
            continue
        yield {
            "name": field.name,
            "label": str(field.label),
            "value": filter_text(field, value),
            "url": address_with(query, page=None, **dict.fromkeys(keys_of(field))),
        }


def is_set(field: BoundField, value: Any) -> bool:
    """Whether a filter narrows the list: an empty value, range or selection does not, nor an unticked box."""
    if value is False:
        return isinstance(field.field, forms.NullBooleanField)
    if isinstance(value, slice):
        return value != slice(None)
    return bool(value)


def filter_text(field: BoundField, value: Any) -> str:
    """A filter's value in words: choices by their label, ranges by their ends."""
    if isinstance(value, slice):
        ends = [day_text(end) if end is not None else "" for end in (value.start, value.stop)]
        return "–".join(ends)
    if isinstance(value, list | tuple | set | QuerySet):
        return "、".join(filter_text(field, each) for each in value)
    if isinstance(value, bool):
        return _("是") if value else _("否")
    choices = getattr(field.field, "flatchoices", None) or getattr(field.field, "choices", None) or ()
    if not isinstance(value, Model):
        value = {str(key): label for key, label in flat(choices)}.get(str(value), value)
    return day_text(value)


def flat(choices: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
    """Choices without their groups."""
    for key, label in choices:
        if isinstance(label, list | tuple):
            yield from flat(label)
        else:
            yield key, label


def day_text(value: object) -> str:
    return times.format_date(value, weekday=False) if isinstance(value, dt.date) else str(value)
