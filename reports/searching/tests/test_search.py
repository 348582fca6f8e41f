"""One box finds people, tasks and wishes of one's own branch, each with how many there are."""

import pytest
from django.urls import reverse

from members.models import User
from tasks.tests.desk import at_desk
from tasks.tests.offers import make_offer
from wishes.tests.helpers import stated
from xianfeng.testing.cast import Cast

SEARCH = reverse("reports:search")


def found(user: User | None, text: str, *, live: bool = False, **query: str) -> str:
    headers = {"hx-request": "true"} if live else {}
    assert user
    return at_desk(user).get(SEARCH, {"q": text, **query}, headers=headers).content.decode()


@pytest.mark.parametrize("live", [True, False], ids=["beneath the box", "as a page"])
def test_three_groups_with_their_totals(cast: Cast, live: bool):
    make_offer(cast, publisher=cast.community, title="李家弄大扫除")
    stated(cast.estate, need="想请李师傅修水龙头")
    page = found(cast.secretary, "李家", live=live) + found(cast.secretary, "李师傅", live=live)
    assert "李家弄大扫除" in page and "想请李师傅修水龙头" in page
    assert "李建国" in found(cast.secretary, "李建国", live=live)


def test_what_lies_outside_the_branch_is_not_found(cast: Cast):
    make_offer(cast, publisher=cast.other_community, title="邻社区的大扫除")
    stated(cast.other_estate, need="邻社区的水龙头坏了")
    assert "没有找到" in found(cast.secretary, "邻社区的")
    assert "没有找到" in found(cast.secretary, "邻社区的", live=True)


def test_a_desk_without_wishes_has_no_such_group(cast: Cast):
    stated(cast.estate, need="水龙头坏了，想请人来修")
    assert "想请人来修" not in found(cast.unit_clerk, "水龙头")


def test_a_wish_is_found_by_its_code_and_never_by_its_brief(cast: Cast):
    wish = stated(cast.estate, contact_name="欧阳奶奶", detail="家里有只猫")
    assert wish.need in found(cast.secretary, wish.code.lower())
    assert "没有找到" in found(cast.secretary, "欧阳") and "没有找到" in found(cast.secretary, "有只猫")


def test_one_group_is_read_page_by_page_and_its_total_is_the_tab_s(cast: Cast):
    for number in range(12):
        make_offer(cast, publisher=cast.community, title=f"楼道清洁第{number}次")
    page = at_desk(cast.secretary).get(SEARCH, {"q": "楼道清洁"})
    assert "全部 12 项" in page.content.decode()
    tab = at_desk(cast.secretary).get(SEARCH, {"q": "楼道清洁", "in": "tasks"})
    assert tab.context["page"].paginator.count == 12 == tab.context["tabs"].chosen.count


@pytest.mark.parametrize("text", ["", "李", " "])
def test_one_character_is_asked_to_go_on(cast: Cast, text: str):
    assert "至少输入两个字" in found(cast.secretary, text)
    assert found(cast.secretary, text, live=True).strip() == ""
