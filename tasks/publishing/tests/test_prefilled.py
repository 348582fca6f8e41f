"""A wish comes into the form ready to be published: its item, a title that fits, and whom it would find."""

from django.urls import reverse

from members.models import Member
from tasks.models import ServiceItem, Task
from tasks.publishing.forms import LONGEST_TITLE, TaskForm, title_of
from tasks.tests.desk import at_desk
from wishes.tests.helpers import stated
from xianfeng.testing.cast import Cast

LONG = "厨房的水龙头漏水好几天了，楼下邻居也来说过，想请懂水电的同志上门看一看，" * 3


def fitting(cast: Cast, **query: object) -> str:
    return at_desk(cast.secretary).get(reverse("tasks:fitting"), query).content.decode()


def test_the_item_is_preselected_from_the_words_of_the_wish(cast: Cast):
    wish = stated(cast.estate, need="水龙头漏水，想请人来修一修")
    page = at_desk(cast.secretary).get(reverse("tasks:new_for_wish", args=[wish.pk])).content.decode()
    item = ServiceItem.objects.get(code="WIS-02")
    assert f'<option value="{item.pk}" selected>' in page and "预选了“小修小补”" in page


def test_it_is_published_as_it_stands(cast: Cast):
    """From the desk's first page: the tile, the wish, the button, and this one."""
    wish, client = stated(cast.estate, need="水龙头漏水，想请人来修一修"), at_desk(cast.secretary)
    url = reverse("tasks:new_for_wish", args=[wish.pk])
    form: TaskForm = client.get(url).context["form"]
    data = {name: form[name].value() for name in form.fields if form[name].value() is not None}
    data |= {"presence": Task.Presence.values[0]}  # what a browser picks
    page = client.post(url, data | {"action": "publish"}, follow=True)
    assert "form" not in page.context
    assert Task.objects.get(wish=wish).item.code == "WIS-02"


def test_a_long_need_gives_its_first_clauses_and_is_the_text_in_full(cast: Cast):
    title = title_of(LONG)
    assert len(title) <= LONGEST_TITLE and LONG.startswith(title) and title.endswith("说过")
    assert title_of("修灯") == "修灯" and title_of("长" * 70) == "长" * LONGEST_TITLE


def test_rare_fields_are_folded_until_one_is_used_or_wrong(cast: Cast):
    client, url = at_desk(cast.secretary), reverse("tasks:new")
    assert not client.get(url).context["form"].has_options()
    assert client.post(url, {"minutes": "-1"}).context["form"].has_options()
    assert client.post(url, {"risk_note": "注意安全"}).context["form"].has_options()


def test_the_form_says_how_many_people_it_finds(cast: Cast):
    Member.objects.filter(pk=cast.li.pk).update(skills="理发、电工")
    registered = Member.objects.registered().filter(community=cast.community).count()
    assert f"有 {registered} 名已报到的同志" in fitting(cast, reach="own")
    assert "其中 1 名有所需特长" in fitting(cast, reach="own", wanted_skills="电工、木工")
    page = at_desk(cast.secretary).get(reverse("tasks:new")).content.decode()
    assert f"有 {registered} 名已报到的同志" in page


def test_an_estate_s_wish_finds_the_people_of_its_estate(cast: Cast):
    wish = stated(cast.estate)
    there = Member.objects.registered().filter(estate=cast.estate).count()
    assert f"有 {there} 名已报到的同志" in fitting(cast, reach="wish", wish=wish.pk)


def test_another_community_s_wish_or_a_place_that_is_not_on_offer_tells_nothing(cast: Cast):
    wish = stated(cast.other_estate)
    own = Member.objects.registered().filter(community=cast.community).count()
    assert f"有 {own} 名" in fitting(cast, reach="wish", wish=wish.pk)
    assert f"有 {own} 名" in fitting(cast, reach="own", chosen=[cast.other_community.pk])


def test_the_city_counts_whom_it_chose_once(cast: Cast):
    client, url = at_desk(cast.city_officer), reverse("tasks:fitting")
    query = {"reach": "chosen", "chosen": [cast.community.pk, cast.unit.pk]}
    people = Member.objects.registered()
    expected = (people.filter(community=cast.community) | people.filter(unit=cast.unit)).distinct().count()
    assert f"有 {expected} 名" in client.get(url, query).content.decode()


def test_a_text_that_is_too_long_is_refused_and_kept(cast: Cast):
    page = at_desk(cast.secretary).post(reverse("tasks:new"), {"title": "长" * 61})
    assert "长" * 61 in page.content.decode() and 'data-most="60"' in page.content.decode()
    assert not Task.objects.exists()


def test_what_the_page_sends_along_is_sent(cast: Cast):
    """The library leaves out of `hx-vals` too what `hx-params` does not name."""
    wish = stated(cast.estate)
    page = at_desk(cast.secretary).get(reverse("tasks:new_for_wish", args=[wish.pk])).content.decode()
    assert 'hx-params="reach,chosen,wanted_skills,wish"' in page and f'"wish": "{wish.pk}"' in page
