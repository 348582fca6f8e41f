"""The living list of the design system's components, served with DEBUG only."""

import datetime as dt
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from xianfeng.lib.states import States
from xianfeng.ui.fields import day_input, search_input
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import page_of

UNITS = [("edu", _("市教育局")), ("tax", _("市税务局")), ("health", _("市卫生健康局"))]
TABS = [("", _("全部"), 180), ("open", _("待办"), 12), ("done", _("已办"), None)]
NAMES = ["王芳", "李建国", "赵敏", "欧阳雪梅", "孙志强", "周婷", "吴磊", "郑晓东"]


class SampleState(States):
    OPEN = "open", "info", _("接单中")
    FULL = "full", "warning", _("已满员")
    DONE = "done", "success", _("已认定")
    CANCELLED = "cancelled", "neutral", _("已取消")


class SampleForm(forms.Form):
    """Every kind of input, with help and with errors."""

    title = forms.CharField(
        label=_("任务名称"),
        max_length=30,
        help_text=_("30 字以内，写清做什么。"),
        error_messages={"required": _("请填写任务名称。")},
    )
    category = forms.ChoiceField(label=_("类别"), choices=UNITS, required=False)
    starts_on = forms.DateField(label=_("日期"), widget=day_input())
    presence = forms.ChoiceField(
        label=_("签到方式"),
        choices=[("qr", _("动态二维码")), ("roster", _("名册点名"))],
        widget=forms.RadioSelect,
    )
    skills = forms.MultipleChoiceField(
        label=_("需要的特长"),
        required=False,
        choices=[("hair", _("理发")), ("finance", _("财务")), ("law", _("法律咨询"))],
        widget=forms.CheckboxSelectMultiple,
    )
    text = forms.CharField(label=_("说明"), required=False, widget=forms.Textarea(attrs={"rows": 3}))
    photo = forms.FileField(label=_("附件"), required=False, help_text=_("xlsx 或 csv，10 MB 以内。"))
    agreed = forms.BooleanField(
        label=_("我已告知参加者注意安全"), error_messages={"required": _("请勾选确认。")}
    )


class SampleFilter(forms.Form):
    q = forms.CharField(label=_("查找"), required=False, widget=search_input(_("姓名")))
    unit = forms.ChoiceField(label=_("单位"), choices=[("", _("全部")), *UNITS], required=False)
    state = forms.ChoiceField(
        label=_("状态"), choices=[("", _("全部")), *SampleState.choices], required=False
    )
    since = forms.DateField(label=_("自"), required=False, widget=day_input())
    behind = forms.BooleanField(label=_("只看进度偏慢"), required=False)


def sample_rows() -> list[SimpleNamespace]:
    return [
        SimpleNamespace(
            pk=i + 1,
            name=NAMES[i % len(NAMES)],
            unit=UNITS[i % 3][1],
            flags=(i * 7) % 12,
            State=SampleState,
            state=list(SampleState)[i % 4],
        )
        for i in range(180)
    ]


def sample_events(now: dt.datetime) -> list[dict[str, Any]]:
    """A wish's history, newest first."""
    steps = [
        (2, "已认定，点亮 2 面红旗", "陈书记", "很好，2 小时"),
        (30, "已接单", "王芳", ""),
        (52, "已提交", "居民", ""),
    ]
    return [
        {"at": now - dt.timedelta(hours=hours), "title": title, "by": by, "note": note}
        for hours, title, by, note in steps
    ]


@login_not_required
def page(request: HttpRequest) -> HttpResponse:
    """All components with sample data; `?toast=1` shows the toasts."""
    now = timezone.now()
    if "toast" in request.GET:
        messages.success(request, "已确认 3 位同志的报到。")
        messages.error(request, "2 位没有确认：手机号与名册不符，请逐条核对。")
    months = [(f"{month}月", (month * 37) % 90 + 12) for month in range(1, 13)]
    return render(
        request,
        "styleguide.html",
        {
            "form": SampleForm(),
            "form_with_errors": SampleForm({"title": ""}, prefix="bad"),
            "filter": SampleFilter(request.GET or {"unit": "edu"}),
            "page": page_of(request, sample_rows(), 8),
            "tabs": tabs_of(request, TABS, default="", param="state"),
            "events": sample_events(now),
            "now": now,
            "later": now + dt.timedelta(hours=2),
            "in_three_days": now + dt.timedelta(days=3),
            "person": SimpleNamespace(name="王芳", unit="市教育局"),
            "months": months,
            "bars": [("青锋社区", 182), ("江新社区", 141), ("花园社区", 96), ("东门社区", 38)],
            "spark": [value for _month, value in months],
        },
    )


@login_not_required
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """A row's detail: a fragment for the side panel, a page for everybody else."""
    row = sample_rows()[(pk - 1) % 180]
    return render(request, "styleguide_detail.html", {"row": row, "events": sample_events(timezone.now())})


@login_not_required
def phone(request: HttpRequest) -> HttpResponse:
    now = timezone.now()
    later = now + dt.timedelta(hours=2)
    return render(request, "styleguide_phone.html", {"now": now, "later": later})


@login_not_required
def public(request: HttpRequest) -> HttpResponse:
    return render(request, "styleguide_public.html", {"form": SampleForm()})


urlpatterns = [
    path("", page, name="styleguide"),
    path("phone/", phone, name="styleguide_phone"),
    path("public/", public, name="styleguide_public"),
    path("<int:pk>/", detail, name="styleguide_detail"),
]
