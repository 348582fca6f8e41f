"""Drafting and publishing: exactly the tier's audience, sound terms, one task a form."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils import timezone

from members.models import Organization
from tasks.models import Task
from tasks.publishing import publishing
from tasks.publishing.rules import CapacityTooSmall, ItemNotOffered, TimesOutOfOrder, TooLate, WrongAudience
from tasks.rules import FlagsOutOfRange, WrongState
from tasks.tests.desk import at_desk, make_item, terms
from tasks.tests.offers import DAY, HOUR
from wishes.models import Wish
from xianfeng.lib.refusal import KeyReused
from xianfeng.lib.times import format_date, local_year, year_bounds
from xianfeng.testing.cast import Cast


def draft(
    cast: Cast, user: str = "clerk", audience: list[Organization] | None = None, **changes: Any
) -> Task:
    by = getattr(cast, user)
    publisher = by.desk.organization
    item = changes.pop("item", None) or make_item()
    given = {name: changes.pop(name) for name in ("key", "wish") if name in changes}
    return publishing.draft(
        by=by, publisher=publisher, item=item, audience=audience or [publisher], **given, **terms(**changes)
    )


def test_a_draft_is_published_and_leaves_its_history(cast: Cast) -> None:
    task = publishing.publish(draft(cast), by=cast.clerk)
    task.refresh_from_db()
    assert (task.state, task.category) == ("published", "activity")
    assert [(event.from_state, event.to_state) for event in task.events.all()] == [
        ("", "draft"),
        ("draft", "published"),
    ]
    assert list(Task.objects.for_member(cast.li)) == [task]
    assert list(Task.objects.for_member(cast.zhao)) == []


def test_a_task_is_published_once(cast: Cast) -> None:
    task = draft(cast)
    stale = Task.objects.get(pk=task.pk)
    publishing.publish(task, by=cast.clerk)
    with pytest.raises(WrongState):
        publishing.publish(stale, by=cast.secretary)
    assert task.events.filter(to_state="published").count() == 1


def test_a_task_nobody_could_claim_any_more_is_not_published(cast: Cast) -> None:
    past = timezone.now() - DAY
    times: dict[str, Any] = {
        "starts_at": past,
        "ends_at": past + 2 * HOUR,
        "signup_closes_at": past,
        "signup_opens_at": past - DAY,
    }
    with pytest.raises(TooLate):
        publishing.publish(draft(cast, **times), by=cast.clerk)


@pytest.mark.parametrize(
    ("user", "audience", "allowed"),
    [
        ("city_officer", ["city"], True),
        ("city_officer", ["street", "other_community", "unit"], True),
        ("city_officer", ["city", "unit"], False),
        ("city_officer", ["estate"], False),
        ("clerk", ["community"], True),
        ("clerk", ["estate"], False),
        ("clerk", ["other_community"], False),
        ("clerk", ["community", "unit"], False),
        ("estate_clerk", ["estate"], True),
        ("estate_clerk", ["community"], False),
        ("estate_clerk", ["second_estate"], False),
    ],
)
def test_the_tier_fixes_the_audience(cast: Cast, user: str, audience: list[str], allowed: bool) -> None:
    chosen = [getattr(cast, name) for name in audience]
    if allowed:
        assert set(draft(cast, user, chosen).audience.all()) == set(chosen)
        return
    with pytest.raises(WrongAudience):
        draft(cast, user, chosen)
    assert not Task.objects.exists()


def test_an_inactive_organisation_is_no_audience(cast: Cast) -> None:
    cast.other_community.is_active = False
    with pytest.raises(WrongAudience):
        draft(cast, "city_officer", [cast.other_community])


@pytest.mark.parametrize("user", ["street_officer", "unit_clerk", "auditor"])
def test_streets_units_and_auditors_publish_nothing(cast: Cast, user: str) -> None:
    with pytest.raises(PermissionDenied):
        draft(cast, user)


def test_nobody_publishes_in_another_organisation_s_name(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        publishing.draft(
            by=cast.clerk,
            publisher=cast.other_community,
            item=make_item(),
            audience=[cast.other_community],
            **terms(),
        )


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"flags": 0}, FlagsOutOfRange),
        ({"capacity": 0}, CapacityTooSmall),
    ],
)
def test_terms_lie_in_the_catalogue_s_range(cast: Cast, changes: dict[str, Any], refusal: type) -> None:
    with pytest.raises(refusal):
        draft(cast, **changes)


@pytest.mark.parametrize("late", ["starts_at", "signup_opens_at", "signup_closes_at"])
def test_times_stand_in_order(cast: Cast, late: str) -> None:
    with pytest.raises(TimesOutOfOrder):
        changes: dict[str, Any] = {late: timezone.now() + 30 * DAY}
        draft(cast, **changes)


def test_a_switched_off_item_is_refused(cast: Cast) -> None:
    with pytest.raises(ItemNotOffered):
        draft(cast, item=make_item(is_active=False))


def test_the_same_key_makes_one_task(cast: Cast) -> None:
    item, values = make_item(), terms()
    first = draft(cast, item=item, key="k1", **values)
    assert draft(cast, item=item, key="k1", **values) == first
    assert first.events.count() == 1
    assert draft(cast, item=item, key="k1", **values | {"signup_opens_at": timezone.now()}) == first
    for other in ({"title": "别的事"}, {"capacity": 30}, {"text": "带手套"}, {"minutes": 60}):
        with pytest.raises(KeyReused):
            draft(cast, item=item, key="k1", **values | other)
    assert Task.objects.count() == 1


def test_the_same_key_for_another_audience_is_refused(cast: Cast) -> None:
    item, values = make_item(), terms()
    draft(cast, "city_officer", [cast.community], item=item, key="k1", **values)
    with pytest.raises(KeyReused):
        draft(cast, "city_officer", [cast.other_community], item=item, key="k1", **values)


def test_nobody_publishes_into_a_year_that_is_over(cast: Cast) -> None:
    new_year = year_bounds(local_year(timezone.now()))[0]
    start = new_year - 3 * HOUR
    times = {"starts_at": start, "ends_at": new_year - HOUR, "signup_closes_at": start}
    last_year = draft(cast, signup_opens_at=start - DAY, **times)
    with pytest.raises(TooLate):
        publishing.publish(last_year, by=cast.clerk)
    assert not Task.objects.filter(state=Task.State.PUBLISHED).exists()


@pytest.mark.parametrize("year", ["0001", "1999", "9999"])
def test_dates_off_the_calendar_are_refused_in_the_form(cast: Cast, year: str) -> None:
    data = {**posted(), "item": make_item().pk, "starts_at": f"{year}-12-30T09:00"}
    answer = at_desk(cast.clerk).post(reverse("tasks:new"), data | {"ends_at": f"{year}-12-30T11:00"})
    assert "2000 年至 2099 年" in answer.context["form"].errors["starts_at"][0]
    assert not Task.objects.exists()


# --- The form -----------------------------------------------------------------------------------


def posted(**changes: Any) -> dict[str, Any]:
    values = terms(**changes)
    moments = {name: value.isoformat() for name, value in values.items() if name.endswith("_at")}
    return {**values, **moments, "reach": "own", "key": "form-1"}


def test_the_form_publishes_at_once_and_a_second_post_changes_nothing(cast: Cast) -> None:
    data = {**posted(), "item": make_item().pk, "action": "publish"}
    for _time in range(2):
        answer = at_desk(cast.clerk).post(reverse("tasks:new"), data)
        task = Task.objects.get()
        assert answer["Location"] == reverse("tasks:detail", args=[task.pk])
    assert (task.state, task.publisher, list(task.audience.all())) == (
        "published",
        cast.community,
        [cast.community],
    )


def test_blank_flags_and_minutes_come_from_the_catalogue(cast: Cast) -> None:
    item = make_item(min_flags=2, default_minutes=45)
    data = {**posted(), "item": item.pk, "flags": "", "minutes": "", "signup_closes_at": ""}
    at_desk(cast.clerk).post(reverse("tasks:new"), data)
    task = Task.objects.get()
    assert (task.state, task.flags, task.minutes) == ("draft", 2, 45)
    assert task.signup_closes_at == task.starts_at


def test_a_refused_form_keeps_what_was_typed_and_says_why(cast: Cast) -> None:
    data = {**posted(flags=0), "item": make_item().pk, "action": "publish"}
    answer = at_desk(cast.clerk).post(reverse("tasks:new"), data)
    assert answer.status_code == 200
    assert "可授 1 至 2 面红旗" in answer.context["form"].errors["flags"][0]
    assert 'value="周末清洁"' in answer.content.decode()
    assert not Task.objects.exists()


def test_the_city_names_communities_in_the_form(cast: Cast) -> None:
    data = {
        **posted(),
        "item": make_item().pk,
        "reach": "chosen",
        "chosen": [cast.other_community.pk, cast.unit.pk],
    }
    at_desk(cast.city_officer).post(reverse("tasks:new"), data)
    assert set(Task.objects.get().audience.all()) == {cast.other_community, cast.unit}


def test_a_community_cannot_smuggle_an_audience_into_the_form(cast: Cast) -> None:
    data = {**posted(), "item": make_item().pk, "reach": "chosen", "chosen": [cast.other_community.pk]}
    answer = at_desk(cast.clerk).post(reverse("tasks:new"), data)
    assert "reach" in answer.context["form"].errors
    assert not Task.objects.exists()


def test_an_old_task_is_copied_to_the_same_weekday_ahead(cast: Cast) -> None:
    start = timezone.now() - 9 * DAY
    old = draft(
        cast,
        starts_at=start,
        ends_at=start + 2 * HOUR,
        signup_opens_at=start - 9 * DAY,
        signup_closes_at=start,
    )
    form = at_desk(cast.clerk).get(reverse("tasks:new"), {"copy": old.pk}).context["form"]
    assert form.initial["title"] == "周末清洁"
    assert form.initial["starts_at"] > timezone.now()
    assert format_date(form.initial["starts_at"])[-1] == format_date(old.starts_at)[-1]
    hidden = at_desk(cast.other_secretary).get(reverse("tasks:new"), {"copy": old.pk})
    assert hidden.status_code == 404


def test_the_city_s_copy_of_a_community_s_task_does_not_reach_everybody(cast: Cast) -> None:
    old = draft(cast)
    form = at_desk(cast.city_officer).get(reverse("tasks:new"), {"copy": old.pk}).context["form"]
    assert (form["reach"].value(), form["chosen"].value()) == ("chosen", [cast.community.pk])


def test_a_copy_of_a_wish_s_task_offers_only_whom_the_desk_may_address(cast: Cast) -> None:
    old = draft(cast, audience=[cast.estate], wish=wish_of(cast.estate))
    at = at_desk(cast.clerk)
    form = at.get(reverse("tasks:new"), {"copy": old.pk}).context["form"]
    assert form["reach"].value() == "own"
    data = {**posted(), "item": old.item_id, "reach": form["reach"].value()}
    at.post(f"{reverse('tasks:new')}?copy={old.pk}", data)
    assert list(Task.objects.exclude(pk=old.pk).get().audience.all()) == [cast.community]


# --- A wish becomes a task ----------------------------------------------------------------------


def wish_of(organization: Organization) -> Wish:
    return Wish.objects.create(
        organization=organization, need="楼道灯不亮", contact_mobile="13911112222", detail="门牌303"
    )


def test_a_wish_is_accepted_and_published_in_one_submit(cast: Cast) -> None:
    wish = wish_of(cast.estate)
    url = reverse("tasks:new_for_wish", args=[wish.pk])
    page = at_desk(cast.clerk).get(url)
    assert page.context["form"].initial["title"] == "楼道灯不亮"
    assert "13911112222" not in page.content.decode()
    assert "门牌303" not in page.content.decode()
    data = {**posted(title="修楼道灯"), "item": make_item(category="wish").pk, "reach": "wish"}
    for _time in range(2):
        at_desk(cast.clerk).post(url, data)
    wish.refresh_from_db()
    task = Task.objects.get()
    assert (wish.state, task.state, task.kind, task.wish) == ("published", "published", "wish", wish)
    assert list(task.audience.all()) == [cast.estate]
    assert [event.to_state for event in wish.events.all()] == ["accepted", "published"]


def test_a_wish_is_published_once(cast: Cast) -> None:
    wish = wish_of(cast.estate)
    url, data = (
        reverse("tasks:new_for_wish", args=[wish.pk]),
        {**posted(), "item": make_item().pk, "reach": "wish"},
    )
    at_desk(cast.clerk).post(url, {**data, "key": "one"})
    answer = at_desk(cast.secretary).post(url, {**data, "key": "two"})
    assert answer.context["form"].non_field_errors()
    assert Task.objects.count() == 1


def test_a_foreign_wish_is_not_found(cast: Cast) -> None:
    url = reverse("tasks:new_for_wish", args=[wish_of(cast.estate).pk])
    assert at_desk(cast.other_secretary).get(url).status_code == 404
    assert at_desk(cast.street_officer).get(url).status_code == 403


def test_an_estate_follows_its_wish_without_a_link_to_the_community_s_task(cast: Cast) -> None:
    """The community publishes the estate's wish: the estate's page links to it only where it opens."""
    wish = wish_of(cast.estate)
    task = draft(cast, wish=wish, title="上门修灯")
    address = reverse("tasks:detail", args=[task.pk])
    for user in (cast.secretary, cast.estate_clerk):
        client = at_desk(user)
        page = client.get(reverse("wishes:detail", args=[wish.pk])).content.decode()
        assert "上门修灯" in page
        assert (address in page) == (client.get(address).status_code == 200)
