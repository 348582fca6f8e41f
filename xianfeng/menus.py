"""Navigation as data: which page, for whom. Drawn by `{% desk_menu %}` and `{% phone_tabs %}`.

An entry whose capability the desk does not hold is left out; one whose page does not exist is a mistake.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

type Text = str | Promise


class Desk(Protocol):
    """What the menu needs of an appointment."""

    def can(self, capability: str) -> bool: ...


@dataclass(frozen=True)
class Entry:
    """One line of a menu. An empty capability means everybody who sees this menu."""

    label: Text
    url_name: str
    icon: str
    capability: str = ""


@dataclass(frozen=True)
class Group:
    """Entries under a heading; the first group has none."""

    label: Text
    entries: tuple[Entry, ...]


@dataclass(frozen=True)
class Link:
    """An entry ready to be drawn."""

    label: Text
    url: str
    icon: str
    current: bool = False


DESK: tuple[Group, ...] = (
    Group("", (Entry(_("工作台"), "reports:desk_home", "grid"),)),
    Group(
        _("日常工作"),
        (
            Entry(_("报到"), "members:registrations", "person-check", "registrations.see"),
            Entry(_("心愿"), "wishes:list", "heart", "wishes.see"),
            Entry(_("任务"), "tasks:list", "clipboard", "tasks.see"),
            Entry(_("应急集结"), "tasks:musters", "megaphone", "tasks.see"),
            Entry(_("认定"), "tasks:to_verify", "check-square", "claims.verify"),
            Entry(_("分解目标"), "tasks:targets", "diagram", "targets.see"),
            Entry(_("服务队"), "members:teams", "people", "teams.see"),
            Entry(_("供需"), "tasks:balance", "sliders", "balance.see"),
        ),
    ),
    Group(
        _("年度"),
        (
            Entry(_("红旗台账"), "flags:ledger", "flag", "flags.see"),
            Entry(_("红旗进度"), "flags:behind", "chart", "flags.see"),
            Entry(_("考核"), "flags:assessments", "award", "assessments.see"),
        ),
    ),
    Group(
        _("名册与组织"),
        (
            Entry(_("党员"), "members:list", "people", "members.see"),
            Entry(_("导入"), "members:imports", "upload", "members.import"),
            Entry(_("导出"), "reports:exports", "download", "exports.make"),
            Entry(_("组织"), "members:organizations", "diagram", "organizations.see"),
            Entry(_("通知"), "notices:unreached", "send", "notices.see"),
            Entry(_("打扰情况"), "reports:burden", "bell", "burden.see"),
            Entry(_("保存期限"), "reports:retention", "clock", "retention.see"),
        ),
    ),
)

PHONE: tuple[Entry, ...] = (
    Entry(_("首页"), "reports:me", "house"),
    Entry(_("任务"), "tasks:browse", "clipboard"),
    Entry(_("签到"), "tasks:my_claims", "qr-scan"),
    Entry(_("红旗"), "flags:my_flags", "flag"),
    Entry(_("我的"), "members:profile", "person"),
)

ACCOUNT: tuple[Entry, ...] = (
    Entry(_("修改密码"), "account_change_password", "key"),
    Entry(_("两步验证"), "mfa_index", "shield"),
    Entry(_("邮箱"), "members:email", "send"),
    Entry(_("登录设备"), "usersessions_list", "display"),
)


def is_allowed(entry: Entry, desk: Desk | None) -> bool:
    return not entry.capability or bool(desk and desk.can(entry.capability))


# First screens: every page lies under them, and none belongs to them.
HOMES = ("/", "/desk/", "/me/")


def current_url(urls: Iterable[str], path: str) -> str:
    """The longest address that the path lies under; a shorter one is only its parent."""
    under = [url for url in urls if path == url or (url not in HOMES and path.startswith(url))]
    return max(under, key=len, default="")


def links(entries: Iterable[Entry], request: HttpRequest) -> list[Link]:
    """The entries this request may see, the current one marked. Raises NoReverseMatch for an unknown page."""
    desk: Desk | None = getattr(request, "desk", None)
    found = [(entry, reverse(entry.url_name)) for entry in entries if is_allowed(entry, desk)]
    here = current_url((url for _entry, url in found), request.path)
    return [Link(entry.label, url, entry.icon, url == here) for entry, url in found]


def desk_groups(request: HttpRequest) -> Iterator[tuple[Text, list[Link]]]:
    """The desk's navigation: heading and links of every group that has any."""
    everything = [entry for group in DESK for entry in group.entries]
    marked = {link.url: link for link in links(everything, request)}
    for group in DESK:
        shown = [marked[url] for entry in group.entries if (url := reverse(entry.url_name)) in marked]
        if shown:
            yield group.label, shown
