"""The month's plan: made, sent row by row, left out; who sees it and who is told."""

import datetime as dt
import io
import json
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from flags.assessment import assessing
from members.models import Organization
from members.organizations.tree import set_neighbours
from notices.models import Notice
from tasks.balancing import planning
from tasks.balancing.figures import Month
from tasks.balancing.planning import NobodyToAsk, RowMoved
from tasks.balancing.ways import Ways
from tasks.models import BalanceRow, Invitation, Task
from tasks.tests.offers import make_offer, take
from xianfeng.lib.refusal import NotPossible, ReasonNeeded
from xianfeng.lib.times import at
from xianfeng.testing.cast import Cast

OCTOBER = at(dt.date(2026, 10, 8), 9)
State = BalanceRow.State


@pytest.fixture(autouse=True)
def october(time_machine) -> None:  # type: ignore[no-untyped-def]
    time_machine.move_to(OCTOBER, tick=False)


@pytest.fixture
def there(cast: Cast) -> Task:
    """江新社区 has twenty places, of which its one member needs two; 青锋社区 lacks four."""
    task = make_offer(cast, capacity=20, publisher=cast.other_community, audience=[cast.other_community])
    assessing.forecast(2026)
    return task


@pytest.fixture
def row(cast: Cast, there: Task) -> BalanceRow:
    [found] = planning.make(Month.of(""), by=cast.city_officer)
    return found


def test_a_row_says_who_goes_where_and_why(cast: Cast, row: BalanceRow) -> None:
    assert (row.origin, row.host, row.places) == (cast.community, cast.other_community, 2)
    assert row.reason == "青锋社区缺 4 个名额，江新社区余 18 个；在不同街道。" or "街道" in row.reason
    assert row.ends_on == dt.date(2026, 10, 31)
    assert not Invitation.objects.exists()


def test_nothing_is_sent_before_a_click_and_then_once(cast: Cast, row: BalanceRow, there: Task) -> None:
    sent = planning.send(row, Month.of(""), by=cast.city_officer)
    assert sent.invited == 2
    assert set(Invitation.objects.values_list("member__name", "is_guest")) == {
        ("李建国", True),
        ("王秀英", True),
    }
    with pytest.raises(RowMoved):
        planning.send(BalanceRow.objects.get(), Month.of(""), by=cast.city_officer)
    take(there, cast.li)  # whom no audience of 江新社区 reaches


def test_both_communities_are_told(cast: Cast, row: BalanceRow) -> None:
    planning.send(row, Month.of(""), by=cast.city_officer)
    told = {notice.recipient: notice.subject for notice in Notice.objects.filter(kind="balanced")}
    assert "被邀请来" in told[cast.other_secretary]
    assert "被邀请到江新社区" in told[cast.secretary]


def test_where_nobody_can_be_asked_the_row_stays_open(cast: Cast, row: BalanceRow) -> None:
    Task.objects.update(state=Task.State.CANCELLED)
    with pytest.raises(NobodyToAsk):
        planning.send(row, Month.of(""), by=cast.city_officer)
    assert BalanceRow.objects.get().state == State.PROPOSED


def test_a_new_plan_replaces_what_was_not_sent(cast: Cast, row: BalanceRow) -> None:
    planning.make(Month.of(""), by=cast.city_officer)
    assert sorted(BalanceRow.objects.values_list("state", flat=True)) == ["proposed", "replaced"]


def test_a_row_is_left_out_with_a_reason(cast: Cast, row: BalanceRow) -> None:
    with pytest.raises(ReasonNeeded):
        planning.drop(row, reason=" ", by=cast.city_officer)
    planning.drop(row, reason="路太远", by=cast.city_officer)
    assert row.state == State.DROPPED and row.events.last().note == "路太远"


@pytest.mark.parametrize("who", ["secretary", "street_officer", "other_secretary", "auditor"])
def test_only_the_city_plans(cast: Cast, row: BalanceRow, who: str) -> None:
    user, month = getattr(cast, who), Month.of("")
    for act in (
        lambda: planning.make(month, by=user),
        lambda: planning.send(row, month, by=user),
        lambda: planning.drop(row, reason="不需要", by=user),
    ):
        with pytest.raises(PermissionDenied):
            act()


