"""The manuals of docs/ that the portal serves: which there are, and who reads which."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from members.kinds import OrganizationKind
from members.models import User

DOCS: Path = settings.BASE_DIR / "docs"


@dataclass(frozen=True)
class Manual:
    """One file of docs/ under its name in addresses; those for everybody are read without an account."""

    name: str
    file: str
    label: str | Promise
    is_open: bool = False
    # The others are about one subject.
    is_of_a_role: bool = False

    @property
    def path(self) -> Path:
        return DOCS / self.file

    @property
    def url(self) -> str:
        return reverse("reports:open_manual" if self.is_open else "reports:manual", args=[self.name])


def of_role(name: str, label: str | Promise, file: str, *, is_open: bool = False) -> Manual:
    return Manual(name, f"使用手册/{file}.md", label, is_open, is_of_a_role=True)


MANUALS = (
    of_role("city", _("市委组织部"), "市委组织部"),
    of_role("community", _("社区"), "社区"),
    of_role("estate", _("小区党支部"), "小区"),
    of_role("unit", _("单位"), "单位"),
    of_role("member", _("在职党员"), "党员", is_open=True),
    of_role("resident", _("居民"), "居民", is_open=True),
    of_role("administrator", _("系统管理员"), "系统管理员"),
    Manual("rosters", "名册导入.md", _("名册导入")),
    Manual("assessment", "年度考核.md", _("年度考核")),
    Manual("exports", "导出.md", _("导出")),
    Manual("notices", "谁收到什么.md", _("谁收到什么")),
    Manual("retention", "保存期限.md", _("保存期限")),
    Manual("deployment", "部署.md", _("部署")),
    Manual("backups", "备份与恢复.md", _("备份与恢复")),
)
BY_NAME = {manual.name: manual for manual in MANUALS}
BY_PATH = {manual.path: manual for manual in MANUALS}
# A street looks at what its communities do.
OF_KIND = {OrganizationKind.STREET: "community"}


def of_desk(kind: str) -> Manual:
    """The manual of an organisation of this kind."""
    return BY_NAME[OF_KIND.get(OrganizationKind(kind), kind)]


def is_staff(user: User | AnonymousUser) -> bool:
    return isinstance(user, User) and (bool(user.desk) or user.is_superuser)


def readable_by(user: User | AnonymousUser) -> Iterator[Manual]:
    """Staff read all of them, everybody else those that are open."""
    staff = is_staff(user)
    yield from (manual for manual in MANUALS if staff or manual.is_open)
