"""Filters kept under a name and columns put away are each reader's own, list by list."""

import pytest
from django.test import Client
from django.urls import reverse

from members.models import ListPreference, User
from members.preferences.keeping import MOST_FILTERS, NotKept, keep_filter
from xianfeng.testing.cast import Cast

LIST = reverse("members:list")
ADDRESS = f"{LIST}?state=registered&q=&page=3"


def at_desk(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def page(user: User, address: str = LIST) -> str:
    return at_desk(user).get(address).content.decode()


def keep(client: Client, name: str, address: str = ADDRESS) -> str:
    data = {"name": name, "address": address}
    return client.post(reverse("members:keep_filters"), data, follow=True).content.decode()


def test_a_filter_is_kept_without_what_is_empty_and_without_its_page(cast: Cast):
    assert "已存为“已报到”" in keep(at_desk(cast.secretary), " 已报到 ")
    assert 'href="?state=registered"' in page(cast.secretary)
    assert "已报到</a>" not in page(cast.clerk)
    assert 'href="?state=registered"' not in page(cast.secretary, reverse("members:registrations"))


def test_the_same_name_is_written_over_and_a_name_is_dropped(cast: Cast):
    client = at_desk(cast.secretary)
    keep(client, "常用")
    keep(client, "常用", f"{LIST}?state=pending")
    assert [one["query"] for one in ListPreference.objects.get().filters] == ["state=pending"]
    client.post(reverse("members:keep_filters"), {"drop": "常用", "address": LIST})
    assert ListPreference.objects.get().filters == []


@pytest.mark.parametrize(
    ("name", "address", "says"),
    [
        (" ", ADDRESS, "起个名字"),
        ("长" * 21, ADDRESS, "起个名字"),
        ("常用", LIST, "没有筛选条件"),
        ("常用", f"{LIST}?q={'x' * 1000}", "条件太多"),
        ("常用", f"{LIST}?q=13800000001", "手机号一类的号码"),
    ],
)
def test_what_cannot_be_kept_is_said(cast: Cast, name: str, address: str, says: str):
    assert says in keep(at_desk(cast.secretary), name, address)
    assert not ListPreference.objects.exclude(filters=[]).exists()


def test_a_list_has_room_for_twenty(cast: Cast):
    for number in range(MOST_FILTERS):
        keep_filter(ADDRESS, f"筛选{number}", by=cast.secretary)
    with pytest.raises(NotKept):
        keep_filter(ADDRESS, "再来一个", by=cast.secretary)


@pytest.mark.parametrize(
    "address", ["/nowhere/", "/desk/members/1/", "https://evil.example/", "//[", "/admin/"]
)
def test_only_a_list_of_ours_is_kept(cast: Cast, address: str):
    answer = at_desk(cast.secretary).post(
        reverse("members:keep_filters"), {"name": "常用", "address": f"{address}?q=x"}
    )
    assert answer.status_code == 404 or "evil" not in answer["Location"]
    assert not ListPreference.objects.filter(page__contains="detail").exists()


def test_columns_put_away_are_marked_for_their_reader_alone(cast: Cast):
    data = {"address": LIST, "label": ["单位", "社区"], "shown": ["社区"]}
    assert at_desk(cast.secretary).post(reverse("members:keep_columns"), data).status_code == 204
    assert page(cast.secretary).count("is-off") == 1
    assert "is-off" not in page(cast.clerk)
    data["shown"] = ["单位", "社区"]
    at_desk(cast.secretary).post(reverse("members:keep_columns"), data)
    assert "is-off" not in page(cast.secretary)
