"""The lists that can be taken away as files: which rows, in which columns. To add one: a Resource and
its line in `RESOURCES`.

Each has the rows and the order of its page: the same scope, the same filters, the same query string.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import FilterSet
from import_export import resources

from flags.assessment import assessing, behind
from flags.assessment import views as assessment
from flags.assessment.filters import BehindFilter, ResultFilter
from flags.assessment.pacing import Clock
from flags.assessment.standing import WORDS
from flags.ledger import views as ledger
from flags.ledger.filters import LedgerFilter
from flags.models import Assessment, AssessmentRun, Category, FlagEntry
from members.access import StaffRequest
from members.models import Appointment, Member, Organization, Registration
from members.people.filters import MemberFilter, with_flags
from members.people.privacy import FIELD_NAMES, knows_homes
from members.registration import reconciling
from reports.exports.columns import (
    DAY,
    MOMENT,
    NUMBER,
    Column,
    as_hours,
    as_list,
    as_yes,
    masked_mobile,
    words_of,
)
from xianfeng.lib.ids import id_of
from xianfeng.lib.times import today
from xianfeng.ui.filters import active_filters
from xianfeng.ui.tabs import chosen_key

NOT_ROWS = ("page",)  # what a query string may hold besides the rows and their order


class ListResource(resources.Resource):
    """A list as its page's own request sees it: `asking` has the user, the desk and the query."""

    name: ClassVar[str]
    label: ClassVar[str | Promise]
    sees: ClassVar[str]  # whoever may open the page may take the list away
    page: ClassVar[str]  # its address
    # The page's tabs by their value in the query, the first being the page's own first.
    tab: ClassVar[str] = ""
    tabs: ClassVar[Mapping[str, str | Promise]] = {}

    class Meta:
        chunk_size = 2_000

    def __init__(self, asking: StaffRequest) -> None:
        super().__init__()
        self.asking = asking

    # What a list says of itself

    def get_queryset(self) -> QuerySet[Any]:
        raise NotImplementedError

    def is_counted(self) -> bool:
        """Whether a worker made what the rows come from; until then there are none, which says nothing."""
        return True

    def filterset(self) -> FilterSet | None:
        return None

    @cached_property
    def found(self) -> Any:
        """The page's filters as the query sets them, read once."""
        return self.filterset()

    def title(self) -> str:
        return str(self.label)

    def address(self) -> str:
        """The page that shows these rows."""
        return with_query(reverse(self.page), self.query)

    # What follows from it

    @property
    def query(self) -> str:
        """The part of the query string that chooses and orders the rows."""
        kept = self.asking.GET.copy()
        for name in NOT_ROWS:
            kept.pop(name, None)
        return kept.urlencode()

    @property
    def chosen_tab(self) -> str:
        """Raises Http404 for a tab that the page does not have."""
        return chosen_key(self.asking, self.tabs, default=next(iter(self.tabs)), param=self.tab)

    def words(self) -> list[str]:
        """The filters that are set, as the page's chips say them."""
        if self.found is None:
            return []
        form = self.found.form
        chips = active_filters(form, form.visible_fields(), self.asking.GET)
        return [f"{chip['label']}：{chip['value']}" for chip in chips]

    def offered(self, desk: Appointment) -> dict[str, Column]:
        """The columns this desk may have, in the order of the file."""
        return {name: column for name, column in self.fields.items() if column.allowed(desk)}

    def records(self, chosen: Sequence[str]) -> Iterator[list[Any]]:
        """Every row as its cells: text, numbers, dates. One query, read in pieces."""
        columns = self.get_export_fields(chosen)
        sources = sorted({source for column in columns for source in column.sources})
        for record in self.iter_queryset(self.get_queryset().values(*sources)):
            yield [column.export(record, force_native_type=True) for column in columns]


def with_query(path: str, query: str) -> str:
    return f"{path}?{query}" if query else path


class Members(ListResource):
    """党员名单: the roster."""

    name, label, sees, page = "members", _("党员名单"), "members.see", "members:list"

    member = Column(_("姓名"), "name", width=10)
    unit = Column(_("单位"), "unit__name", width=22)
    position = Column(_("职务"), "position", ticked=False)
    is_leader = Column(_("领导干部"), "is_leader", make=as_yes, ticked=False)
    community = Column(_("社区"), "community__name")
    estate = Column(_("小区"), "estate__name", allowed=knows_homes)
    mobile = masked_mobile()
    flags = Column(_("本年红旗"), "flags", holds=NUMBER)
    state = Column(_("状态"), "state", make=words_of(Member.State.choices))
    registered_at = Column(_("报到时间"), "registered_at", holds=MOMENT, width=17)
    joined_on = Column(_("入册日期"), "joined_on", holds=DAY, ticked=False)
    skills = Column(_("特长"), "skills", make=as_list, width=20, ticked=False)
    intentions = Column(_("服务意向"), "intentions", make=as_list, width=20, ticked=False)
    free_times = Column(_("空闲时间"), "free_times", make=as_list, width=20, ticked=False)
    note = Column(_("备注"), "note", width=30, ticked=False)

    def __init__(self, asking: StaffRequest) -> None:
        super().__init__(asking)
        self.fields["flags"].column_name = gettext("%(year)s 年红旗") % {"year": today().year}

    def filterset(self) -> MemberFilter:
        rows = with_flags(Member.objects.visible_to(self.asking.user))
        return MemberFilter(self.asking.GET, queryset=rows, request=self.asking)

    def get_queryset(self) -> QuerySet[Member]:
        rows: QuerySet[Member] = self.found.qs
        return rows


