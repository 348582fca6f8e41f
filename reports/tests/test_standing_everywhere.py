"""达标 is one thing: every page, mail, figure and file says the same of 200 people, under three policies."""

import datetime as dt
import random
import re
from collections import Counter
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from django.test import Client, TestCase
from django.urls import reverse

from flags import ledger
from flags.assessment import assessing, compliance
from flags.ledger import Award
from flags.models import Assessment, Category
from flags.policy import policies
from flags.policy.policies import change, policy_for
from members.models import Exemption, Member, User
from notices.models import Notice
from reports.exports.tests.desk import ordered, table
from reports.workbench import figures
from xianfeng.testing.cast import Cast, make_cast, make_member
from xianfeng.testing.reckoning import Reckoned, reckon_by_hand

YEAR = 2026
NOVEMBER = dt.datetime(YEAR, 11, 20, 2, 0, tzinfo=dt.UTC)
AFTER_YEAR = dt.datetime(YEAR + 1, 1, 5, 2, 0, tzinfo=dt.UTC)
SETTLING = dt.datetime(YEAR + 1, 1, 25, 2, 0, tzinfo=dt.UTC)
POLICIES: dict[str, dict[str, Any]] = {
    "flags alone": {"min_flags": 5, "min_flags_leader": 5},
    "leaders and hours": {"min_flags": 4, "min_flags_leader": 8, "min_minutes": 600},
    "whole years only": {"min_flags": 3, "min_flags_leader": 6, "min_minutes": 300, "pro_rata": False},
}
DESKS = ("city_officer", "street_officer", "secretary", "other_secretary", "unit_clerk", "other_unit_clerk")
PEOPLE = 200
TABS = {"short": "unqualified", "done": "qualified", "exempt": "exempt"}


def at(moment: dt.datetime) -> Any:
    return mock.patch("django.utils.timezone.now", lambda: moment)


def populate(cast: Cast, rng: random.Random) -> None:
    """Leaders and others, newcomers and leavers, on leave or not, with and without an account."""
    for number in range(PEOPLE):
        unit = rng.choice([cast.unit, cast.other_unit])
        estate = rng.choice([cast.estate, cast.second_estate, cast.other_estate, None])
        dates = {"joined_on": some_day(rng, 0.3), "departed_on": some_day(rng, 0.1)}
        member = make_member(
            f"党员{number:03}", f"139{number:08}", unit, estate, is_leader=rng.random() < 0.25, **dates
        )
        if member.departed_on and member.departed_on < NOVEMBER.date():
            Member.objects.filter(pk=member.pk).update(state=Member.State.DEPARTED)
        for _leave in range(rng.choice((0, 0, 0, 1, 2))):
            send_on_leave(cast, rng, member)


def some_day(rng: random.Random, chance: float) -> dt.date | None:
    return dt.date(YEAR - 1, 7, 1) + dt.timedelta(days=rng.randrange(600)) if rng.random() < chance else None


def send_on_leave(cast: Cast, rng: random.Random, member: Member) -> None:
    first = dt.date(YEAR, 1, 1) + dt.timedelta(days=rng.randrange(-60, 300))
    whole_year = rng.random() < 0.3
    Exemption.objects.create(
        member=member, kind="sick", reason="病假", approved_by=cast.city_officer,
        starts_on=dt.date(YEAR, 1, 1) if whole_year else first,
        ends_on=dt.date(YEAR, 12, 31) if whole_year else first + dt.timedelta(days=rng.randrange(10, 150)),
        state="withdrawn" if rng.random() < 0.2 else "granted",
    )  # fmt: skip


def serve(cast: Cast, rng: random.Random, count: int, name: str) -> None:
    """Lines of this year and of the one before; some are reversed."""
    members = list(Member.objects.all())
    awards = [
        Award(
            member=rng.choice(members), flags=rng.choice((1, 1, 2)), minutes=rng.choice((0, 60, 90, 120)),
            service_date=dt.date(YEAR, 1, 1) + dt.timedelta(days=rng.randrange(-40, 320)),
            category=Category.ACTIVITY, organization=cast.community, source_kind="claim", source_id=number,
            source_label="清洁家园", verifier=cast.secretary, key=f"{name}:{number}",
        )
        for number in range(count)
    ]  # fmt: skip
    for line in ledger.award(awards, by=cast.secretary)[::15]:
        ledger.reverse(line, reason="重复认定", by=cast.secretary)


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, address: str) -> str:
    return re.sub(r"\s+", " ", client.get(address).content.decode())


