"""Which account a mobile opens: one number, one account, and it follows its person."""

import re

from allauth.mfa.models import Authenticator
from django.utils import timezone
from django.utils.translation import gettext as _

from members.accounts import messages
from members.models import Member, Registration, RegistrationEvent, User
from notices.models import Notice
from xianfeng.lib.refusal import AlreadyDecided, Refusal
from xianfeng.lib.transitions import move_all

# The user name that registration makes up for who comes with a mobile alone.
BY_CODE_ALONE = r"^m[0-9a-f]{12}$"


class NumberTaken(Refusal):
    code, field = "number_taken", "mobile"


def account_of(mobile: str, name: str = "") -> User | None:
    """The account that the mobile opens once it is proven, for a person of this name if one is given.

    The roster comes first: a number that a desk or an import wrote into it leads to the person's
    account before that account has ever been opened by it. An account whose person has another number
    by now is not given to the number's next owner.
    """
    holder = User.objects.filter(mobile=mobile).select_related("member").first()
    if holder and has_moved_on(holder) and belongs_to_another(mobile, name, holder.member):
        holder = None
    if holder and not is_nobodys(holder):
        return holder
    entries = Member.objects.filter(mobile=mobile, user__isnull=False).select_related("user")
    entry = (entries.filter(name=name) if name else entries).first()
    return entry.user if entry else holder


def belongs_to_another(mobile: str, name: str, former: Member) -> bool:
    """Whether the number has another owner than the person who had it: by the roster, or by name."""
    return bool(owner_of(mobile, but=former)) or (bool(name) and name != former.name)


def owner_of(mobile: str, *, but: Member) -> Member | None:
    """Another person's entry with this mobile; a record that was merged into `but` is the same person's."""
    entry = Member.objects.filter(mobile=mobile).exclude(pk=but.pk).first()
    return entry if entry and entry.kept_record != but else None


def opens_by_code(user: User) -> bool:
    """Whether a code alone logs this person in, as a member; who only has a post, now or soon, keeps to
    the password."""
    return not user.is_superuser and bool(user.own_member or not user.has_post_ahead)


def take_number(user: User, mobile: str) -> None:
    """From now on the proven mobile opens this account, and the former one does not; its sessions end.

    An account that somebody made with it in passing, and that belongs to nobody on the roster, is given
    up: what was sent to it goes along. Raises NumberTaken where the mobile is another person's.
    """
    let_go(mobile, but=user)
    for other in User.objects.select_for_update().filter(mobile=mobile).exclude(pk=user.pk):
        if not is_nobodys(other):
            raise NumberTaken(_("这个手机号是另一位同志的登录号码，请核对；若是同一人，请联系社区或单位。"))
        give_up(other, to=user)
    # Sessions of an earlier time with this number do not come back with it.
    user.mobile, user.rights_since = mobile, timezone.now()
    user.save(update_fields=["mobile", "rights_since"])


def forget_credentials(user: User) -> None:
    """The phone may have been in other hands: what a code alone let them set opens nothing any more.

    Staff keep theirs, which no code session can set; they have a password to prove who they are.
    """
    if user.has_post_ahead or user.is_superuser:
        return
    if user.has_usable_password() or user.email or Authenticator.objects.filter(user=user).exists():
        messages.tell(messages.CREDENTIALS_GONE, user)  # by mail to the address that goes
    user.email, user.unconfirmed_email, user.rights_since = "", "", timezone.now()
    user.save(update_fields=["email", "unconfirmed_email", "rights_since"])
    _close_to_passwords(user)


def begin_as_staff(user: User) -> None:
    """Rights begin: a password that may date from a code session would open them to who had the phone then.

    The owner sets another by a link to the confirmed address (`inviting`). An account that no code ever
    opened got its password by such a link.
    """
    if user.mobile or user.own_member or is_made_by_code(user):
        _close_to_passwords(user)


def _close_to_passwords(user: User) -> None:
    user.set_unusable_password()
    user.save(update_fields=["password"])
    Authenticator.objects.filter(user=user).delete()


def is_made_by_code(user: User) -> bool:
    return bool(re.match(BY_CODE_ALONE, user.username))


def let_go(mobile: str, *, but: User | None = None) -> None:
    """The mobile is somebody else's now: it opens no account whose person has another on the roster."""
    others = User.objects.filter(mobile=mobile, member__isnull=False).exclude(member__mobile=mobile)
    others.exclude(pk=but.pk if but else 0).update(mobile=None, rights_since=timezone.now())


def has_moved_on(user: User) -> bool:
    """The roster has another mobile for this account's person."""
    return user.own_member is not None and user.own_member.mobile != user.mobile


def is_nobodys(user: User) -> bool:
    """No person on the roster and nobody with a post: an account made by a code alone."""
    return not (user.is_superuser or user.own_member or user.appointments.exists())


def give_up(user: User, *, to: User) -> None:
    """Its applications and messages go to the other account; it opens nothing any more."""
    if to.registrations.open().exists():
        move_all(
            list(user.registrations.open()),
            Registration.State.WITHDRAWN,
            allowed=Registration.State.OPEN,
            event=RegistrationEvent,
            by=to,
            note=_("与本人的另一份报到重复"),
            refusal=_overtaken,
        )
    user.registrations.update(user=to)
    Notice.objects.filter(recipient=user).update(recipient=to)
    User.objects.filter(pk=user.pk).update(mobile=None, is_active=False, rights_since=timezone.now())


def _overtaken() -> AlreadyDecided:
    return AlreadyDecided(_("这份报到刚刚被办理，请刷新页面后再试。"))
