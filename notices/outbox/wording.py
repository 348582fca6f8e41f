"""What a message says, declared beside its kind; filled in for one person when it is sent."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.http import QueryDict
from django.template.loader import render_to_string
from django.urls import reverse

from notices.addressees import Addressee
from notices.kinds import Kind
from notices.outbox.messages import Message

if TYPE_CHECKING:
    from django.utils.functional import _StrOrPromise

    from members.models import User


@dataclass(frozen=True)
class Wording:
    """One text of a kind. Key, subject and body take the facts as `%(name)s`; the key also `%(user)s`.

    The key names the reason, so the same reason makes no second message. A long body is a text template
    instead. `link` is the name of the address that the message opens; `query` goes behind it, with facts too.
    """

    kind: Kind
    key: str
    subject: "_StrOrPromise"
    body: "_StrOrPromise" = ""
    template: str = ""
    link: str = ""
    query: str = ""
    # Seconds it waits before it leaves, so that what it tells of can be taken back unsaid.
    wait: int = 0
    # Where not everybody whom the kind names gets this one.
    told: "_StrOrPromise" = ""

    def to(self, recipient: "User | Addressee", at: int | None = None, /, **facts: object) -> Message:
        """The message to one person; `at` is the id in the link. Raises KeyError for a fact not given."""
        return next(self.to_each([recipient], at, **facts))

    def to_each(
        self, recipients: Iterable["User | Addressee"], at: int | None = None, /, **facts: object
    ) -> Iterator[Message]:
        """The same text to several people, written once."""
        subject, body = self.subject % facts, self._body(facts)
        url = self._url(at, facts)
        for recipient in recipients:
            key = self.key % {**facts, "user": recipient.pk}
            yield Message(recipient, self.kind.name, key, subject, body, url, self.kind.channels, self.wait)

    def _url(self, at: int | None, facts: dict[str, object]) -> str:
        if not self.link:
            return ""
        query = QueryDict(self.query % facts) or None
        return reverse(self.link, args=[] if at is None else [at], query=query)

    def _body(self, facts: dict[str, object]) -> str:
        return render_to_string(self.template, facts).strip() if self.template else self.body % facts