@pytest.fixture(autouse=True)
def _files_of_its_own(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = tmp_path


class TestEveryPlaceSaysTheSame(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        rng = random.Random(6)
        with at(NOVEMBER):
            cls.cast = make_cast()
            populate(cls.cast, rng)
            serve(cls.cast, rng, 700, "before")
            assessing.forecast(YEAR)
            serve(cls.cast, rng, 150, "since the forecast")

    def setUp(self) -> None:
        clock = at(NOVEMBER)
        clock.start()
        self.addCleanup(clock.stop)

    def under(self, name: str) -> dict[int, Reckoned]:
        """Set the policy as the city does, let the job follow, and reckon by hand."""
        policy = change(policy_for(YEAR), by=self.cast.city_officer, reason="部务会决定", **POLICIES[name])
        assessing.fresh_forecast(YEAR)
        return reckon_by_hand(YEAR, policies.frozen(policy))

    def seen(self, desk: str, expected: dict[int, Reckoned]) -> dict[str, Reckoned]:
        members = Member.objects.visible_to(getattr(self.cast, desk))
        return {name: expected[pk] for pk, name in members.values_list("pk", "name") if pk in expected}

    def test_the_people_are_of_every_sort(self) -> None:
        for name in POLICIES:
            results = Counter(one.result for one in self.under(name).values())
            assert min(results[result] for result in TABS.values()) >= 5, (name, results)
            assert any(
                one.missing_minutes and not one.missing_flags for one in self.under(name).values()
            ) == bool(POLICIES[name].get("min_minutes"))

    def test_on_the_phone(self) -> None:
        for name in POLICIES:
            expected = self.under(name)
            for member in Member.objects.exclude(user=None).select_related("user"):
                client = client_of(member.user)  # type: ignore[arg-type]
                for address in (reverse("reports:me"), reverse("flags:my_flags")):
                    self.check_phone(text_of(client, address), expected.get(member.pk))

    def check_phone(self, page: str, one: Reckoned | None) -> None:
        if one is None:
            assert "您不在这一年的考核范围内" in page
            return
        assert f"红旗：{one.flags}，要求 {one.required_flags}" in page
        assert ("本年度不作要求" in page) == (one.result == "exempt")
        assert ("已达到全年要求" in page) == (one.result == "qualified")
        assert (f"还差 {one.missing_flags} 面红旗" in page) == bool(
            one.result == "unqualified" and one.missing_flags
        )
        assert (f"还差 {hours(one.missing_minutes)} 小时" in page) == bool(
            one.result == "unqualified" and one.missing_minutes
        )

    def test_at_the_desks(self) -> None:
        for name in POLICIES:
            expected = self.under(name)
            for desk in DESKS:
                self.check_desk(desk, self.seen(desk, expected))

    def check_desk(self, desk: str, own: dict[str, Reckoned]) -> None:
        """The workbench's figure, the tabs of the list behind it, and the file of each tab."""
        user = getattr(self.cast, desk)
        results = Counter(one.result for one in own.values())
        progress = figures.progress(User.objects.get(pk=user.pk))
        assert (progress.reached, progress.assessed) == (
            results["qualified"], results["qualified"] + results["unqualified"],
        )  # fmt: skip
        page = client_of(user).get(reverse("flags:behind")).context
        tabs = {tab.key: tab.count for tab in page["tabs"]}
        assert {tab: tabs[tab] for tab in TABS} == {tab: results[result] for tab, result in TABS.items()}
        for tab, result in TABS.items():
            self.check_file(user, tab, {name: one for name, one in own.items() if one.result == result})

    def check_file(self, user: User, tab: str, own: dict[str, Reckoned]) -> None:
        order = ordered(user, "progress", f"who={tab}", columns=["*"], key=f"{user.pk}{tab}{id(own)}"[:40])
        head, *rows = table(order)
        shown = [dict(zip(head, row, strict=True)) for row in rows]
        assert {row["姓名"] for row in shown} == set(own)
        for row in shown:
            one = own[row["姓名"]]
            assert (row["红旗"], row["全年应得"], row["全年还缺"]) == (
                one.flags, one.required_flags, one.missing_flags,
            )  # fmt: skip
            assert row["还缺时长（小时）"] == pytest.approx(one.missing_minutes / 60, abs=0.01)
            assert row["达标"] == {"short": "暂未达标", "done": "已达标", "exempt": "豁免"}[tab]

    def test_in_the_forecast_its_page_its_file_and_the_admin(self) -> None:
        for name in POLICIES:
            expected = self.under(name)
            run = assessing.forecast(YEAR)
            assert run.counts["members"] == len(expected)
            for desk in DESKS:
                own = self.seen(desk, expected)
                user = getattr(self.cast, desk)
                page = client_of(user).get(reverse("flags:assessment", args=[run.pk]))
                assert page.context["counts"] == Counter(one.result for one in own.values())
                self.check_results(user, run.pk, own, f"{name}{desk}")
            listed = client_of(self.cast.city_officer).get(
                reverse("admin:flags_assessment_changelist"), {"run__year": YEAR}
            )
            assert listed.context["cl"].result_count == len(expected)

    def check_results(self, user: User, run: int, own: dict[str, Reckoned], key: str) -> None:
        head, *rows = table(ordered(user, "results", f"run={run}", columns=["*"], key=key[:40]))
        shown = {row[head.index("姓名")]: dict(zip(head, row, strict=True)) for row in rows}
        assert set(shown) == set(own)
        words = dict(Assessment.Result.choices)
        for name, one in own.items():
            row = shown[name]
            assert row["结果"] == words[one.result]
            assert (row["红旗"], row["应得红旗"], row["还缺红旗"], row["计入月数"]) == (
                one.flags, one.required_flags, one.missing_flags, one.months,
            )  # fmt: skip

    def test_in_the_mails_of_the_year(self) -> None:
        for name in POLICIES:
            expected = self.under(name)
            Notice.objects.filter(kind="reminder").delete()
            short = {
                member: expected[member.pk]
                for member in Member.objects.exclude(user=None).select_related("user")
                if member.pk in expected and expected[member.pk].result == "unqualified"
            }
            assert compliance.nudge(Member.objects.all(), by=self.cast.city_officer) == len(short)
            sent = Notice.objects.filter(kind="reminder").values_list("recipient", "body")
            bodies: dict[int | None, str] = dict(sent)
            assert set(bodies) == {member.user_id for member in short}
            for member, one in short.items():
                body = bodies[member.user_id]
                assert f"已获得 {one.flags} 面红旗，全年应得 {one.required_flags} 面" in body
                assert (f"全年应有 {hours(one.required_minutes)} 小时" in body) == bool(one.missing_minutes)

    def test_in_the_results_of_a_year_of_flags_alone(self) -> None:
        self.check_settled("flags alone")

    def test_in_the_results_of_a_year_of_leaders_and_hours(self) -> None:
        self.check_settled("leaders and hours")

    def test_in_the_results_of_a_year_of_whole_years_only(self) -> None:
        self.check_settled("whole years only")

    def check_settled(self, name: str) -> None:
        """The official results: in the lists and files of each desk, in everybody's mail and on the phone."""
        expected = self.under(name)
        with at(AFTER_YEAR):
            run = assessing.publicise(assessing.official(YEAR), typed=str(YEAR), by=self.cast.city_officer)
        with at(SETTLING):
            assert compliance.tell_run(assessing.settle(run, by=self.cast.city_officer)) > 0
            self.check_result_mails(expected)
            for desk in DESKS:
                self.check_results(getattr(self.cast, desk), run.pk, self.seen(desk, expected), desk)
            for member in Member.objects.exclude(user=None).select_related("user")[::10]:
                page = text_of(client_of(member.user), f"{reverse('flags:my_flags')}?year={YEAR}")  # type: ignore[arg-type]
                if member.pk in expected:
                    self.check_phone(page, expected[member.pk])

    def check_result_mails(self, expected: dict[int, Reckoned]) -> None:
        words = dict(Assessment.Result.choices)
        subjects = dict(Notice.objects.filter(kind="result").values_list("recipient", "subject"))
        people = Member.objects.exclude(user=None).filter(pk__in=expected)
        assert subjects == {
            member.user_id: f"{YEAR} 年度考核结果：{words[expected[member.pk].result]}" for member in people
        }


def hours(minutes: int) -> str:
    return f"{minutes / 60:.2f}".rstrip("0").rstrip(".")
