"""The desk's and the member's first screens."""

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse

from flags import ledger
from flags.models import Category
from members.models import User
from reports.workbench import figures
from tasks.tests.desk import DAY, ended_task
from wishes.merging.merging import merge
from wishes.models import Wish
from xianfeng.testing.cast import Cast
from xianfeng.testing.ledger import Light


def test_the_secretary_sees_what_waits_and_only_in_the_own_community(cast: Cast, client: Client) -> None:
    Wish.objects.create(organization=cast.estate, need="修灯")
    Wish.objects.create(organization=cast.other_estate, need="读报")
    found = {figure.label: figure.value for figure in figures.todo(cast.secretary, cast.secretary.desk)}
    assert found["待受理心愿"] == 1
    client.force_login(cast.secretary)
    assert "待受理心愿" in client.get(reverse("reports:desk_home")).content.decode()


def test_a_merged_wish_waits_once(cast: Cast) -> None:
    kept, gone = (Wish.objects.create(organization=cast.estate, need="修灯") for _each in range(2))

    def waiting() -> int:
        return figures.waiting_wishes(cast.secretary).value

    assert waiting() == 2
    merge(kept, gone, by=cast.secretary)
    assert waiting() == 1


@pytest.mark.parametrize(
    "role", ["city_officer", "street_officer", "secretary", "auditor", "estate_clerk", "unit_clerk"]
)
def test_every_figure_opens_its_rows_for_the_desk_that_sees_it(cast: Cast, client: Client, role: str) -> None:
    user = getattr(cast, role)
    ended_task(cast, cast.li, ago=30 * DAY)
    client.force_login(user)
    for figure in figures.todo(user, user.desk):
        assert client.get(figure.url).status_code == 200, figure


def test_who_appoints_sees_where_nobody_acts(cast: Cast) -> None:
    """The last secretary of a community left: the city learns it on its first screen, not in a tab."""

    def without_staff(user: User) -> int | None:
        return {figure.url: figure.value for figure in figures.todo(user, user.desk)}.get(url)

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
    assert sum(count for _month, count in figures.year_of_flags(cast.other_secretary).months) == 0


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
    assert [figure.label for figure in figures.missing_calendar(dt.date.fromisoformat(day))] == asked
