"""The desk's and the member's first screens."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flags import ledger
from flags.assessment import assessing
from flags.models import Category
from members.leaving import recording
from members.models import Appointment, User
from members.people import exempting
from members.tests.applicants import applied, stranger
from reports.workbench import figures, waiting
from tasks.objecting.objecting import report
from tasks.tests.desk import DAY, ended_task
from tasks.tests.offers import make_offer, user_of
from tasks.tests.reviews import waiting_task
from tasks.tests.targets import city_task, target_of
from wishes.merging.merging import merge
from wishes.models import Wish
from xianfeng.testing.cast import Cast, make_member, make_staff
from xianfeng.testing.ledger import Light


def test_the_secretary_sees_what_waits_and_only_in_the_own_community(cast: Cast, client: Client) -> None:
    Wish.objects.create(organization=cast.estate, need="修灯")
    Wish.objects.create(organization=cast.other_estate, need="读报")
    found = {figure.label: figure.value for figure in waiting.todo(cast.secretary, cast.secretary.desk)}
    assert found["待受理心愿"] == 1
    client.force_login(cast.secretary)
    assert "待受理心愿" in client.get(reverse("reports:desk_home")).content.decode()


def test_a_merged_wish_waits_once(cast: Cast) -> None:
    kept, gone = (Wish.objects.create(organization=cast.estate, need="修灯") for _each in range(2))

    def count() -> int:
        return waiting.waiting_wishes(cast.secretary, cast.secretary.desk).value

    assert count() == 2
    merge(kept, gone, by=cast.secretary)
    assert count() == 1


DESKS = [
    "city_officer", "street_officer", "secretary", "other_secretary", "auditor", "estate_clerk", "unit_clerk",
    "other_unit_clerk",
]  # fmt: skip


def rows_behind(client: Client, url: str) -> int:
    """How much the page behind a figure lists: rows, flags where it sums them, posts that wait for us."""
    answer = client.get(url)
    assert answer.status_code == 200, url
    context = answer.context
    if url.startswith(reverse("flags:ledger")):
        return context["flags"]
    return len(context["asked"][0][1]) if "asked" in context else context["page"].paginator.count


def busy(cast: Cast, light: Light) -> None:
    """Something of every sort: to decide for oneself, for others, below, and nothing to do with."""
    ended_task(cast, cast.li, ago=30 * DAY)
    ended_task(cast, cast.zhao, publisher=cast.other_community)
    ended_task(cast, cast.wang, publisher=cast.city)
    make_offer(cast)
    for place in (cast.estate, cast.community, cast.other_estate):
        Wish.objects.create(organization=place, need="修灯")
    applied(cast)
    stranger(cast, community=cast.other_community, estate=cast.other_estate)
    first, last = dt.date(figures.today().year, 1, 1), dt.date(figures.today().year, 10, 31)
    for member, by in (
        (cast.li, cast.unit_clerk),
        (cast.wang, cast.other_unit_clerk),
        (cast.zhao, cast.city_officer),
    ):
        exempting.exempt(member, kind="sick", starts_on=first, ends_on=last, reason="住院", by=by)
    for unit, by in ((cast.other_unit, cast.unit_clerk), (cast.unit, cast.other_unit_clerk)):
        member = make_member("调动人", f"1360000000{unit.pk % 10}", by.desk.organization)
        recording.transfer(member, to_unit=unit, day=figures.today(), by=by)
    waiting_task(cast)
    waiting_task(cast, "city_officer")  # a colleague's to decide
    task = city_task(cast)
    target_of(cast, task)
    target_of(cast, task, cast.unit)
    report(make_offer(cast), cast.li, by=user_of(cast.li))
    light(cast.li, flags=2)
    light(cast.zhao, flags=3, organization=cast.other_community)
    light(cast.zhao, flags=1, service_date=dt.date(figures.today().year - 1, 5, 1))
    assessing.forecast(figures.today().year)
    run = assessing.official(figures.today().year - 1)
    assessing.publicise(run, typed=str(run.year), by=cast.city_officer)


@pytest.mark.parametrize("role", DESKS)
def test_every_figure_opens_exactly_its_rows(cast: Cast, light: Light, client: Client, role: str) -> None:
    busy(cast, light)
    client.force_login(getattr(cast, role))
    page = client.get(reverse("reports:desk_home")).context
    # A year's swapped days are a calendar, not a list.
    shown = [one for one in (*page["own"], *page["others"], *page["year"]) if "workdays" not in one.url]
    assert {one.url: rows_behind(client, one.url) for one in shown} == {one.url: one.value for one in shown}
    assert len({one.url for one in shown}) == len(shown) and any(one.value for one in shown)


@pytest.mark.parametrize("role", DESKS)
def test_every_bar_opens_exactly_its_flags(cast: Cast, light: Light, client: Client, role: str) -> None:
    year = figures.today().year
    for member, place, day, flags in (
        (cast.li, cast.community, dt.date(year, 1, 1), 2),
        (cast.zhao, cast.other_community, figures.today(), 3),
        (cast.wang, cast.community, dt.date(year - 1, 1, 31), 4),
    ):
        light(member, flags=flags, service_date=day, organization=place)
    light(cast.wang, flags=1, category=Category.WISH)
    client.force_login(getattr(cast, role))
    flags = client.get(reverse("reports:desk_home")).context["flags"]
    for bars in (flags.months, flags.categories):
        assert [rows_behind(client, url) for _label, _count, url in bars] == [bar[1] for bar in bars]
        assert sum(bar[1] for bar in bars) == flags.total > 0


@pytest.mark.parametrize("day", ["2027-01-01", "2028-02-29", "2027-12-31"])
def test_months_end_on_their_last_day(day: str) -> None:
    now = dt.date.fromisoformat(day)
    _label, _flags, url = figures.month_bar(now.year, now.month, 1)
    assert f"since={now.year}-{now.month:02d}-01" in url and url.endswith(
        {1: "-01-31", 2: "-02-29", 12: "-12-31"}[now.month]
    )


def test_charts_say_what_they_count_and_until_when(cast: Cast, light: Light, client: Client) -> None:
    light(cast.li, flags=1)
    client.force_login(cast.secretary)
    page, now = client.get(reverse("reports:desk_home")).content.decode(), figures.today()
    until = f"单位：面，截至 {now.year} 年 {now.month} 月 {now.day} 日"
    assert f"今年红旗（按月），{until}" in page and f"今年红旗（按类别），{until}" in page
    assert "还没有点亮红旗" not in page


def test_a_year_without_flags_says_so_instead_of_charts(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    page = client.get(reverse("reports:desk_home")).content.decode()
    main = page.partition('<main id="main"')[2].partition("</main>")[0]
    assert "还没有点亮红旗" in main and "chart" not in main


# In the city of `busy`: what each role can do itself, and how much of it there is.
OWN = {
    "city_officer": {
        "待确认任命": 0,
        "待审核任务": 1,
        "待裁定反映": 1,
        "待认定任务": 1,
        "未送达通知": 0,
        "无人任职的组织": 2,
    },
    "street_officer": {},
    "auditor": {},
    "secretary": {
        "待确认报到": 1,
        "待核实换号": 0,
        "待确认豁免": 2,
        "待承接目标": 1,
        "待受理心愿": 2,
        "待认定任务": 2,
    },
    "estate_clerk": {"待受理心愿": 1},
    "unit_clerk": {"待核实换号": 0, "待确认豁免": 1, "待承接目标": 1, "待接收调动": 1},
}


@pytest.mark.parametrize("role", OWN)
def test_what_a_role_cannot_do_is_not_its_to_do(cast: Cast, light: Light, client: Client, role: str) -> None:
    """The badge too: what others have to do is none of one's own work."""
    busy(cast, light)
    user = getattr(cast, role)
    client.force_login(user)
    own = [one for one in waiting.todo(user, user.desk) if one.is_own and "workdays" not in one.url]
    assert {one.label: one.value for one in own if one.tone != "danger"} == OWN[role]
    page = client.get(reverse("reports:desk_home")).context
    assert not any(one.tone == "warning" for one in page["others"])
    badge = client.get(reverse("reports:waiting")).content.decode()
    toned = sum(one.value for one in page["own"] if one.tone)
    assert (f">{toned}<" in badge) if toned else (badge.strip() == "")


