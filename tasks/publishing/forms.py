"""A task as its publisher writes it."""

import datetime as dt
import json
import re
import uuid
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from members.models import Organization
from tasks.catalogue.suggesting import suggested
from tasks.models import ServiceItem, Task
from tasks.models.sessions import MOST_SESSIONS, TIMES, longest_service
from tasks.publishing.fitting import Fitting, fitting
from tasks.publishing.rules import CITY_CHOICES, WORDS
from tasks.rules import MAX_FLAGS, MAX_MINUTES
from tasks.scope.warning import warning
from wishes.models import Wish
from xianfeng.lib import personal_data
from xianfeng.lib.ids import id_of
from xianfeng.lib.refusal import LONGEST_REASON
from xianfeng.lib.times import at, local_date, today

Kind = Organization.Kind
# Beyond these a date is a slip of the finger, and days reckoned from it would leave the calendar.
FIRST_DAY, LAST_DAY = dt.date(2000, 1, 1), dt.date(2100, 1, 1)
LONGEST_TITLE = 60
CLAUSE_END = re.compile(r"([，。；！？,;!?])")
NOT_TERMS = ("item", "reach", "chosen", "key", "keep", "clashes_seen", "insist")


def moment(label: Any, help_text: Any = "", *, required: bool = True) -> forms.DateTimeField:
    widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
    errors = {"required": _("请选择日期和时间。"), "invalid": _("请按“年-月-日 时:分”填写。")}
    message = _("请填写 2000 年至 2099 年之间的日期。")
    bounds = [MinValueValidator(at(FIRST_DAY, 0), message), MaxValueValidator(at(LAST_DAY, 0), message)]
    return forms.DateTimeField(
        label=label,
        help_text=help_text,
        widget=widget,
        required=required,
        error_messages=errors,
        validators=bounds,
    )


# What most tasks leave as it is: folded away, with what stands there then.
FOLDED = (
    "signup_opens_at", "signup_closes_at", "sessions", "flags", "minutes", "presence", "wanted_skills",
    "risk_note",
)  # fmt: skip
EMPTY: tuple[Any, ...] = (None, "")
PLAIN: dict[str, tuple[Any, ...]] = {
    "sessions": (None, "", 1, "1"),
    "presence": (None, Task.Presence.values[0]),
}


