"""A wish that was merged into another becomes no task, and one that is a task is not merged away."""

import pytest

from tasks.models import ServiceItem, Task
from tasks.publishing import publishing
from tasks.tests.desk import make_item, terms
from wishes.merging.merging import merge
from wishes.merging.rules import CannotMerge
from wishes.models import Wish
from xianfeng.lib.refusal import Refusal
from xianfeng.testing.cast import Cast
from xianfeng.testing.races import together


def a_wish(cast: Cast) -> Wish:
    return Wish.objects.create(organization=cast.estate, need="想请人修楼道灯")


def publish(cast: Cast, wish: Wish) -> Task:
    item = ServiceItem.objects.filter(code="T-1").first() or make_item()
    common = {
        "by": cast.clerk,
        "publisher": cast.community,
        "item": item,
        "audience": [cast.community],
    }
    return publishing.publish_wish(wish, **common, **terms())


def fresh(wish: Wish) -> Wish:
    return Wish.objects.select_related("organization").get(pk=wish.pk)


def test_what_was_merged_is_not_published(cast: Cast) -> None:
    kept, gone = a_wish(cast), a_wish(cast)
    stale = fresh(gone)
    merge(kept, gone, by=cast.clerk)
    for wish in (stale, fresh(gone)):
        with pytest.raises(Refusal, match=r"已合并|刚被别人办理"):
            publish(cast, wish)
    assert not Task.objects.exists()
    assert fresh(gone).is_merged


def test_what_was_published_stays_until_its_task_is_called_off(cast: Cast) -> None:
    waiting, published = a_wish(cast), a_wish(cast)
    task = publish(cast, published)
    with pytest.raises(CannotMerge, match="请反过来"):
        merge(waiting, published, by=cast.clerk)
    publishing.cancel(task, reason="改由物业办", by=cast.clerk)
    assert merge(waiting, fresh(published), by=cast.clerk).is_merged


def test_the_task_of_the_kept_one_goes_on(cast: Cast) -> None:
    kept, gone = a_wish(cast), a_wish(cast)
    task = publish(cast, kept)
    merge(fresh(kept), gone, by=cast.clerk)
    task.refresh_from_db()
    assert (task.state, fresh(kept).state) == ("published", "published")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_publishing_and_merging_at_once_leave_one_of_both(cast: Cast, attempt: int) -> None:
    kept, gone = a_wish(cast), a_wish(cast)
    mine, yours, kept = fresh(gone), fresh(gone), fresh(kept)
    make_item()  # both need one row, and neither makes it
    codes = together(lambda: publish(cast, mine), lambda: merge(kept, yours, by=cast.secretary))
    assert codes.count("") == 1 and len(codes) == 2, codes
    assert Task.objects.count() == int(fresh(gone).is_published)
    assert fresh(gone).is_merged is not fresh(gone).is_published