def test_who_only_looks_is_not_told_that_it_is_theirs(cast: Cast, client: Client) -> None:
    """An auditor of a unit acts on nothing; an estate does not verify, and nobody is below it."""
    looker = make_staff("unit-auditor", "何监督", cast.unit, Appointment.Role.AUDITOR)
    client.force_login(looker)
    page = client.get(reverse("reports:desk_home"))
    assert page.context["own"] == [] and "未报到" in [one.label for one in page.context["others"]]
    assert "由别人办理" in page.content.decode() and "下级待办" not in page.content.decode()
    client.force_login(cast.street_officer)
    assert "下级待办" in client.get(reverse("reports:desk_home")).content.decode()


def test_who_appoints_sees_where_nobody_acts(cast: Cast) -> None:
    """The last secretary of a community left: the city learns it on its first screen, not in a tab."""

    def without_staff(user: User) -> int | None:
        return {figure.url: figure.value for figure in waiting.todo(user, user.desk)}.get(url)

    url = reverse("members:organizations") + "?line=deserted"
    before = without_staff(cast.city_officer)
    cast.community.appointments.exclude(role="auditor").delete()
    assert before is not None and without_staff(cast.city_officer) == before + 1
    assert without_staff(cast.street_officer) is None


def test_progress_counts_the_units_own_members(cast: Cast) -> None:
    progress = figures.progress(cast.unit_clerk)
    assert (progress.roster, progress.registered) == (3, 2)