class TestPages:
    def test_the_city_plans_looks_and_sends(self, client: Client, cast: Cast, there: Task) -> None:
        client.force_login(cast.city_officer)
        page = client.get(reverse("tasks:balance"))
        assert "青锋社区" in page.content.decode()
        client.post(reverse("tasks:balance_make"))
        row = BalanceRow.objects.get()
        shown = client.get(reverse("tasks:balance_row", args=[row.pk])).content.decode()
        assert "李建国" in shown and there.title in shown
        answer = client.post(reverse("tasks:balance_row", args=[row.pk]), follow=True)
        assert "已邀请 2 人" in answer.content.decode()

    def test_a_community_sees_itself_and_what_concerns_it(
        self, client: Client, cast: Cast, row: BalanceRow
    ) -> None:
        client.force_login(cast.secretary)
        page = client.get(reverse("tasks:balance"))
        assert [one.community for one, *_rest in page.context["rows"]] == [cast.community]
        assert list(page.context["planned"]) == [row]
        assert client.get(reverse("tasks:balance_row", args=[row.pk])).status_code == 403

    def test_each_figure_opens_its_rows(self, client: Client, cast: Cast, there: Task) -> None:
        client.force_login(cast.city_officer)
        rows = client.get(reverse("tasks:balance")).context["rows"]
        [links] = [links for one, _pooled, links in rows if one.community == cast.other_community]
        assert list(client.get(links["to_come"]).context["page"]) == [there]
        short = client.get(links["short"]).context["page"]
        assert [result.member for result in short] == [cast.zhao]

    def test_another_month_is_not_found(self, client: Client, cast: Cast) -> None:
        client.force_login(cast.city_officer)
        assert client.get(reverse("tasks:balance") + "?month=2025-01").status_code == 404


class TestWays:
    def test_borders_count_where_the_city_entered_them(self, cast: Cast) -> None:
        third = Organization.objects.create(
            code="Q3", kind="community", name="三元社区", parent=cast.street, path=f"{cast.street.path}999/"
        )
        set_neighbours(cast.community, neighbours=[third], by=cast.city_officer)
        set_neighbours(cast.other_community, neighbours=[third], by=cast.city_officer)
        ways = Ways.between([cast.community, cast.other_community, third])
        assert ways.steps(cast.community.pk, third.pk) == 1
        assert ways.steps(cast.community.pk, cast.other_community.pk) == 2
        assert ways.in_words(cast.community.pk, third.pk) == "两个社区相邻"
        assert ways.in_words(cast.community.pk, cast.other_community.pk) == "中间隔 1 个社区"

    def test_between_two_that_no_path_joins_nobody_is_sent(self, cast: Cast) -> None:
        places = [
            Organization.objects.create(
                code=f"N{n}",
                kind="community",
                name=f"{n}社区",
                parent=cast.street,
                path=f"{cast.street.path}9{n}/",
            )
            for n in range(4)
        ]
        set_neighbours(places[0], neighbours=[places[1]], by=cast.city_officer)
        set_neighbours(places[2], neighbours=[places[3]], by=cast.city_officer)
        assert Ways.between(places).steps(places[0].pk, places[2].pk) is None

    def test_only_communities_have_neighbours(self, cast: Cast) -> None:
        for wrong in (cast.estate, cast.community):
            with pytest.raises(NotPossible):
                set_neighbours(cast.community, neighbours=[wrong], by=cast.city_officer)


class TestCommand:
    def answer(self, **options: str) -> Any:
        out = io.StringIO()
        call_command("balance", "--json", stdout=out, **options)
        return json.loads(out.getvalue())

    def test_the_contract(self, cast: Cast, there: Task) -> None:
        found = self.answer(month="2026-10")
        here, host = cast.community.code, cast.other_community.code
        assert found["surplus"] == {host: 18} and found["shortage"] == {here: 4}
        [flow] = found["flows"]
        assert (flow["from"], flow["to"], flow["places"]) == (here, host, 2)
        assert "缺 4 个名额" in flow["reason"]
        assert found["unmet"] == {here: 2}
        assert not BalanceRow.objects.exists()

    def test_a_month_that_is_over_is_refused(self, db: None) -> None:
        out = io.StringIO()
        with pytest.raises(SystemExit) as left:
            call_command("balance", "--json", month="2026-09", stdout=out)
        assert left.value.code == 2 and "2026-10" in json.loads(out.getvalue())["error"]
