"""What a probe finds, and the list of probes. A probe is a generator of findings; its module is its area."""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _


class State(StrEnum):
    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Area(StrEnum):
    """The six questions, in the order in which they are answered."""

    FILES = "files"
    MESSAGES = "messages"
    JOBS = "jobs"
    DATABASE = "database"
    NIGHTS = "nights"
    SITE = "site"


QUESTIONS: dict[Area, str | Promise] = {
    Area.FILES: _("文件与密钥:该读的读得到,不该读的读不到吗?"),
    Area.MESSAGES: _("邮件与短信:发得出去吗?"),
    Area.JOBS: _("后台与队列:有人在干活吗?"),
    Area.DATABASE: _("数据库与磁盘:装得下、跟得上吗?"),
    Area.NIGHTS: _("备份与每夜的事:昨晚做了吗?"),
    Area.SITE: _("网址、证书、时钟与版本:对外是对的吗?"),
}


@dataclass(frozen=True)
class Finding:
    """`text` says what is so, `remedy` what to do about it: a command where there is one."""

    name: str
    state: State
    text: str
    remedy: str = ""
    area: Area = Area.FILES

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


Findings = Iterator[Finding]
Probe = Callable[[], Findings]


class Entry(NamedTuple):
    name: str
    label: str | Promise
    area: Area
    probe: Probe


PROBES: list[Entry] = []


def probe(area: Area, label: str | Promise) -> Callable[[Probe], Probe]:
    """Put a function on the list of what the doctor asks; `label` names what could not be asked."""

    def enter(function: Probe) -> Probe:
        PROBES.append(Entry(function.__name__, label, area, function))
        return function

    return enter


def ok(name: str, text: str) -> Finding:
    return Finding(name, State.OK, text)


def warn(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.WARN, text, remedy)


def fail(name: str, text: str, remedy: str) -> Finding:
    return Finding(name, State.FAIL, text, remedy)


def serious(name: str, text: str, remedy: str) -> Finding:
    """What is fine on a machine of one's own, and is not where people are served."""
    return (fail if settings.IS_PRODUCTION else warn)(name, text, remedy)


def age(label: str, moment: dt.datetime) -> str:
    """The label, and how long ago that was."""
    hours = (timezone.now() - moment).total_seconds() / 3600
    shown = {"label": label, "hours": hours, "days": hours / 24}
    if hours < 48:
        return gettext("%(label)s在 %(hours).0f 小时前") % shown
    return gettext("%(label)s在 %(days).0f 天前") % shown
