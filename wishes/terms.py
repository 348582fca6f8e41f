"""How long what residents say of themselves is kept (DOMAIN 4.2; 个人信息保护法 §19, §47)."""

import datetime as dt

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from wishes.models import Wish, WishEvent
from wishes.reopening.rules import ASKS_AGAIN_WITHIN
from xianfeng.lib.database.retention import Rows, Stay, blank, filled
from xianfeng.lib.times import local_year, year_bounds

State = Wish.State
FIELDS = tuple(f"wishes.Wish.{name}" for name in Wish.PRIVATE)
FORGET = blank(**dict.fromkeys(Wish.PRIVATE, ""))
DOES = _("清空联系方式和详细说明，心愿本身保留")
DONE = (State.FULFILLED, State.CLOSED)


def declined_since(wish: str, moment: dt.datetime) -> Exists:
    """Whether the wish was declined at that moment or later, for the last time or not."""
    events = WishEvent.objects.filter(wish=OuterRef(wish), to_state=State.DECLINED)
    return Exists(events.filter(at__gte=moment))


def declined_before(before: dt.datetime) -> Q:
    """Staff take one up again in the year of its decline, the resident asks again within 15 days: the
    year of the decline was over by `before`, which is 15 days ago."""
    start, _end = year_bounds(local_year(before))
    own = Q(state=State.DECLINED, created_at__lt=start) & ~Q(declined_since("pk", start))
    other = Q(state=State.MERGED, merged_into__state=State.DECLINED, created_at__lt=start)
    return own | (other & ~Q(declined_since("merged_into", start)))


TERMS = (
    Rows(
        name="wishes_done",
        label=_("已完成的心愿：居民的姓名、电话、住址、详细说明"),
        since=_("完成"),
        days=90,
        does=DOES,
        why=_(
            "服务结束 7 天后就没有人能再打开；再留到三个月，是因为认定可能撤销、心愿要重新办理。"
            "合并到它的心愿一起清空。"
        ),
        fields=FIELDS,
        held=lambda: Wish.objects.filter(
            Q(state__in=DONE) | Q(state=State.MERGED, merged_into__state__in=DONE), filled(*Wish.PRIVATE)
        ),
        over=lambda before: Q(fulfilled_at__lte=before) | Q(merged_into__fulfilled_at__lte=before),
        forget=FORGET,
    ),
    Rows(
        name="wishes_declined",
        label=_("未受理的心愿：居民的姓名、电话、住址、详细说明"),
        since=_("未受理的那一年结束"),
        days=ASKS_AGAIN_WITHIN.days,
        does=DOES,
        why=_("当年内社区可以恢复办理，居民 15 天内可以再次提出，都要用到联系方式；之后不再需要。"),
        fields=FIELDS,
        held=lambda: Wish.objects.filter(
            Q(state=State.DECLINED) | Q(state=State.MERGED, merged_into__state=State.DECLINED),
            filled(*Wish.PRIVATE),
        ),
        over=declined_before,
        forget=FORGET,
    ),
)

STAYS = (
    Stay(
        label=_("心愿的公开内容和办理经过"),
        why=_("写明不含个人信息，填写时已检查；是统计和答复居民的依据。正在办理的心愿，联系方式保留到办完。"),
        fields=(
            "wishes.Wish.need",
            "wishes.Wish.responsible",
            "wishes.Wish.decline_reason",
            "wishes.WishEvent.note",
        ),
    ),
    Stay(
        label=_("打开居民联系方式的记录"),
        why=_("谁、何时、为什么看了居民的信息（个人信息保护法第五十一条）。"),
        fields=("wishes.BriefOpening.reason",),
    ),
)
