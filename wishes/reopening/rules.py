"""May a declined wish be handled after all? Pages and actions ask the same functions."""

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext as _

from members.models import Organization
from wishes.models import Wish, WishEvent
from wishes.rights import place_told
from xianfeng.lib import personal_data
from xianfeng.lib.refusal import AlreadyDecided, Refusal, check_reason, refusal_of
from xianfeng.lib.times import format_date, local_date, local_year, today

State = Wish.State
SHORTEST_REASON = 4  # characters
# DOMAIN 4.2: once, within 15 days. Time to turn to whoever was named instead and to come back; later
# the matter has changed so much that it is better stated anew.
ASKS_AGAIN_WITHIN = dt.timedelta(days=15)


class NotDeclined(Refusal):
    code = "not_declined"


class AskedBefore(Refusal):
    code = "asked_before"


class TooLate(Refusal):
    code = "too_late"


class ContactForgotten(Refusal):
    code = "contact_forgotten"


class PersonalDataInReason(Refusal):
    code = "personal_data"
    field = "reason"


@dataclass(frozen=True)
class Asking:
    """What the page of a declined wish says about asking again."""

    last_day: dt.date
    refusal: str
    told: Organization


def asking_of(wish: Wish) -> Asking:
    return Asking(last_day_of(wish), refusal_of(check_asks_again, wish), place_told(wish.organization))


def overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这条心愿刚刚已经恢复办理，请刷新后查看最新情况。"))


def check_declined(wish: Wish) -> None:
    """Raises NotDeclined."""
    if not wish.is_declined:
        raise NotDeclined(
            _("这条心愿的状态是“%(state)s”，不用恢复。请刷新后查看最新情况。")
            % {"state": wish.get_state_display()}
        )


def check_contact(wish: Wish, advice: str) -> None:
    """Without contact data nobody can help on this wish. Raises ContactForgotten."""
    if not wish.contact_mobile:
        raise ContactForgotten(
            _("这条心愿已经没有联系方式（按规定删除，或当时没有留），不能再办理。%(advice)s")
            % {"advice": advice}
        )


def check_asks_again(wish: Wish) -> None:
    """The resident, once and within the days. Raises a Refusal that says what to do instead."""
    check_declined(wish)
    if asked_before(wish):
        raise AskedBefore(
            _("这个心愿已经再次提出过一次，不能再提第二次。仍有困难的，请直接到%(place)s说明情况。")
            % {"place": place_told(wish.organization)}
        )
    if today() > (last_day := last_day_of(wish)):
        raise TooLate(
            _("再次提出的期限是 %(day)s，已经过了。情况有变的，请到%(place)s说明，或重新提一个心愿。")
            % {"day": format_date(last_day, weekday=False), "place": place_told(wish.organization)}
        )
    check_contact(wish, _("请重新提一个心愿。"))


def check_taken_up_again(wish: Wish) -> None:
    """Staff, in the year of the decline: the figures of a year that is over stay. Raises a Refusal."""
    check_declined(wish)
    if (year := local_year(declined_at(wish))) != today().year:
        raise TooLate(
            _("这条心愿在 %(year)s 年未受理，跨年不能恢复。居民仍有需要的，请代居民重新填报一条。")
            % {"year": year}
        )
    check_contact(wish, _("请联系上居民后代居民重新填报一条。"))


def check_words(reason: str) -> str:
    """What the resident writes stays in the history, which is not encrypted.

    Raises ReasonNeeded, or PersonalDataInReason with what was found.
    """
    why = check_reason(" ".join(reason.split()), least=SHORTEST_REASON, told=_("社区能看到"))
    if found := personal_data.find(why):
        raise PersonalDataInReason(
            _("请去掉%(what)s“%(text)s”，社区已经有您的联系方式。")
            % {"what": found[0].label, "text": found[0].text}
        )
    return why


# --- What the history says ----------------------------------------------------------------------


def declined_at(wish: Wish) -> dt.datetime:
    declined = WishEvent.objects.filter(wish=wish, to_state=State.DECLINED).order_by("-id")
    return declined.values_list("at", flat=True).first() or wish.created_at


def last_day_of(wish: Wish) -> dt.date:
    """The last day on which the resident may ask again, whole until midnight."""
    return local_date(declined_at(wish)) + ASKS_AGAIN_WITHIN


def asked_before(wish: Wish) -> bool:
    own = WishEvent.objects.filter(wish=wish, by=None)
    return own.filter(from_state=State.DECLINED, to_state=State.SUBMITTED).exists()
