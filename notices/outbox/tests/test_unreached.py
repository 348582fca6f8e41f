"""Who was not reached, and what a person does about it."""

import pytest
from django.test import Client
from django.urls import reverse

from notices.models import Delivery, DeliveryEvent
from notices.outbox import Message, send, send_many
from notices.outbox.resending import AlreadySettled, NoAddress, mark_told, resend
from xianfeng.testing.cast import Cast, User

LIST = reverse("notices:unreached")
HANDLE = reverse("notices:handle")
State = Delivery.State


def stuck(user: User | None, state: str = State.FAILED, key: str = "k") -> Delivery:
    assert user
    delivery = send(Message(user, "test", f"{key}:{user.pk}", "标题", "正文")).deliveries.get()
    delivery.state = state
    delivery.save()
    return delivery


def logged_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("state", sorted(Delivery.State.UNREACHED))
def test_what_did_not_arrive_can_be_sent_again(cast: Cast, state: str):
    delivery = stuck(cast.clerk, state)
    User.objects.filter(pk=cast.clerk.pk).update(email="new@example.test")
    delivery = Delivery.objects.get(pk=delivery.pk)
    resend(delivery, by=cast.city_officer)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.address, delivery.attempts) == (State.PENDING, "new@example.test", 0)
    event = DeliveryEvent.objects.get()
    assert (event.by, event.from_state, event.to_state) == (cast.city_officer, state, State.PENDING)


def test_without_an_address_it_cannot_be_sent(cast: Cast):
    delivery = stuck(cast.clerk, State.UNREACHABLE)
    User.objects.filter(pk=cast.clerk.pk).update(email="")
    with pytest.raises(NoAddress):
        resend(Delivery.objects.get(pk=delivery.pk), by=cast.city_officer)


def test_two_people_do_not_resend_twice(cast: Cast):
    delivery = stuck(cast.clerk)
    resend(delivery, by=cast.city_officer)
    with pytest.raises(AlreadySettled):
        resend(delivery, by=cast.city_colleague)
    assert DeliveryEvent.objects.count() == 1


@pytest.mark.parametrize("state", [State.PENDING, State.SENT, State.TOLD])
def test_what_is_on_its_way_or_arrived_is_left_alone(cast: Cast, state: str):
    delivery = stuck(cast.clerk, state)
    with pytest.raises(AlreadySettled):
        resend(delivery, by=cast.city_officer)
    with pytest.raises(AlreadySettled):
        mark_told(delivery, by=cast.city_officer)


def test_told_in_person_leaves_the_list(cast: Cast):
    delivery = stuck(cast.clerk)
    mark_told(delivery, by=cast.secretary, note="电话告知")
    assert not Delivery.objects.unreached().exists()
    assert DeliveryEvent.objects.get().note == "电话告知"


def test_each_tier_sees_its_own_people(cast: Cast):
    for user in (cast.clerk, cast.other_secretary, cast.unit_clerk, cast.li.user, cast.wang.user):
        stuck(user)
    # A unit sees 李建国 (its member) and its clerk, a community its residents and its staff.
    expected = {
        cast.city_officer: {"林社工", "罗书记", "谢单位", "李建国", "王秀英"},
        cast.secretary: {"林社工", "李建国", "王秀英"},
        cast.unit_clerk: {"谢单位", "李建国"},
    }
    for user, names in expected.items():
        page = logged_in(user).get(LIST).content.decode()
        assert {name for name in expected[cast.city_officer] if f"<td>{name}</td>" in page} == names


def test_the_city_resends_from_the_list(cast: Cast):
    first, second = stuck(cast.clerk), stuck(cast.secretary)
    logged_in(cast.city_officer).post(HANDLE, {"action": "resend", "pk": [first.pk, second.pk]})
    assert set(Delivery.objects.values_list("state", flat=True)) == {State.PENDING}


def test_a_community_tells_its_own_people_only(cast: Cast):
    own, foreign = stuck(cast.li.user), stuck(cast.zhao.user)
    client = logged_in(cast.secretary)
    assert client.post(HANDLE, {"action": "resend", "pk": [own.pk]}).status_code == 403
    client.post(HANDLE, {"action": "told", "pk": [own.pk, foreign.pk]})
    own.refresh_from_db()
    foreign.refresh_from_db()
    assert (own.state, foreign.state) == (State.TOLD, State.FAILED)


def test_tabs_count_and_filter(cast: Cast):
    stuck(cast.clerk, State.HANDED_OVER)
    stuck(cast.secretary, State.FAILED)
    client = logged_in(cast.city_officer)
    response = client.get(LIST)
    assert [tab.count for tab in response.context["tabs"]] == [2, 1, 1, 0, 0]
    response = client.get(LIST, {"tab": "failed"})
    assert [row.notice.recipient for row in response.context["page"]] == [cast.secretary]
    response = client.get(LIST, {"name": "林"})
    assert [row.notice.recipient for row in response.context["page"]] == [cast.clerk]


def test_no_address_is_shown(cast: Cast):
    delivery = stuck(cast.clerk)
    assert delivery.address not in logged_in(cast.city_officer).get(LIST).content.decode()


@pytest.mark.parametrize("count", [5, 200])
def test_the_list_needs_the_same_queries_for_any_length(
    cast: Cast, count: int, django_assert_max_num_queries
):
    names = [f"p{number}" for number in range(count)]
    everybody = User.objects.bulk_create(User(username=name, email=f"{name}@example.test") for name in names)
    send_many(Message(user, "test", user.username, "标题", "正文") for user in everybody)
    Delivery.objects.update(state=State.FAILED)
    client = logged_in(cast.city_officer)
    with django_assert_max_num_queries(13):
        client.get(LIST)


def test_whoever_read_it_in_the_portal_was_reached(cast: Cast):
    delivery = stuck(cast.clerk)
    logged_in(cast.clerk).post(reverse("notices:read", args=[delivery.notice_id]))
    assert not Delivery.objects.unreached().exists()
    response = logged_in(cast.city_officer).get(LIST)
    assert [tab.count for tab in response.context["tabs"]] == [0, 0, 0, 0, 0]
