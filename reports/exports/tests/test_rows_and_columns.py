"""An export has the rows, the order and the scope of its page, and no column the desk may not have."""

import datetime as dt
import re

import pytest
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from flags import ledger
from flags.assessment import assessing
from flags.assessment.pacing import Clock
from flags.ledger import Award
from flags.models import AssessmentRun
from members.models import Member, Registration, User
from reports.exports.resources import RESOURCES
from reports.exports.tests.desk import column, listing, ordered, table
from reports.models import Export
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast, make_member

NAMES = sorted(RESOURCES)


@pytest.fixture
def city(cast: Cast) -> Cast:
    """A year in which the lists differ from person to person."""
    for number, (member, flags) in enumerate([(cast.li, 5), (cast.wang, 2), (cast.zhao, 1)]):
        award = Award(
            member=member,
            flags=flags,
            minutes=90,
            service_date=today().replace(month=1, day=5),
            category="activity",
            organization=member.community or cast.community,
            source_kind="claim",
            source_id=number,
            source_label="清洁家园",
            verifier=cast.secretary,
            key=f"claim:{number}",
        )
        ledger.award([award], by=cast.city_officer)
    for member, found in ((cast.li, [["unit", "市教育局", "市税务局"]]), (cast.wang, [])):
        assert member.community and member.user
        Registration.objects.create(
            user=member.user,
            member=member,
            name=member.name,
            mobile=member.mobile,
            unit=member.unit,
            community=member.community,
            promised_at=timezone.now(),
            differences=found,
            on_roster=bool(found),
            state=Registration.State.CONFIRMED,
        )
    assessing.forecast(today().year)
    return cast


def people(user: User, name: str, query: str = "") -> list[str]:
    header = "党员" if name == "ledger" else "姓名"
    return column(ordered(user, name, query, key=f"{user.pk}{name}{query}"[:40]), header)


