"""How often something may happen: atomic counters in the shared cache."""

from contextlib import suppress
from dataclasses import dataclass

from django.core.cache import cache
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from xianfeng.lib.refusal import Refusal


class TooOften(Refusal):
    code = "too_often"


@dataclass(frozen=True)
class Limit:
    """At most `times` in a window of `seconds` that begins with the first."""

    name: str
    times: int
    seconds: int

    def take(self, subject: str) -> None:
        """Count one. Raises TooOften beyond the limit."""
        key = self._key(subject)
        cache.add(key, 0, timeout=self.seconds)
        try:
            count = cache.incr(key)
        except ValueError:  # the window ended between the two calls
            cache.set(key, 1, timeout=self.seconds)
            count = 1
        if count > self.times:
            raise TooOften(self.message())

    def give_back(self, subject: str) -> None:
        """What was counted did not take place."""
        with suppress(ValueError):  # the window has ended
            cache.decr(self._key(subject))

    def forget(self, subject: str) -> None:
        """A new window begins with the next."""
        cache.delete(self._key(subject))

    def _key(self, subject: str) -> str:
        """Names nobody to who reads the cache: subjects are mobiles and addresses."""
        mark = salted_hmac("xianfeng.limits", subject, algorithm="sha256").hexdigest()[:32]
        return f"limit:{self.name}:{mark}"

    def message(self) -> str:
        if self.seconds < 120:
            return _("操作太频繁，请 %(seconds)s 秒后再试。") % {"seconds": self.seconds}
        if self.seconds < 2 * 3600:
            return _("操作太频繁，请 %(minutes)s 分钟后再试。") % {"minutes": self.seconds // 60}
        return _("操作太频繁，请 %(hours)s 小时后再试。") % {"hours": self.seconds // 3600}
