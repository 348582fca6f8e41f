"""What the city asks of whom."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from members.models import Organization, User
from tasks.breakdown import dividing, rules
from tasks.models import Task
from tasks.rights import Kind
from xianfeng.lib.times import local_date, today
from xianfeng.lib.workdays import add_working_days
from xianfeng.ui.fields import day_input

USUAL_DUE = 5  # working days
SAME, SHORT = "same", "short"
EVERY = {"all_communities": Kind.COMMUNITY, "all_units": Kind.UNIT}


class TargetsForm(forms.Form):
    """Communities and units that the task reaches, how many places, and until when they answer."""

    all_communities = forms.BooleanField(label=_("任务面向的全部社区"), required=False)
    all_units = forms.BooleanField(label=_("任务面向的全部单位"), required=False)
    organizations = forms.MultipleChoiceField(
        label=_("或逐个选择"), required=False, widget=forms.CheckboxSelectMultiple
    )
    divided = forms.ChoiceField(
        label=_("怎么分"),
        widget=forms.RadioSelect,
        choices=[(SAME, _("每个组织一样多")), (SHORT, _("总数按各自还没达标的人数分"))],
        initial=SAME,
    )
    places = forms.IntegerField(
        label=_("人数"),
        min_value=1,
        max_value=rules.MOST_PLACES,
        help_text=_("一样多时是每个组织的人数；按人数分时是总数，没有人短缺的组织不分。"),
    )
    due = forms.DateField(
        label=_("承接期限"), widget=day_input(), help_text=_("到这一天为止承接或说明原因。")
    )

    def __init__(self, *args: Any, task: Task, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.task = task
        self.offered = offered(task)
        field: Any = self.fields["organizations"]
        field.choices = in_groups(self.offered)
        self.fields["due"].initial = usual_due(task)

    def wanted(self, by: User) -> dict[Organization, int]:
        kinds = {kind for name, kind in EVERY.items() if self.cleaned_data[name]}
        named, places = self.cleaned_data["organizations"], self.cleaned_data["places"]
        chosen = [one for one in self.offered if one.kind in kinds or str(one.pk) in named]
        if self.cleaned_data["divided"] == SHORT:
            return dividing.by_need(chosen, places, by=by)
        return dividing.evenly(chosen, places)


def usual_due(task: Task) -> dt.date:
    return min(add_working_days(today(), USUAL_DUE), local_date(task.starts_at))


def offered(task: Task) -> list[Organization]:
    """Who may be asked."""
    named = list(task.audience.all())
    answering = Organization.objects.active().within(task.publisher).filter(kind__in=rules.ANSWERS)
    return [one for one in answering if any(each.contains(one) for each in named)]


def in_groups(organizations: Iterable[Organization]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in organizations:
        groups[one.kind].append((str(one.pk), one.name))
    return [(str(Kind(kind).label), groups[kind]) for kind in rules.ANSWERS if groups[kind]]


class PromiseForm(forms.Form):
    """A unit's answer: who answers for it, and how many come."""

    contact_name = forms.CharField(
        label=_("联系人"), max_length=60, error_messages={"required": _("请写明单位的联系人。")}
    )
    places = forms.IntegerField(label=_("承诺人数"), min_value=1, max_value=rules.MOST_PLACES)
