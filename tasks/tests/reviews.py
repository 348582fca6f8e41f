"""Tasks that the city looks at first, and rules that send them there, for tests."""

from typing import Any

from tasks.models import ScopeRule, ServiceItem, Task
from tasks.publishing import publishing
from tasks.tests.desk import make_item, terms
from xianfeng.testing.cast import Cast

TITLE = "替社区录入表格"


def make_rule(code: str = "R-1", **fields: Any) -> ScopeRule:
    values: dict[str, Any] = {
        "name": "量尺子", "basis": "只是个例子", "words": "量尺子", "exceptions": "", "finds": "量尺子去",
        "passes": "扫楼道", "action": "warn",
    }  # fmt: skip
    return ScopeRule.objects.create(code=code, **values | fields)


def published(cast: Cast, user: str = "clerk", *, insist: str = "", **changes: Any) -> Task:
    """A task as its publisher publishes it at once: out, or in review."""
    by = getattr(cast, user)
    publisher = by.desk.organization
    item = changes.pop("item", None) or the_item()
    return publishing.create(
        by=by, publisher=publisher, item=item, audience=[publisher], publish_now=True, insist=insist,
        **terms(**changes),
    )  # fmt: skip


def the_item() -> ServiceItem:
    return ServiceItem.objects.filter(code="REV").first() or make_item("REV")


def waiting_task(cast: Cast, user: str = "clerk", **changes: Any) -> Task:
    """“替社区录入表格” stops for review."""
    return published(cast, user, title=TITLE, **changes)
