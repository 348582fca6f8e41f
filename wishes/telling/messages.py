"""What a resident is told by text message, step by step: what the progress page shows, and no name.

One text has about 70 characters and costs by that measure, so a need is cut. Of the tracking code, which
opens the wish's page to whoever has it, only the end is said: enough to tell two wishes apart.
"""

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from notices.addressees import Addressee
from notices.kinds import SMS, Kind, declare
from notices.outbox import HELD, Message, Wording, recall, release, send_many
from wishes.models import Wish, WishEvent
from wishes.telling.addressee import KIND
from xianfeng.lib import personal_data

WISH_STEP = Kind(
    "wish_step", _("心愿进展"), told=_("提出心愿的居民（留下的手机号）"), channels=(SMS,), in_portal=False
)
KINDS = declare(WISH_STEP)
State = Wish.State

RECEIVED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:received",
    subject=_("心愿已收到"),
    body=_("【先锋微家】您的心愿“%(need)s”已收到，社区会尽快受理。凭查询码（尾号%(code)s）可查进展。"),
    link="wishes:detail",
)
ACCEPTED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:accepted:%(occasion)s",
    subject=_("心愿已受理"),
    body=_("【先锋微家】您的心愿“%(need)s”社区已受理，正在安排。凭查询码（尾号%(code)s）可查进展。"),
    link="wishes:detail",
    wait=HELD,
)
DECLINED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:declined:%(occasion)s",
    subject=_("心愿未受理"),
    body=_("【先锋微家】您的心愿“%(need)s”未受理：%(reason)s。%(instead)s凭查询码（尾号%(code)s）看详情。"),
    link="wishes:detail",
)
PUBLISHED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:published:%(occasion)s",
    subject=_("心愿已发布"),
    body=_("【先锋微家】您的心愿“%(need)s”已受理并发布给在职党员，有人接单再短信告诉您。"),
    link="wishes:detail",
)
CLAIMED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:claimed:%(occasion)s",
    subject=_("心愿有人接单"),
    body=_("【先锋微家】您的心愿“%(need)s”有党员接单，时间：%(when)s。如时间不便，请联系社区。"),
    link="wishes:detail",
)
RESCHEDULED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:rescheduled:%(occasion)s",
    subject=_("心愿服务改了时间"),
    body=_("【先锋微家】您的心愿“%(need)s”服务时间改为：%(when)s。如时间不便，请联系社区。"),
    link="wishes:detail",
)
LEFT = Wording(
    WISH_STEP,
    key="wish:%(wish)s:left:%(occasion)s",
    subject=_("心愿等人接单"),
    body=_("【先锋微家】您的心愿“%(need)s”原接单的党员来不了，正在等别人接单，有人接单再告诉您。"),
    link="wishes:detail",
)
CALLED_OFF = Wording(
    WISH_STEP,
    key="wish:%(wish)s:called-off:%(occasion)s",
    subject=_("心愿重新安排中"),
    body=_("【先锋微家】您的心愿“%(need)s”原定的服务没有办成，社区正在重新安排，有进展再告诉您。"),
    link="wishes:detail",
)
FULFILLED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:fulfilled:%(occasion)s",
    subject=_("心愿已完成"),
    body=_("【先锋微家】您的心愿“%(need)s”社区已确认完成，感谢信任。如与事实不符，请联系社区。"),
    link="wishes:detail",
)
MERGED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:merged:%(occasion)s",
    subject=_("心愿合并办理"),
    body=_(
        "【先锋微家】您的心愿“%(need)s”与同一件事的另一条合并办理，进展照常告诉您，原查询码（尾号%(code)s）仍可用。"
    ),
    link="wishes:detail",
)
PARTED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:parted:%(occasion)s",
    subject=_("心愿恢复单独办理"),
    body=_("【先锋微家】您的心愿“%(need)s”恢复单独办理，有进展再短信告诉您。"),
    link="wishes:detail",
)
REOPENED = Wording(
    WISH_STEP,
    key="wish:%(wish)s:reopened:%(occasion)s",
    subject=_("心愿恢复办理"),
    body=_("【先锋微家】您的心愿“%(need)s”已恢复办理，社区会重新研究。凭查询码（尾号%(code)s）可查进展。"),
    link="wishes:detail",
)
NEED, REASON, PLACE = 10, 14, 8  # characters of each that a text has room for
INSTEAD, ON_THE_PAGE = _("可找%(responsible)s。"), _("原因见查询页")


def tell(wording: Wording, wish: Wish, occasion: int | None = None, /, **facts: object) -> None:
    """One text to the number that was left, if any; the same occasion is told once.

    Who stated one that was merged into it hears of it too, in the words of their own.
    """
    by_number = {one.contact_mobile: one for one in (*wish.duplicates.all(), wish) if one.contact_mobile}
    if wording is not ACCEPTED:  # the steps are told in their order
        release(*(f"wish:{one.pk}:accepted:" for one in by_number.values()))
    send_many(to_resident(wording, one, occasion=occasion, **facts) for one in by_number.values())


def to_resident(wording: Wording, wish: Wish, /, **facts: object) -> Message:
    about = {"wish": wish.pk, "need": cut(wish.need, NEED), "code": wish.code[-4:]}
    return wording.to(Addressee(KIND, wish.pk), wish.pk, **about, **facts)


def cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1] + "…"


def tell_step(wording: Wording, wish: Wish, /, **facts: object) -> None:
    """The wish's latest event is the occasion."""
    tell(wording, wish, wish.events.latest("pk").pk, **facts)


def unsay_accepted(wish: Wish, occasion: int) -> None:
    """Raises AlreadySent."""
    told = (wish, *wish.duplicates.all())
    recall(*(ACCEPTED.key % {"wish": one.pk, "occasion": occasion} for one in told))


def tell_declined(wish: Wish) -> None:
    """Why, without numbers that somebody may have written into it, and who can help instead."""
    reason = personal_data.redact(wish.decline_reason).rstrip("。") or str(ON_THE_PAGE)
    instead = str(INSTEAD) % {"responsible": cut(wish.responsible, PLACE)} if wish.responsible else ""
    tell_step(DECLINED, wish, reason=cut(reason, REASON), instead=instead)


def tell_fulfilled(wish: Wish) -> None:
    """Once for each time it was published: a decision that is corrected is no news to the resident."""
    offers = WishEvent.objects.filter(wish=wish, from_state=State.ACCEPTED, to_state=State.PUBLISHED)
    tell(FULFILLED, wish, offers.aggregate(last=Max("pk"))["last"])
