"""Tabs: the faces of one page, of which the address names one."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.functional import Promise

from xianfeng.ui.registry import register
from xianfeng.ui.tables import address_with

# Key, label and, where it is known, the number of rows behind it.
type Face = tuple[str, str | Promise, int | None]


@dataclass(frozen=True)
class Tab:
    """One tab as `{% tabs %}` draws it."""

    key: str
    label: str | Promise
    url: str
    current: bool
    count: int | None = None


class Tabs(list[Tab]):
    """The tabs of a page, one of them current."""

    @property
    def chosen(self) -> Tab:
        return next(tab for tab in self if tab.current)


def chosen_key(request: HttpRequest, keys: Collection[str], *, default: str, param: str = "tab") -> str:
    """The tab that the address asks for, or the default. Raises Http404 for one that does not exist."""
    key = request.GET.get(param, default)
    if key not in keys:
        raise Http404(f"No tab {key!r} here.")
    return key


def tabs_of(
    request: HttpRequest, faces: Iterable[Face], *, default: str, param: str = "tab", drop: Iterable[str] = ()
) -> Tabs:
    """One tab for each face; each keeps the rest of the address but the page and what `drop` names.

    The default's address is the plain one. Raises Http404 where the address asks for another face.
    """
    faces = list(faces)
    chosen = chosen_key(request, [key for key, _label, _count in faces], default=default, param=param)
    gone = dict.fromkeys(["page", *drop])

    def url(key: str) -> str:
        return address_with(request.GET, **gone, **{param: None if key == default else key})

    return Tabs(Tab(key, label, url(key), key == chosen, count) for key, label, count in faces)


@register.inclusion_tag("components/tabs.html", name="tabs")
def draw(tabs: Iterable[Any], label: str) -> dict[str, Any]:
    """A row of tabs (each with label, url, current and perhaps count); `label` says what they part."""
    return {"tabs": tabs, "label": label}