class TaskForm(forms.Form):
    """A task as its publisher writes it; the audience offered follows from the publisher's tier."""

    item = forms.ModelChoiceField(
        label=_("服务事项"),
        queryset=ServiceItem.objects.none(),
        empty_label=_("请选择"),
        error_messages={"required": _("请从目录中选择服务事项。")},
    )
    title = forms.CharField(
        label=_("标题"),
        max_length=LONGEST_TITLE,
        error_messages={"required": _("请填写标题，让党员一眼看懂要做什么。")},
    )
    text = forms.CharField(
        label=_("说明"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("做什么、带什么、怎么集合。不要写居民的姓名、电话和住址。"),
    )
    place = forms.CharField(
        label=_("地点"), max_length=100, error_messages={"required": _("请填写集合地点。")}
    )
    starts_at = moment(_("开始时间"))
    ends_at = moment(_("结束时间"))
    sessions = forms.IntegerField(
        label=_("天数"),
        min_value=1,
        max_value=MOST_SESSIONS,
        initial=1,
        required=False,
        help_text=_("连续几天、每天同一时段的任务填几天，结束时间填最后一天的。其余留 1。"),
    )
    signup_opens_at = moment(_("接单开始"), _("留空为发布后立即开始。"), required=False)
    signup_closes_at = moment(_("接单截止"), _("留空为任务开始时。"), required=False)
    capacity = forms.IntegerField(
        label=_("名额"),
        min_value=1,
        max_value=20000,
        help_text=_("最多需要几个人。"),
        error_messages={"required": _("请填写需要几个人。")},
    )
    flags = forms.IntegerField(
        label=_("红旗"),
        min_value=0,
        max_value=MAX_FLAGS,
        required=False,
        help_text=_("留空按服务事项的下限。"),
    )
    minutes = forms.IntegerField(
        label=_("时长（分钟）"),
        min_value=0,
        max_value=MAX_MINUTES,
        required=False,
        help_text=_("每人的服务时长，不超过任务从开始到结束。留空按服务事项的默认时长，多天的按各天之和。"),
    )
    reach = forms.ChoiceField(label=_("面向"), widget=forms.RadioSelect)
    chosen = forms.MultipleChoiceField(
        label=_("指定组织"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"invalid_choice": _("所选组织已不在名单中，请重新选择。")},
    )
    presence = forms.ChoiceField(label=_("签到方式"), choices=Task.Presence)
    organiser_name = forms.CharField(
        label=_("负责人"), max_length=60, error_messages={"required": _("请填写现场负责人的姓名。")}
    )
    wanted_skills = forms.CharField(
        label=_("所需特长"), max_length=200, required=False, help_text=_("多项用顿号分隔。")
    )
    risk_note = forms.CharField(label=_("安全提示"), max_length=300, required=False)
    keep = forms.BooleanField(label=_("文字里的门牌号是公共地点，可以公开"), required=False)
    # Shown once the rule has named whom another time puts in two places.
    clashes_seen = forms.BooleanField(label=_("知道这些人时间重叠，仍要改时间"), required=False)
    # Shown once a rule of the city's warned of what stands in the form.
    insist = forms.CharField(
        label=_("仍要发布的理由"),
        max_length=LONGEST_REASON,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("市里会看到。需要市里审核的，这里写给审核人的说明，可以不填。"),
    )
    key = forms.CharField(max_length=64, required=False, widget=forms.HiddenInput)

    asks_to_keep = False

    def __init__(
        self,
        *args: Any,
        publisher: Organization,
        wish: Wish | None = None,
        item: ServiceItem | None = None,
        whole: Task | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.publisher, self.wish, self.initial = publisher, wish, {**(self.initial or {})}
        self.whole = whole
        self.fields["key"].initial = uuid.uuid4().hex
        offered = ServiceItem.objects.active()
        if item:  # what the task was published with may be switched off since
            offered |= ServiceItem.objects.filter(pk=item.pk)
        if whole:  # a part is of the whole's item
            offered = ServiceItem.objects.filter(pk=whole.item_id)
        item_field: Any = self.fields["item"]
        item_field.queryset = offered
        item_field.label_from_instance = item_label
        self.offer_audience()

    def offer_audience(self) -> None:
        reach, chosen = (self.fields[name] for name in ("reach", "chosen"))
        choices = reach_choices(self.publisher, self.wish)
        setattr(reach, "choices", choices)  # noqa: B010  (typed as the bare Field)
        if self.initial.get("reach") not in dict(choices):  # a copy's old audience may not be this desk's
            self.initial["reach"] = choices[0][0]
        if self.publisher.kind == Kind.CITY:
            setattr(chosen, "choices", chosen_choices(self.publisher))  # noqa: B010
        else:
            del self.fields["chosen"]
        if len(choices) == 1:
            reach.widget = forms.HiddenInput()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or self.cleaned_data
        item: ServiceItem | None = values.get("item")
        values["sessions"] = values.get("sessions") or 1
        if item:
            values["flags"] = item.min_flags if values.get("flags") is None else values["flags"]
            values["minutes"] = (
                self.usual_minutes(item) if values.get("minutes") is None else values["minutes"]
            )
        now = timezone.now().replace(second=0, microsecond=0)
        values["signup_opens_at"] = values.get("signup_opens_at") or now
        values["signup_closes_at"] = values.get("signup_closes_at") or values.get("starts_at")
        if values.get("reach") == "chosen" and not values.get("chosen"):
            self.add_error("chosen", _("请至少选择一个街道、社区或单位，或改为面向全市。"))
        for name in WORDS:
            self.ask_about(name, values.get(name) or "")
        return values

    def ask_about(self, name: str, text: str) -> None:
        """A house number may be a public place, if the publisher says so; what was public already is."""
        found = [each.text for each in personal_data.find(text) if each.kind == personal_data.ADDRESS]
        if not found or text == self.initial.get(name):
            return
        self.asks_to_keep = True
        if not self.cleaned_data.get("keep"):
            message = gettext("像是有门牌号“%(text)s”。请去掉；确是公共地点的，勾选“%(keep)s”再提交。")
            self.add_error(name, message % {"text": "、".join(found), "keep": self.fields["keep"].label})

    def usual_minutes(self, item: ServiceItem) -> int:
        """What a member serves where nothing is filled in: as the catalogue says, on each day."""
        values = self.cleaned_data
        usual = item.default_minutes * values["sessions"]
        if not (values.get("starts_at") and values.get("ends_at")):
            return usual
        return max(0, min(usual, longest_service(Task(**{name: values[name] for name in TIMES}))))

    def item_worth(self) -> str:
        """Flags and minutes of each item on offer, as JSON for the page's script."""
        items: Any = self.fields["item"]
        return json.dumps(
            {one.pk: {"flags": one.min_flags, "minutes": one.default_minutes} for one in items.queryset}
        )

    def audience(self) -> list[Organization]:
        return self.addressed(self.cleaned_data["reach"], self.cleaned_data.get("chosen", []))

    def addressed(self, reach: str, chosen: Sequence[str]) -> list[Organization]:
        if reach == "wish" and self.wish:
            return [self.wish.organization]
        if reach == "chosen":
            return list(Organization.objects.filter(pk__in=chosen))
        return [self.publisher]

    def fitting(self) -> Fitting:
        """Whom the form as it stands would find; only organisations that are on offer count."""
        groups = getattr(self.fields.get("chosen"), "choices", [])
        offered = {pk for _kind, group in groups for pk, _name in group}
        chosen = offered.intersection(map(str, self["chosen"].value() or [])) if offered else set()
        within = list(self.whole.audience.all()) if self.whole else None
        addressed = self.addressed(self["reach"].value(), [*chosen])
        return fitting(addressed, self["wanted_skills"].value() or "", within)

    def warning(self) -> dict[str, Any]:
        """What speaks against the form as it stands, for its first look and without scripts."""
        item = ServiceItem.objects.filter(pk=id_of(key_of(self["item"].value()))).first()
        given = {name: str(self[name].value() or "") for name in ("title", "text", "flags")}
        return warning(item, **given)

    def has_options(self) -> bool:
        """Whether anything stands in a folded field, or is wrong there."""
        return any(self[name].errors or self[name].value() not in PLAIN.get(name, EMPTY) for name in FOLDED)

    def values(self) -> dict[str, Any]:
        """What the services take: the item, the audience and the task's own fields."""
        terms = {name: value for name, value in self.cleaned_data.items() if name not in NOT_TERMS}
        return {"item": self.cleaned_data["item"], "audience": self.audience(), **terms}


def key_of(value: Any) -> Any:
    """An initial value may be the row itself."""
    return value.pk if isinstance(value, ServiceItem) else value


def item_label(item: ServiceItem) -> str:
    """Name with what it is worth, so that nobody has to look it up."""
    flags = f"{item.min_flags}–{item.max_flags}" if item.max_flags > item.min_flags else str(item.min_flags)
    return _("%(category)s · %(name)s（%(flags)s 面）") % {
        "category": item.get_category_display(),
        "name": item.name,
        "flags": flags,
    }


def reach_choices(publisher: Organization, wish: Wish | None) -> list[tuple[str, Any]]:
    """Whom the publisher may address; the default first."""
    if publisher.kind == Kind.CITY:
        return [("own", _("全市党员")), ("chosen", _("指定街道、社区或单位"))]
    own = ("own", _("%(name)s的全体党员") % {"name": publisher.name})
    if wish and wish.organization_id != publisher.pk:
        return [("wish", _("%(name)s的党员") % {"name": wish.organization.name}), own]
    return [own]


def chosen_choices(city: Organization) -> list[tuple[str, list[tuple[str, str]]]]:
    """Streets, communities and units in groups. One query."""
    groups: dict[str, list[tuple[str, str]]] = defaultdict(list)
    for one in Organization.objects.active().within(city).filter(kind__in=CITY_CHOICES):
        groups[one.kind].append((str(one.pk), one.name))
    return [(str(Kind(kind).label), groups[kind]) for kind in CITY_CHOICES if groups[kind]]


def fresh_initial() -> dict[str, Any]:
    """The next Saturday morning: most service is at the weekend."""
    saturday = today() + dt.timedelta(days=(5 - today().weekday()) % 7 or 7)
    return {"starts_at": at(saturday, 9), "ends_at": at(saturday, 11), "capacity": 10}


def wish_initial(wish: Wish) -> dict[str, Any]:
    """From the public need alone; the private brief stays where it is."""
    public = {"title": title_of(wish.need), "text": wish.need, "place": str(wish.organization)}
    return {**fresh_initial(), **public, "capacity": 1, "item": suggested(wish.need)}


def title_of(need: str) -> str:
    """The need, or as many of its clauses as a title has room for; the text has all of it."""
    if len(need) <= LONGEST_TITLE:
        return need
    clauses = CLAUSE_END.split(need[:LONGEST_TITLE])
    return need[: len("".join(clauses[:-2]))] if len(clauses) > 2 else need[:LONGEST_TITLE]


def task_initial(task: Task) -> dict[str, Any]:
    names = set(TaskForm.base_fields) - {*NOT_TERMS, "item"}
    chosen = [one.pk for one in task.audience.all()]
    reach = "own" if chosen == [task.publisher_id] else "wish" if task.wish_id else "chosen"
    same = {name: getattr(task, name) for name in names}
    return {**same, "item": task.item_id, "reach": reach, "chosen": chosen}


def part_initial(whole: Task, places: int) -> dict[str, Any]:
    """From the city's task; place and people are the community's own."""
    same = (
        "title",
        "text",
        "starts_at",
        "ends_at",
        "sessions",
        "flags",
        "minutes",
        "wanted_skills",
        "risk_note",
    )
    return {**{name: getattr(whole, name) for name in same}, "item": whole.item_id, "capacity": places}


def copy_initial(task: Task, publisher: Organization) -> dict[str, Any]:
    """An old task again, on the next same weekday at the same time; sign-up starts at once.

    The city that copies a community's task does not address the whole city by accident.
    """
    weeks = max(0, (today() - local_date(task.starts_at)).days // 7 + 1)
    shift = dt.timedelta(weeks=weeks)
    later = {name: getattr(task, name) + shift for name in ("starts_at", "ends_at", "signup_closes_at")}
    initial = {**task_initial(task), **later, "signup_opens_at": None}
    return initial if publisher == task.publisher else {**initial, "reach": "chosen"}
