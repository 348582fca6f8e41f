"""How long messages are kept once they did their work (个人信息保护法 §19, §47).

A row always stays: its unique key is what keeps the same reason from being told twice.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from notices.models import Delivery, Notice
from xianfeng.lib.database.retention import Rows, Stay, blank, filled

State = Delivery.State
UNFINISHED = State.UNREACHED | {State.PENDING}
TEXT = ("notices.Notice.subject", "notices.Notice.body", "notices.Notice.url")
WITHOUT_TEXT = blank(subject="", body="", url="")
TEXT_GONE = _("清空标题和正文，保留“发过”的记录")


def ended() -> QuerySet[Any]:
    rows = Delivery.objects.exclude(state__in=UNFINISHED)
    return rows.annotate(ended_at=Coalesce("sent_at", "handed_over_at", "due_at"))


def settled() -> Q:
    """Nothing of it is still on its way, or waits for a person to send it again."""
    return ~Q(Exists(Delivery.objects.filter(notice=OuterRef("pk"), state__in=UNFINISHED)))


def with_text() -> QuerySet[Any]:
    return Notice.objects.filter(filled("subject", "body", "url"))


TERMS = (
    Rows(
        name="delivery_addresses",
        label=_("已送出的邮件、短信：收件地址"),
        since=_("送出"),
        days=30,
        does=_("清空地址，保留送达情况"),
        why=_("核对有没有送到；一个月后不再需要。没有送到的不在此列。"),
        fields=("notices.Delivery.address", "notices.Delivery.error"),
        held=lambda: ended().filter(filled("address", "error")),
        over=lambda before: Q(ended_at__lte=before),
        forget=blank(address="", error=""),
    ),
    Rows(
        name="deliveries_unreached",
        label=_("一直没有送到、也没有人处理的邮件、短信"),
        since=_("最后一次发送"),
        days=365,
        does=_("转为“不再发送”，清空地址"),
        why=_("一年后事情早已过去。在此之前一直列在“通知”里，等人重发或当面告知。"),
        fields=("notices.Delivery.address",),
        held=lambda: Delivery.objects.filter(state__in=State.UNREACHED),
        over=lambda before: Q(due_at__lte=before),
        forget=blank(state=State.DROPPED, address="", error=""),
    ),
    Rows(
        name="texts_to_residents",
        label=_("发给居民的短信：正文"),
        since=_("写入"),
        days=90,
        does=TEXT_GONE,
        why=_("居民没有账号，不会再看；三个月足够答复“有没有通知过我”。没有送到的不清空。"),
        fields=TEXT,
        held=lambda: with_text().filter(recipient=None),
        over=lambda before: Q(created_at__lte=before) & settled(),
        forget=WITHOUT_TEXT,
    ),
    Rows(
        name="inbox_read",
        label=_("站内通知：已读的"),
        since=_("阅读"),
        days=365,
        does=TEXT_GONE,
        why=_("读过一年，事情已经办结；不再列出。"),
        fields=TEXT,
        held=lambda: with_text().filter(recipient__isnull=False, read_at__isnull=False),
        over=lambda before: Q(read_at__lte=before) & settled(),
        forget=WITHOUT_TEXT,
    ),
    Rows(
        name="inbox_unread",
        label=_("站内通知：一直没有读的"),
        since=_("写入"),
        days=3 * 365,
        does=TEXT_GONE,
        why=_("没有读的留得更久，本人回来还能看到；三年后不再需要。"),
        fields=TEXT,
        held=lambda: with_text().filter(recipient__isnull=False, read_at=None),
        over=lambda before: Q(created_at__lte=before) & settled(),
        forget=WITHOUT_TEXT,
    ),
)

STAYS = (
    Stay(
        label=_("未送达通知的处理经过"),
        why=_("谁重发过、谁当面告知了，是当事人已被告知的依据。"),
        fields=("notices.DeliveryEvent.note",),
    ),
)