def page(user: User, name: str, query: str = "") -> list[str]:
    """The names in the page's table, from top to bottom."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    address = listing(user, name, query).address()
    text = client.get(address).content.decode()
    body = re.search(r"<tbody>(.*)</tbody>", text, re.DOTALL)
    assert body, text
    rows = re.findall(r"<tr>.*?</tr>", body.group(1), re.DOTALL)
    known = Member.objects.values_list("name", flat=True)
    return [next(name for name in known if re.search(rf">\s*{name}\b", row)) for row in rows]


@pytest.mark.parametrize(
    ("name", "query"),
    [
        ("members", ""),
        ("members", "sort=-flags"),
        ("members", "q=李"),
        ("members", "state=registered&sort=-name"),
        ("progress", "who=short"),
        ("progress", "who=short&sort=name"),
        ("progress", "who=done"),
        ("results", ""),
        ("results", "sort=-flags"),
        ("results", "result=unqualified&sort=name"),
        ("ledger", ""),
        ("ledger", "sort=flags"),
        ("ledger", "q=wang"),
        ("reconciliation", "list=unregistered"),
        ("reconciliation", "list=not_on_roster"),
        ("reconciliation", "list=differing"),
    ],
)
def test_the_file_has_the_rows_and_the_order_of_the_page(city: Cast, name: str, query: str):
    for member in Member.objects.all():
        Member.objects.filter(pk=member.pk).update(
            pinyin={"李建国": "li", "王秀英": "wang"}.get(member.name, "z")
        )
    shown = page(city.city_officer, name, query)
    assert shown
    assert people(city.city_officer, name, query) == shown


def test_a_page_number_in_the_address_leaves_no_row_out(city: Cast):
    assert people(city.city_officer, "members", "page=2") == people(city.city_officer, "members")
    assert Export.objects.first().query == ""


@pytest.mark.parametrize("name", NAMES)
def test_a_unit_gets_its_own_people_only(city: Cast, name: str):
    query = {"progress": "who=short", "reconciliation": "list=unregistered"}.get(name, "")
    assert set(people(city.unit_clerk, name, query)) <= {"李建国", "赵伟", "孙丽"}
    assert people(city.unit_clerk, name, query)
    assert "李建国" not in people(city.other_unit_clerk, "members")


def test_a_unit_named_in_the_address_does_not_widen_the_scope(city: Cast):
    assert set(people(city.unit_clerk, "members", f"unit={city.other_unit.pk}")) <= {"李建国", "赵伟", "孙丽"}


def test_a_unit_is_never_offered_where_its_people_live(city: Cast):
    for name, query in (("members", ""), ("reconciliation", "list=differing")):
        for user, expected in ((city.unit_clerk, False), (city.secretary, True)):
            resource = listing(user, name, query)
            assert ("estate" in resource.offered(resource.asking.desk)) is expected
    everything = table(ordered(city.unit_clerk, "members", columns=["*"]))
    assert "小区" not in everything[0] and "花苑" not in str(everything)


@pytest.mark.parametrize("name", NAMES)
def test_no_list_offers_an_address_or_an_e_mail(city: Cast, name: str):
    """Addresses are read in the portal with a reason, one by one; a file holds none."""
    sources = {source for one in RESOURCES[name].fields.values() for source in one.sources}
    assert not [source for source in sources if re.search("address|email", source)]


def test_the_columns_are_the_ticked_ones_in_the_order_of_the_list(city: Cast):
    file = ordered(city.city_officer, "members", columns=["state", "member", "unit"])
    assert table(file)[0] == ["姓名", "单位", "状态"]
    assert file.columns == [["member", "姓名"], ["unit", "单位"], ["state", "状态"]]


def test_numbers_are_numbers_and_dates_are_dates(city: Cast):
    file = ordered(city.city_officer, "ledger", "sort=seq")
    assert column(file, "红旗") == [5, 2, 1] and column(file, "服务时长（小时）") == [1.5, 1.5, 1.5]
    assert column(file, "服务日期") == [today().replace(month=1, day=5)] * 3
    (moment,) = column(ordered(city.city_officer, "members", "q=李", key="2"), "报到时间")
    assert isinstance(moment, dt.datetime) and f"{moment:%Y-%m-%d %H:%M}" == "2025-01-10 08:00", "in Shanghai"


def test_progress_says_what_should_be_there_by_now(city: Cast):
    file = ordered(city.city_officer, "progress", "who=short", key="s")
    due = Clock.at(today().year, today()).pace(5, 12)
    assert column(file, "此时应有") == [due] * 3 and column(file, "全年还缺") == [5, 4, 3]
    done = ordered(city.city_officer, "progress", "who=done", key="d")
    assert column(done, "全年还缺") == [0] and column(done, "全年应得") == [5]


def test_results_are_of_the_newest_run_unless_the_address_names_one(city: Cast):
    newest = AssessmentRun.objects.get()
    older = AssessmentRun.objects.create(
        year=2021, state="forecast", as_of=dt.date(2021, 1, 1), finished_at=timezone.now()
    )
    assert listing(city.city_officer, "results").run == newest
    assert listing(city.city_officer, "results", f"run={older.pk}").run == older
    with pytest.raises(Http404):
        listing(city.city_officer, "results", "run=99").run  # noqa: B018


@pytest.mark.parametrize(("name", "query"), [("reconciliation", "list=x"), ("progress", "who=x")])
def test_a_tab_that_does_not_exist_is_404(city: Cast, name: str, query: str):
    with pytest.raises(Http404):
        listing(city.city_officer, name, query).title()


def test_reconciliation_says_what_differs(city: Cast):
    file = ordered(city.city_officer, "reconciliation", "list=differing")
    assert column(file, "不符之处") == ["单位：市教育局 → 市税务局"] and column(file, "状态") == ["已确认"]
    unknown = ordered(city.city_officer, "reconciliation", "list=not_on_roster", key="2")
    assert column(unknown, "不符之处") == ["名册上没有此人"]
    absent = ordered(city.city_officer, "reconciliation", "list=unregistered", key="3")
    assert column(absent, "姓名") == ["孙丽"] and column(absent, "状态") == ["在册未报到"]
    assert "不符之处" not in table(absent)[0]


def test_the_log_has_the_filters_in_words(city: Cast):
    file = ordered(city.city_officer, "members", f"unit={city.unit.pk}&q=李&state=registered")
    assert file.filters == ["查找：李", "状态：已报到", "单位：市教育局"]
    narrowed = ordered(city.city_officer, "reconciliation", f"list=differing&unit={city.unit.pk}", key="2")
    assert narrowed.filters == ["单位：市教育局"] and narrowed.title == "报到核对清单 · 信息不符"


@pytest.mark.parametrize("name", NAMES)
def test_an_export_costs_the_same_queries_at_any_length(city: Cast, name: str, django_assert_max_num_queries):
    query = {"progress": "who=short", "reconciliation": "list=unregistered"}.get(name, "")
    costs = []
    for size in (0, 60):
        for number in range(size):
            make_member(f"党员{number}", f"1390{number:07d}", city.unit, None, community=city.community)
        assessing.forecast(today().year)
        with django_assert_max_num_queries(40) as captured:
            ordered(city.city_officer, name, query, key=f"k{size}")
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_every_list_has_an_address_of_its_own(city: Cast):
    for name in NAMES:
        assert reverse("reports:export_new", args=[name]) == f"/desk/exports/new/{name}/"
