"""The part of the access table about musters; `access.py` says how it is read."""

from typing import Any

from tasks.tests.musters import begun, whistle
from xianfeng.testing.cast import Cast
from xianfeng.tests.tables.answers import Access, only

WATCHERS = ("city", "street", "community", "estate", "auditor")
CALLERS = ("city", "community", "estate")


def an_estates_muster(cast: Cast) -> dict[str, Any]:
    muster = whistle(cast, by=cast.estate_clerk, publisher=cast.estate, audience=[cast.estate])
    return {"pk": begun(muster).pk}


MUSTERS: dict[str, Access] = {
    "tasks:musters": Access(get=only(*WATCHERS)),
    "tasks:muster_new": Access(get=only(*CALLERS), post=only(*CALLERS)),
    "tasks:muster": Access(get=only(*WATCHERS), kwargs=an_estates_muster),
    "tasks:muster_live": Access(get=only(*WATCHERS), kwargs=an_estates_muster),
    "tasks:muster_change": Access(post=only("estate", status=302), kwargs=an_estates_muster),
    "tasks:muster_off": Access(post=only("estate", status=302), kwargs=an_estates_muster),
    "tasks:muster_stand_down": Access(post=only("estate", status=302), kwargs=an_estates_muster),
    "tasks:roll_call": Access(get=only("community", "estate"), kwargs=an_estates_muster),
    "tasks:roll_call_mark": Access(post=only("community", "estate", status=302), kwargs=an_estates_muster),
    "tasks:muster_call": Access(get=only("member"), kwargs=an_estates_muster),
    "tasks:muster_accept": Access(post=only("member", status=302), kwargs=an_estates_muster),
    "tasks:muster_decline": Access(post=only("member", status=302), kwargs=an_estates_muster),
}
