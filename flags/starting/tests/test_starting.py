"""The yearly check asks before it counts, and goes public only by the year's own name."""

import datetime as dt
import random
import re
from collections.abc import Callable

import pytest
from django.urls import reverse

from flags.assessment import assessing, jobs, rules
from flags.models import AssessmentRun
from flags.policy.policies import frozen, policy_for
from flags.starting.outlook import outlook
from members.models import Member
from notices.models import Notice
from xianfeng.testing.cast import Cast, make_member
from xianfeng.testing.ledger import Light

AFTER = dt.datetime(2027, 1, 4, 2, 0, tzinfo=dt.UTC)


@pytest.fixture(autouse=True)
def january(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.utils.timezone.now", lambda: AFTER)


@pytest.fixture
def page(client, cast: Cast) -> Callable[[str], str]:
    """The text of a page as the city reads it."""
    client.force_login(cast.city_officer)

    def get(path: str) -> str:
        return client.get(path).content.decode()

    return get


def start(year: int = 2026) -> str:
    return reverse("flags:start", args=[year])


def some_people(cast: Cast, rng: random.Random, count: int = 60) -> None:
    """Newcomers, leavers, the undated, merged records, and dates the wrong way round."""
    days = [None, *(dt.date(2025, 6, 1) + dt.timedelta(days=41 * step) for step in range(18))]
    for number in range(count):
        dates = {"joined_on": rng.choice(days), "departed_on": rng.choice([None, *days])}
        state = rng.choice([Member.State.REGISTERED, Member.State.DEPARTED, Member.State.MERGED])
        into = {"merged_into": cast.sun} if state == Member.State.MERGED else {}
        make_member(f"人{number}", f"1370000{number:04}", cast.unit, state=state, **dates, **into)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("year", [2025, 2026, 2027])
def test_it_counts_whom_the_check_counts(cast: Cast, seed: int, year: int):
    some_people(cast, random.Random(seed))
    checked = {row.member_id for row in assessing.reckon(year, frozen(policy_for(year)))}
    assert {*Member.objects.on_roster_in(year).values_list("pk", flat=True)} == checked
    assert (outlook(year).people, outlook(year).undated) == (
        len(checked),
        Member.objects.filter(pk__in=checked, joined_on=None).count(),
    )


def test_each_figure_opens_its_rows(cast: Cast, light: Light, client, page):
    some_people(cast, random.Random(1))
    light(cast.li)
    light(cast.wang, service_date=dt.date(2025, 12, 31))
    stats = re.findall(r'class="stat[^"]*"\s+href="([^"]+)"(.*?)</a>', page(start()), re.DOTALL)
    assert len(stats) == 3
    for href, inside in stats:
        figure = int(re.search(r'stat-value">([\d,]+)', inside).group(1).replace(",", ""))
        listed = client.get(href.replace("&amp;", "&")).context["page"].paginator.count
        assert listed == figure > 0, href


def test_a_year_without_a_line_is_not_checked(cast: Cast, client, page):
    assert "还没有任何红旗流水" in page(start()) and "开始初评" not in page(start())
    answer = client.post(reverse("flags:run"), {"year": "2026", "official": "1"})
    assert "还没有任何红旗流水" in page(answer.url)
    with pytest.raises(rules.YearEmpty):
        assessing.official(2026)
    for day in (1, 5, 6):  # by night neither, and no job fails of it
        with pytest.MonkeyPatch.context() as clock:
            clock.setattr("django.utils.timezone.now", lambda day=day: AFTER.replace(day=day))
            jobs.year_end()
    assert not AssessmentRun.objects.exists()


def test_a_year_that_is_not_over_says_so(cast: Cast, light: Light, page):
    light(cast.li, service_date=dt.date(2027, 1, 2))
    assert "2027 年还没有结束" in page(start(2027))
    assert "开始初评" not in page(start(2027))


@pytest.mark.parametrize(("undated", "is_doubtful"), [(2, False), (3, True)])
def test_above_a_fifth_without_entry_day_it_warns(
    cast: Cast, light: Light, page, undated: int, is_doubtful: bool
):
    light(cast.li)
    Member.objects.update(joined_on=dt.date(2020, 1, 1))
    for number in range(6):  # ten people with the cast's four
        make_member(f"人{number}", f"1370000000{number}", cast.unit, joined_on=dt.date(2021, 1, 1))
    first = Member.objects.order_by("pk").values_list("pk", flat=True)[:undated]
    Member.objects.filter(pk__in=list(first)).update(joined_on=None)
    text = page(start())
    assert ("30% 的人（3 人）没有入册日期" in text) == ("仍要开始初评" in text) == is_doubtful


@pytest.mark.parametrize("typed", ["", "2025", "26", "2026年"])
def test_publicity_begins_by_the_years_name_alone(cast: Cast, light: Light, client, page, typed: str):
    light(cast.li, flags=5)
    run = assessing.official(2026)
    path = reverse("flags:assessment", args=[run.pk])
    assert "共 4 人：合格 1 人，不合格 3 人，豁免 0 人。" in page(path)
    client.post(reverse("flags:publicise", args=[run.pk]), {"typed": typed})
    assert "没有开始公示" in page(path)
    run.refresh_from_db()
    assert run.is_draft and not Notice.objects.filter(kind="publicity").exists()
    client.post(reverse("flags:publicise", args=[run.pk]), {"typed": " 2026 "})
    run.refresh_from_db()
    assert run.is_publicised


def test_once_public_the_page_leads_to_the_results(cast: Cast, light: Light, page):
    light(cast.li)
    run = assessing.publicise(assessing.official(2026), typed="2026", by=cast.city_officer)
    text = page(start())
    assert "没有入册日期，会按整年要求" not in text, "nothing to mend before it starts"
    assert "去看结果" in text and reverse("flags:assessment", args=[run.pk]) in text
    assert reverse("flags:run") not in text


@pytest.mark.parametrize("year", [2019, 2028])
def test_a_year_nobody_knows_has_no_page(cast: Cast, client, year: int):
    client.force_login(cast.city_officer)
    assert client.get(start(year)).status_code == 404
