"""The catalogue: a city starts with a list, the city alone edits it, published tasks keep their terms."""

from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from flags.models import Category
from tasks.catalogue import items
from tasks.models import ServiceItem
from tasks.rules import PersonalDataInTask
from tasks.tests.desk import at_desk, make_item
from tasks.tests.offers import make_offer
from xianfeng.testing.cast import Cast

FIELDS: dict[str, Any] = {
    "code": "NEW-1", "name": "河道巡护", "category": "activity", "min_flags": 1, "max_flags": 2,
    "default_minutes": 90, "is_volunteering": True, "is_active": True,
}  # fmt: skip


@pytest.mark.django_db
def test_a_city_starts_with_items_of_every_category() -> None:
    items = ServiceItem.objects.active()
    assert items.count() >= 20
    assert set(items.values_list("category", flat=True)) == set(Category.values)
    advice = items.filter(category=Category.SUGGESTION)
    assert not advice.filter(is_volunteering=True).exists()


@pytest.mark.parametrize("name", ["找王阿姨 138\u200b12345678", "3幢2单元501室打扫"])
def test_a_name_leads_to_nobody(cast: Cast, name: str) -> None:
    """Every desk and member reads the catalogue."""
    client = at_desk(cast.city_officer)
    count = ServiceItem.objects.count()
    page = client.post(reverse("tasks:item_new"), FIELDS | {"name": name})
    assert "请去掉其中的" in str(page.context["form"].errors["name"])
    with pytest.raises(PersonalDataInTask):
        items.save_item(make_item(), by=cast.city_officer, **FIELDS | {"name": name})
    assert ServiceItem.objects.count() == count + 1


def test_the_city_adds_and_changes_items(cast: Cast) -> None:
    client = at_desk(cast.city_officer)
    client.post(reverse("tasks:item_new"), FIELDS)
    item = ServiceItem.objects.get(code="NEW-1")
    answer = client.post(reverse("tasks:item", args=[item.pk]), FIELDS | {"max_flags": 3})
    assert answer["Location"] == reverse("tasks:items")
    item.refresh_from_db()
    assert (item.min_flags, item.max_flags) == (1, 3)


def test_the_list_says_of_advice_that_it_counts_no_hours(cast: Cast) -> None:
    ServiceItem.objects.all().delete()
    make_item("ADVICE", category="suggestion", is_volunteering=True)
    page = at_desk(cast.city_officer).get(reverse("tasks:items")).content.decode()
    assert "<td>不计入</td>" in page and "<td>计入</td>" not in page


def test_a_reversed_range_and_a_taken_code_are_refused(cast: Cast) -> None:
    make_item("OLD")
    with pytest.raises(items.RangeReversed):
        items.save_item(None, by=cast.city_officer, **FIELDS | {"min_flags": 3})
    with pytest.raises(items.CodeTaken):
        items.save_item(None, by=cast.city_officer, **FIELDS | {"code": "OLD"})
    answer = at_desk(cast.city_officer).post(reverse("tasks:item_new"), FIELDS | {"min_flags": "3"})
    assert "不能小于下限" in answer.context["form"].errors["max_flags"][0]
    assert not ServiceItem.objects.filter(code="NEW-1").exists()


@pytest.mark.parametrize(("name", "value"), [("max_flags", 100), ("default_minutes", 44_641)])
def test_figures_no_task_could_carry_are_refused(cast: Cast, name: str, value: int) -> None:
    answer = at_desk(cast.city_officer).post(reverse("tasks:item_new"), FIELDS | {name: value})
    assert "最多填" in answer.context["form"].errors[name][0]
    assert not ServiceItem.objects.filter(code="NEW-1").exists()


def test_only_the_city_edits(cast: Cast) -> None:
    with pytest.raises(PermissionDenied):
        items.save_item(None, by=cast.secretary, **FIELDS)
    assert at_desk(cast.secretary).get(reverse("tasks:items")).status_code == 200
    assert at_desk(cast.secretary).get(reverse("tasks:item_new")).status_code == 403


def test_a_published_task_keeps_its_category_and_flags(cast: Cast) -> None:
    task = make_offer(cast, flags=2)
    values = {name: getattr(task.item, name) for name in FIELDS} | {"category": "team", "max_flags": 1}
    items.save_item(task.item, by=cast.city_officer, **values)
    task.refresh_from_db()
    assert (task.category, task.flags) == ("activity", 2)
