"""The part of the access table about invitations and balance; `access.py` says how it is read."""

import datetime as dt
from typing import Any

from tasks.inviting.inviting import invite
from tasks.models import BalanceRow
from tasks.tests.offers import make_offer
from xianfeng.lib.times import today
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.answers import Access, only

BALANCE: dict[str, Access] = {}
WATCHERS = ("city", "street", "community", "auditor")


def an_estates_task(cast: Cast) -> dict[str, Any]:
    return {"pk": make_offer(cast, publisher=cast.estate, audience=[cast.estate]).pk}


def an_invitation(cast: Cast) -> dict[str, Any]:
    outcome = invite(make_offer(cast), {cast.li.pk}, by=cast.secretary)
    return {"pk": outcome.invited[0].pk}


def a_row(cast: Cast) -> dict[str, Any]:
    row, _new = BalanceRow.objects.get_or_create(
        month=today().replace(day=1),
        origin=cast.community,
        host=cast.other_community,
        state=BalanceRow.State.PROPOSED,
        defaults={
            "places": 2, "reason": "缺 2 个", "ends_on": today() + dt.timedelta(days=9),
            "made_by": cast.city_officer,
        },
    )  # fmt: skip
    return {"pk": row.pk}


BALANCE |= {
    "tasks:invite": Access(
        get=only("community", "estate"), post=only("community", "estate"), kwargs=an_estates_task
    ),
    "tasks:recall": Access(post=only("community", "estate", status=302), kwargs=an_estates_task),
    "tasks:decline_invitation": Access(post=only("member", status=302), kwargs=an_invitation),
    "tasks:suited": Access(get=only("member")),
    "tasks:balance": Access(get=only(*WATCHERS)),
    "tasks:balance_make": Access(post=only("city", status=302)),
    "tasks:balance_row": Access(get=only("city"), post=only("city", status=302), kwargs=a_row),
    "tasks:balance_drop": Access(
        post=only("city", status=302), kwargs=a_row, data=lambda cast: {"reason": "太远"}
    ),
    "tasks:year_end": Access(get=only(*WATCHERS)),
    "tasks:want_more": Access(post=only("city", status=302)),
    "reports:burden": Access(get=only(*WATCHERS)),
    "reports:burden_of": Access(get=only(*WATCHERS), kwargs=lambda cast: {"pk": cast.community.pk}),
}
