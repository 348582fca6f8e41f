"""Personal data is stopped in every text of a task that others read, on every way it may come."""

from typing import Any

import pytest
from django.urls import reverse

from tasks.models import Task
from tasks.publishing import publishing
from tasks.publishing.rules import WORDS
from tasks.publishing.tests.test_publish import draft, posted, wish_of
from tasks.rules import PersonalDataInTask
from tasks.tests.desk import at_desk, make_item
from xianfeng.testing.cast import Cast

MOBILE = "找王阿姨 138\u200b12345678"
DOOR = "3幢2单元501室"


def form_data(**changes: Any) -> dict[str, Any]:
    return {**posted(), "item": make_item().pk, "action": "publish", **changes}


@pytest.mark.parametrize("name", WORDS)
def test_a_number_in_any_text_is_refused_by_form_and_admin_alike(cast: Cast, name: str) -> None:
    given = form_data(**{name: MOBILE})
    for address in (reverse("tasks:new"), reverse("admin:tasks_task_add")):
        for step in ("publish", "draft"):
            data = {**given, "action": step, "step": step}
            page = at_desk(cast.clerk).post(address, data).content.decode()
            assert "请去掉其中的手机号" in page, address
    assert not Task.objects.exists()


@pytest.mark.parametrize(
    "text", ["微信：lihua88", "身份证330681199503051234", "电话０５７５－８７６５４３２１"]
)
def test_whatever_leads_to_a_person_is_refused(cast: Cast, text: str) -> None:
    with pytest.raises(PersonalDataInTask, match="请去掉其中的") as refused:
        draft(cast, text=text)
    assert refused.value.field == "text"


def test_an_edit_is_held_to_the_same(cast: Cast) -> None:
    task = draft(cast)
    with pytest.raises(PersonalDataInTask):
        publishing.edit(task, by=cast.clerk, item=task.item, audience=[cast.community], risk_note=MOBILE)


def test_an_old_draft_with_a_number_is_not_published(cast: Cast) -> None:
    task = draft(cast)
    Task.objects.filter(pk=task.pk).update(text=MOBILE)
    task.refresh_from_db()
    with pytest.raises(PersonalDataInTask):
        publishing.publish(task, by=cast.clerk)


def test_the_reason_of_a_cancelling_goes_to_every_holder(cast: Cast) -> None:
    task = publishing.publish(draft(cast), by=cast.clerk)
    with pytest.raises(PersonalDataInTask) as refused:
        publishing.cancel(task, reason=f"雨天取消，{MOBILE}", by=cast.clerk)
    assert refused.value.field == "reason"
    assert publishing.cancel(task, reason="雨天取消", by=cast.clerk).state == Task.State.CANCELLED


def test_a_house_number_is_asked_about_and_kept_if_it_is_a_public_place(cast: Cast) -> None:
    client, data = at_desk(cast.clerk), form_data(place=f"青锋花苑{DOOR}")
    answer = client.post(reverse("tasks:new"), data)
    assert "确是公共地点的" in answer.context["form"].errors["place"][0]
    assert 'name="keep"' in answer.content.decode() and not Task.objects.exists()
    client.post(reverse("tasks:new"), {**data, "keep": "on"})
    assert Task.objects.get().place.endswith(DOOR)


def test_the_box_does_not_let_a_number_pass(cast: Cast) -> None:
    at_desk(cast.clerk).post(reverse("tasks:new"), form_data(text=MOBILE, keep="on"))
    assert not Task.objects.exists()


def test_what_was_public_already_is_not_asked_about_again(cast: Cast) -> None:
    """The wish's text was confirmed when it was stated: its task takes it over in one step."""
    wish = wish_of(cast.estate)
    wish.need = f"{DOOR}的公共露台漏水"
    wish.save(update_fields=["need"])
    data = form_data(title=wish.need, text=wish.need, place="青锋花苑", reach="wish")
    at_desk(cast.secretary).post(reverse("tasks:new_for_wish", args=[wish.pk]), data)
    assert Task.objects.get().title == wish.need


def test_ordinary_places_and_times_pass(cast: Cast) -> None:
    data = form_data(
        place="2号楼前广场", text="9:00-11:00，1、3、5号楼，12345热线可咨询", risk_note="11月25日-12月3日"
    )
    at_desk(cast.clerk).post(reverse("tasks:new"), data)
    assert Task.objects.get().state == Task.State.PUBLISHED