def test_flags_of_the_year_fall_into_months_and_categories(cast: Cast) -> None:
    day = dt.date(figures.today().year, 1, 2)
    award = ledger.Award(
        cast.li, 2, 60, day, Category.WISH, cast.community, "claim", 1, "修灯", cast.secretary, "k1"
    )
    ledger.award([award], by=cast.secretary)
    year = figures.year_of_flags(cast.secretary)
    assert year.months[0][1] == 2
    assert (str(Category.WISH.label), 2) in [row[:2] for row in year.categories]
    assert figures.year_of_flags(cast.other_secretary).is_empty


def test_the_member_sees_flags_and_what_is_missing(cast: Cast, client: Client, light: Light) -> None:
    client.force_login(cast.li.user)
    page = client.get(reverse("reports:me")).content.decode()
    assert "李建国同志" in page
    assert "红旗：0，要求 5" in page and "还差 5 面红旗" in page
    year = figures.today().year
    light(flags=1, service_date=dt.date(year - 1, 3, 5))  # counts for its own year
    light(flags=2, service_date=dt.date(year, 1, 1))
    page = client.get(reverse("reports:me")).content.decode()
    assert "红旗：2，要求 5" in page and "还差 3 面红旗" in page


def test_an_account_without_roster_entry_is_told_what_to_do(cast: Cast, client: Client) -> None:
    cast.li.user = None
    cast.li.save(update_fields=["user"])
    from members.models import User

    client.force_login(User.objects.get(mobile="13800000001"))
    assert "联系社区核对名册" in client.get(reverse("reports:me")).content.decode()


def test_the_badge_counts_what_waits_and_is_silent_otherwise(cast: Cast, client: Client) -> None:
    client.force_login(cast.secretary)
    assert client.get(reverse("reports:waiting")).content.decode().strip() == ""
    Wish.objects.create(organization=cast.estate, need="修灯")
    assert ">1<" in client.get(reverse("reports:waiting")).content.decode()


@pytest.mark.parametrize(
    ("day", "asked"), [("2028-11-30", []), ("2028-12-01", ["明年调休待录入"]), ("2029-01-01", [])]
)
def test_in_december_the_city_is_asked_for_next_years_swapped_days(cast: Cast, day: str, asked: list[str]):
    assert [figure.label for figure in waiting.missing_calendar(dt.date.fromisoformat(day))] == asked
