"""How long exported lists are kept; who took which stays on record (DOMAIN 4.7)."""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from reports.exports import making, rules
from reports.models import Export
from xianfeng.lib.database.retention import Files, Rows, Stay, blank

State = Export.State


def expire(over: QuerySet[Any]) -> None:
    for export in over:
        making.expire_one(export)


def named_files() -> set[str]:
    return set(Export.objects.exclude(file="").values_list("file", flat=True))


TERMS = (
    Rows(
        name="export_files",
        label=_("导出的文件"),
        since=_("生成"),
        days=rules.KEPT_FOR.days,
        does=_("删除文件，保留“谁导出了什么”"),
        why=_("够本人取走；需要时按当时的权限再导出一份。平时每小时清理，这里兜底。"),
        fields=("reports.Export.file",),
        held=lambda: Export.objects.filter(state=State.READY),
        over=lambda before: Q(expires_at__lte=before + rules.KEPT_FOR),
        forget=expire,
    ),
    Rows(
        name="export_queries",
        label=_("导出时的查询（可能写有姓名）"),
        since=_("导出"),
        days=30,
        does=_("清空查询"),
        why=_("只为“再导出一份”。记录里的筛选条件保留，其中的手机号早已遮盖。"),
        fields=("reports.Export.query",),
        held=lambda: Export.objects.exclude(query="").exclude(state__in=State.IN_MAKING),
        over=lambda before: Q(created_at__lte=before),
        forget=blank(query=""),
    ),
    Files(
        name="export_files_left",
        label=_("没有记录对应的导出文件"),
        since=_("写入"),
        days=1,
        does=_("删除"),
        why=_("正常情况下没有：这里清理中断时留下的。"),
        folder="exports",
        named=named_files,
    ),
)

STAYS = (
    Stay(
        label=_("导出记录：谁、何时、导出了哪份名单、哪些筛选和列"),
        why=_("个人信息的去向要查得到（个人信息保护法第五十一条、第五十五条）。"),
        fields=(
            "reports.Export.title",
            "reports.Export.filters",
            "reports.Export.error",
            "reports.ExportEvent.note",
        ),
    ),
)
