"""Desk lists: what they find, for whom, and at the same cost for 20 rows and for 200."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from members.models import Member, Organization, Registration
from members.organizations import counting
from members.registration import reconciling
from members.tests.applicants import applied, stranger
from xianfeng.lib.pinyin import in_pinyin
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.testing.pages import squeezed


def show(client: Client, name: str, query: str = "", *args: object) -> str:
    response = client.get(reverse(f"members:{name}", args=args) + query)
    assert response.status_code == 200
    return squeezed(response.content.decode())


def crowd(cast: Cast, count: int, first: int = 0) -> None:
    Member.objects.bulk_create(
        Member(
            name=f"党员{number}",
            mobile=f"1390{number:07d}",
            unit=cast.unit,
            community=cast.community,
            estate=cast.estate,
            state=Member.State.REGISTERED,
            pinyin=f"dangyuan{number:04d}",
        )
        for number in range(first, first + count)
    )


@pytest.mark.parametrize(
    ("who", "names"),
    [
        ("city_officer", "李王赵孙"),
        ("street_officer", "李王赵孙"),
        ("secretary", "李王孙"),
        ("other_secretary", "赵"),
        ("estate_clerk", "李"),
        ("unit_clerk", "李赵孙"),
        ("other_unit_clerk", "王"),
    ],
)
def test_each_desk_sees_its_own_people(client: Client, cast: Cast, who: str, names: str):
    client.force_login(getattr(cast, who))
    text = show(client, "list")
    people = (cast.li, cast.wang, cast.zhao, cast.sun)
    assert "".join(member.name[0] for member in people if member.name in text) == names


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("?q=李建", "李"),
        ("?q=lijian", "李"),
        ("?q=LJG", "李"),
        ("?q=0003", "赵"),
        ("?q=003", ""),
        ("?q=00003", ""),  # more than the mask shows could be guessed digit by digit
        ("?q=13800000003", "赵"),
        ("?state=listed", "孙"),
        ("?skills=理发", "李"),
        ("?flags=1-4", "李"),
        ("?flags=5", "王"),
        ("?flags=0", "赵孙"),
        ("?is_leader=true", "赵"),
        ("?unit={other_unit}", "王"),
        ("?community={other_community}", "赵"),
        ("?estate={estate}", "李"),
    ],
)
def test_the_list_is_narrowed(client: Client, cast: Cast, query: str, names: str):
    for member in (cast.li, cast.wang, cast.zhao, cast.sun):
        member.pinyin, member.initials = in_pinyin(member.name)
        member.is_leader = member == cast.zhao
        member.save()
    cast.li.years.create(year=today().year, flags=3)
    cast.wang.years.create(year=today().year, flags=5)
    cast.zhao.years.create(year=today().year - 1, flags=9)
    client.force_login(cast.city_officer)
    ids = {name: getattr(cast, name).pk for name in ("other_unit", "other_community", "estate")}
    text = show(client, "list", query.format(**ids))
    people = (cast.li, cast.wang, cast.zhao, cast.sun)
    assert "".join(member.name[0] for member in people if f">{member.name}</a>" in text) == names


def test_the_list_is_sorted_both_ways(client: Client, cast: Cast):
    cast.zhao.years.create(year=today().year, flags=7)
    cast.wang.years.create(year=today().year, flags=2)
    client.force_login(cast.city_officer)
    for query, first in (("?sort=-flags", "赵伟"), (f"?sort=-flags&unit={cast.other_unit.pk}", "王秀英")):
        text = show(client, "list", query)
        assert text.index(f">{first}</a>") == min(
            text.index(f">{name}</a>")
            for name in ("李建国", "王秀英", "赵伟", "孙丽")
            if f">{name}</a>" in text
        )
    assert show(client, "list", "?sort=password")  # not a column: the usual order


def test_the_departed_are_shown_on_request_only(client: Client, cast: Cast):
    Member.objects.filter(pk=cast.wang.pk).update(state=Member.State.DEPARTED)
    client.force_login(cast.city_officer)
    assert "王秀英" not in show(client, "list")
    assert "王秀英" in show(client, "list", "?state=departed")


LISTS = ["list", "registrations", "reconciliation", "organizations", "appointments", "reveals"]


@pytest.mark.parametrize("name", LISTS)
def test_a_list_costs_the_same_for_20_and_for_200(client: Client, cast: Cast, name: str):
    client.force_login(cast.city_officer)
    show(client, name)  # the first page of a session costs more
    costs = []
    for count, first in ((20, 0), (180, 20)):
        crowd(cast, count, first)
        registrations = [
            Registration(
                user=cast.li.user,
                name=f"申请{number}",
                mobile="13900000000",
                unit=cast.unit,
                community=cast.community,
                promised_at=cast.li.registered_at,
                state=Registration.State.RETURNED,
            )
            for number in range(first, first + count)
        ]
        Registration.objects.bulk_create(registrations)
        with CaptureQueriesContext(connection) as queries:
            show(client, name)
        costs.append(len(queries))
    assert costs[0] == costs[1] <= 15


def test_reconciliation_counts_and_lists_the_three_gaps(cast: Cast):
    applied(cast, unit=cast.other_unit)  # 孙丽: unit differs
    stranger(cast)
    counts = reconciling.counts(cast.secretary)
    assert counts == {
        "on_roster": 3,
        "registered": 2,
        "unregistered": 1,
        "not_on_roster": 1,
        "differing": 1,
        "doubles": 0,
    }
    table = {line["place"].name: line for line in reconciling.table(cast.city_officer, "unit")}
    assert (table["市教育局"]["on_roster"], table["市教育局"]["not_on_roster"]) == (3, 1)
    assert table["市税务局"]["differing"] == 1
    found = reconciling.rows("not_on_roster", cast.city_officer, {"unit": str(cast.other_unit.pk)})
    assert list(found) == []
    assert reconciling.counts(cast.other_secretary)["not_on_roster"] == 0


@pytest.mark.parametrize("which", ["unregistered", "not_on_roster", "differing"])
def test_each_gap_opens_its_people(client: Client, cast: Cast, which: str):
    applied(cast, unit=cast.other_unit)
    stranger(cast)
    client.force_login(cast.secretary)
    expected = {"unregistered": "孙丽", "not_on_roster": "周新", "differing": "市教育局 → 市税务局"}[which]
    assert expected in show(client, "reconciliation", f"?list={which}")


def test_the_tree_sums_up_its_branches(cast: Cast):
    nodes = {node.organization.name: node for node in counting.branch(cast.city_officer, units=False)}
    shown = {name: (nodes[name].depth, nodes[name].on_roster, nodes[name].registered) for name in nodes}
    assert shown["明州市委组织部"] == (0, 4, 3)
    assert shown["城东街道党工委"] == (1, 4, 3)
    assert shown["青锋社区"] == (2, 3, 2)
    assert shown["青锋花苑"] == (3, 1, 1)
    assert "市教育局" not in shown
    units = counting.branch(cast.city_officer, units=True)
    assert [(node.organization.name, node.on_roster) for node in units] == [
        ("明州市委组织部", 4),
        ("市教育局", 3),
        ("市税务局", 1),
    ]


def test_a_poster_carries_the_communitys_own_addresses(client: Client, cast: Cast):
    client.force_login(cast.secretary)
    text = show(client, "poster", "", cast.community.pk)
    assert f"http://testserver/join/{cast.community.public_code}/" in text
    assert client.get(reverse("members:poster", args=[cast.other_community.pk])).status_code == 404


def test_a_clerk_decides_on_the_page(client: Client, cast: Cast):
    client.force_login(cast.clerk)
    registration = stranger(cast)
    page = reverse("members:registration", args=[registration.pk])
    assert "此人不在名册上" in client.get(page).content.decode()
    client.post(page, {"decision": "return", "reason": ""})
    registration.refresh_from_db()
    assert registration.state == Registration.State.SUBMITTED
    client.post(page, {"decision": "confirm"})
    registration.refresh_from_db()
    assert registration.state == Registration.State.CONFIRMED


def test_a_clerk_names_the_same_person_on_the_page(client: Client, cast: Cast):
    registration = applied(cast, mobile="13900000008")
    client.force_login(cast.clerk)
    page = reverse("members:registration", args=[registration.pk])
    assert "138****0004" in client.get(page).content.decode()
    client.post(page, {"decision": "confirm", "same_person": cast.li.pk})  # was not offered
    registration.refresh_from_db()
    assert registration.state == Registration.State.SUBMITTED
    client.post(page, {"decision": "confirm", "same_person": cast.sun.pk})
    cast.sun.refresh_from_db()
    assert cast.sun.is_registered and cast.sun.mobile == "13900000008"


def test_many_are_confirmed_at_once_and_the_refused_are_named(client: Client, cast: Cast):
    good, bad = stranger(cast), applied(cast, name="孙小丽")
    elsewhere = applied(cast, name="何外", mobile="13900000003", community=cast.other_community, estate=None)
    client.force_login(cast.clerk)
    chosen = {"pk": [good.pk, bad.pk, elsewhere.pk]}
    text = client.post(reverse("members:confirm_many"), chosen, follow=True).content.decode()
    states = [Registration.objects.get(pk=each.pk).state for each in (good, bad, elsewhere)]
    assert states == ["confirmed", "submitted", "submitted"]
    assert "已确认 1 人报到" in text and "孙小丽：" in text


def test_switching_changes_the_desk_for_the_next_pages(client: Client, cast: Cast):
    second = cast.secretary.appointments.create(
        organization=cast.estate, role="clerk", starts_on="2020-01-01"
    )
    client.force_login(cast.secretary)
    assert "王秀英" in show(client, "list")
    client.post(reverse("members:switch"), {"desk": second.pk, "next": "/desk/members/"})
    assert "王秀英" not in show(client, "list")
    assert client.post(reverse("members:switch"), {"desk": second.pk, "next": "//evil.test"}).url == "/"


def test_a_switch_to_an_ended_appointment_is_not_found(client: Client, cast: Cast):
    cast.secretary.appointments.update(ends_on="2020-02-01")
    client.force_login(cast.secretary)
    desk = cast.secretary.appointments.get()
    assert client.post(reverse("members:switch"), {"desk": desk.pk}).status_code == 404


def test_closed_communities_keep_their_pages_for_the_city(client: Client, cast: Cast):
    Organization.objects.filter(pk=cast.second_estate.pk).update(is_active=False)
    client.force_login(cast.city_officer)
    assert "停用" in show(client, "organization", "", cast.second_estate.pk)