def account(state: str, user: int | None) -> str:
    """How far a member came; whoever has no account cannot be reminded."""
    return gettext("没有账号") if user is None else str(Member.State(state).label)


class Progress(ListResource):
    """红旗进度: who is behind by now, short of the year, or done, by the flags of today."""

    name, label, sees, page = "progress", _("红旗进度"), "flags.see", "flags:behind"
    tab, tabs = behind.WHO, behind.LABELS

    member = Column(_("姓名"), "member__name", width=10)
    unit = Column(_("单位"), "unit__name", width=22)
    community = Column(_("社区"), "community__name")
    is_leader = Column(_("领导干部"), "member__is_leader", make=as_yes, ticked=False)
    mobile = masked_mobile("member__mobile", ticked=False)
    flags = Column(_("红旗"), "live_flags", holds=NUMBER)
    required = Column(_("全年应得"), "required_flags", holds=NUMBER)
    pace = Column(_("此时应有"), "required_flags", "months", "exempt_months", holds=NUMBER)
    missing = Column(_("全年还缺"), "short_flags", holds=NUMBER)
    hours = Column(_("服务时长（小时）"), "live_minutes", make=as_hours, holds=NUMBER, ticked=False)
    required_hours = Column(
        _("应服务时长（小时）"), "required_minutes", make=as_hours, holds=NUMBER, ticked=False
    )
    missing_hours = Column(_("还缺时长（小时）"), "short_minutes", make=as_hours, holds=NUMBER, ticked=False)
    standing = Column(_("达标"), "standing", make=words_of(WORDS.items()), ticked=False)
    state = Column(_("报到"), "member__state", "member__user_id", make=account)

    def __init__(self, asking: StaffRequest) -> None:
        super().__init__(asking)
        clock = Clock.at(today().year, today())
        self.fields["pace"].make = lambda flags, months, exempt: clock.pace(flags, months + exempt)

    def title(self) -> str:
        words = {"year": today().year, "tab": self.tabs[self.chosen_tab]}
        return gettext("%(year)s 年红旗进度 · %(tab)s") % words

    def is_counted(self) -> bool:
        run = assessing.standing_forecast(today().year)
        return bool(run and run.finished_at)

    def filterset(self) -> BehindFilter:
        return BehindFilter(self.asking.GET, behind.scoped(self.asking), request=self.asking)

    def get_queryset(self) -> QuerySet[Assessment]:
        return behind.listed(self.asking, self.found)


class Results(ListResource):
    """考核结果: one run of the yearly check; `run` in the query names it, else it is the newest."""

    name, label, sees, page = "results", _("考核结果"), "assessments.see", "flags:assessment"

    member = Column(_("姓名"), "member__name", width=10)
    unit = Column(_("单位"), "unit__name", width=22)
    community = Column(_("社区"), "community__name")
    position = Column(_("职务"), "member__position", ticked=False)
    is_leader = Column(_("领导干部"), "member__is_leader", make=as_yes, ticked=False)
    flags = Column(_("红旗"), "flags", holds=NUMBER)
    required = Column(_("应得红旗"), "required_flags", holds=NUMBER)
    hours = Column(_("服务时长（小时）"), "minutes", make=as_hours, holds=NUMBER)
    required_hours = Column(
        _("应服务时长（小时）"), "required_minutes", make=as_hours, holds=NUMBER, ticked=False
    )
    months = Column(_("计入月数"), "months", holds=NUMBER)
    exempt_months = Column(_("豁免月数"), "exempt_months", holds=NUMBER, ticked=False)
    missing = Column(_("还缺红旗"), "missing_flags", holds=NUMBER)
    missing_hours = Column(
        _("还缺时长（小时）"), "missing_minutes", make=as_hours, holds=NUMBER, ticked=False
    )
    result = Column(_("结果"), "result", make=words_of(Assessment.Result.choices))

    @cached_property
    def run(self) -> AssessmentRun:
        """Raises Http404 where the query names none, or nothing was checked yet."""
        runs = AssessmentRun.objects.visible_to(self.asking.user).filter(finished_at__isnull=False)
        if asked := self.asking.GET.get("run"):
            return get_object_or_404(runs, pk=id_of(asked))
        if newest := runs.order_by("-year", "-is_official").first():
            return newest
        raise Http404("No run has results yet.")

    def title(self) -> str:
        words = {"year": self.run.year, "state": self.run.get_state_display()}
        return gettext("%(year)s 年度考核结果 · %(state)s") % words

    def address(self) -> str:
        return with_query(reverse(self.page, args=[self.run.pk]), self.query)

    @property
    def query(self) -> str:
        """Names the run, so that the same query means the same file tomorrow."""
        kept = self.asking.GET.copy()
        kept["run"] = str(self.run.pk)
        kept.pop("page", None)
        return kept.urlencode()

    def filterset(self) -> ResultFilter:
        rows = Assessment.objects.visible_to(self.asking.user).filter(run=self.run)
        return ResultFilter(self.asking.GET, rows, request=self.asking)

    def get_queryset(self) -> QuerySet[Assessment]:
        return assessment.listed(self.asking, self.found)


class Ledger(ListResource):
    """红旗流水: the lines of the ledger."""

    name, label, sees, page = "ledger", _("红旗流水"), "flags.see", "flags:ledger"

    seq = Column(_("流水号"), "seq", holds=NUMBER, width=9)
    member = Column(_("党员"), "member__name", width=10)
    unit = Column(_("当时单位"), "unit__name", width=22)
    delta = Column(_("红旗"), "delta", holds=NUMBER, width=7)
    hours = Column(_("服务时长（小时）"), "minutes", make=as_hours, holds=NUMBER)
    category = Column(_("类别"), "category", make=words_of(Category.choices), width=10)
    source = Column(_("来源"), "source_label", width=26)
    service_date = Column(_("服务日期"), "service_date", holds=DAY, width=11)
    organization = Column(_("亮旗组织"), "organization__name")
    line_kind = Column(_("类型"), "kind", make=words_of(FlagEntry.Kind.choices), width=7)
    year = Column(_("计入年度"), "year", holds=NUMBER, ticked=False)
    settled_year = Column(_("更正年度"), "settled_year", holds=NUMBER, ticked=False)
    verifier = Column(_("认定人"), "verifier__name", ticked=False)
    actor = Column(_("经办人"), "actor__name", ticked=False)
    recorded_at = Column(_("记录时间"), "recorded_at", holds=MOMENT, width=17, ticked=False)
    reason = Column(_("原因"), "reason", width=26, ticked=False)
    reverses = Column(_("撤销的流水号"), "reverses_id", holds=NUMBER, ticked=False)
    hash = Column(_("校验值"), "hash", width=66, ticked=False)

    def filterset(self) -> LedgerFilter:
        rows = FlagEntry.objects.visible_to(self.asking.user)
        return LedgerFilter(self.asking.GET, rows, request=self.asking)

    def get_queryset(self) -> QuerySet[FlagEntry]:
        return ledger.listed(self.asking, self.found)


def what_differs(found: Sequence[Sequence[str]]) -> str:
    """What differs from the roster, as the page says it."""
    if not found:
        return gettext("名册上没有此人")
    return "；".join(
        f"{FIELD_NAMES.get(what, what)}：{was or '—'} → {now or '—'}" for what, was, now in found
    )


class Reconciliation(ListResource):
    """报到核对清单: the people behind one count of the comparison of roster and registrations."""

    name, label, sees, page = (
        "reconciliation", _("报到核对清单"), "registrations.see", "members:reconciliation",
    )  # fmt: skip
    tab, tabs = "list", {which: label for which, label in reconciling.FACES if which in reconciling.LISTS}

    member = Column(_("姓名"), "name", width=10)
    unit = Column(_("单位"), "unit__name", width=22)
    community = Column(_("社区"), "community__name")
    estate = Column(_("小区"), "estate__name", allowed=knows_homes, ticked=False)
    mobile = masked_mobile()
    differences = Column(_("不符之处"), "differences", make=what_differs, width=36)
    state = Column(_("状态"), "state")
    submitted_at = Column(_("提交时间"), "submitted_at", holds=MOMENT, width=17)

    def __init__(self, asking: StaffRequest) -> None:
        """People on the roster are listed without an application: its columns are left out."""
        super().__init__(asking)
        states: type[Member.State] | type[Registration.State] = Registration.State
        if self.chosen_tab in reconciling.OF_MEMBERS:
            states = Member.State
            del self.fields["differences"], self.fields["submitted_at"]
        self.fields["state"].make = words_of(states.choices)

    @property
    def chosen_tab(self) -> str:
        """From a table of counts the way leads to the first of the lists behind them."""
        counts = {which for which, _label in reconciling.FACES} - set(reconciling.LISTS)
        return next(iter(self.tabs)) if self.asking.GET.get(self.tab) in counts else super().chosen_tab

    def title(self) -> str:
        return gettext("报到核对清单 · %(tab)s") % {"tab": self.tabs[self.chosen_tab]}

    def words(self) -> list[str]:
        labels = {"unit": gettext("单位"), "community": gettext("社区")}
        asked = {line: id_of(self.asking.GET.get(line, "")) for line in labels}
        names = dict(Organization.objects.filter(pk__in=asked.values()).values_list("pk", "name"))
        return [f"{labels[line]}：{names[pk]}" for line, pk in asked.items() if pk in names]

    def get_queryset(self) -> QuerySet[Any]:
        return reconciling.rows(self.chosen_tab, self.asking.user, self.asking.GET)


RESOURCES: dict[str, type[ListResource]] = {
    each.name: each for each in (Members, Progress, Results, Ledger, Reconciliation)
}
