"""How a request meets the table of capabilities: its user, its desk, and the guards of views.

Views fetch through `visible_to(user)`, so what lies outside the scope is 404; inside it, a missing
capability is 403.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, cast

from django.contrib import messages
from django.contrib.auth import SESSION_KEY
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from members import entrance
from members.methods import is_staff_session, logged_in_on
from members.models import Appointment, Member, User

CREDENTIALS = ("account_set_password", "account_change_password", "account_email", "members:email", "mfa_")
STAFF_LOG_IN = gettext_lazy(
    "您是用验证码登录的，只能办理党员本人的事。如需办公，请退出后用用户名和密码登录。"
)
LOG_IN_ANEW = gettext_lazy("您的任职在这次登录之后才开始。请退出后重新登录，再开始办公。")
ENDED = gettext_lazy("这次登录已失效：密码、手机号、邮箱、两步验证或任职有变动时，各处都要重新登录。")
SECOND_FACTOR = gettext_lazy("您的账号必须开启两步验证，期限已过。请先开启，再继续办公。")
# What opens to who owes a second factor: setting it up, proving who one is on the way, and the way out.
SETTING_UP = ("mfa_", "account_logout", "account_reauthenticate")


class StaffRequest(HttpRequest):
    """A request that passed `desk_required`: its user has a desk."""

    user: User
    desk: Appointment
    desks: list[Appointment]


class MemberRequest(HttpRequest):
    """A request that passed `member_required`: its user is a person on the roster."""

    user: User
    member: Member


class DeskMiddleware:
    """Gives each request `desk` and `desks`, read from the database only when somebody asks.

    A session that a code opened has none, whatever its user is or becomes: it is a member's.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        known, was_open = request.user, SESSION_KEY in request.session

        def acting() -> User | AnonymousUser:
            user = cast(User, known)
            if was_open and isinstance(known, AnonymousUser):
                messages.warning(request, ENDED)
            user.active_desk_id = request.session.get("desk")
            user.is_by_code = not is_staff_session(request.session)
            user.logged_in_on = logged_in_on(request.session)
            # System administrators are nobody's members.
            return AnonymousUser() if user.is_by_code and user.is_superuser else user

        # Lazy still: a page that asks nobody's name costs no query.
        request.user = cast(User, SimpleLazyObject(acting))
        request.desk = SimpleLazyObject(lambda: getattr(request.user, "desk", None))  # type: ignore[attr-defined]
        request.desks = SimpleLazyObject(lambda: getattr(request.user, "desks", []))  # type: ignore[attr-defined]
        request.frame = lambda: frame_of(request.user)  # type: ignore[attr-defined]
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], *_arguments: object
    ) -> HttpResponse | None:
        """What opens a desk is not set up from a session that opens none; and who owes a second factor
        does that first."""
        name = request.resolver_match.view_name if request.resolver_match else ""
        if name.startswith(CREDENTIALS) and is_staff_by_code(request.user):
            raise PermissionDenied(STAFF_LOG_IN)
        if not getattr(view, "login_required", True) or name.startswith(SETTING_UP):
            return None
        return to_second_factor(request) if is_staff_without_factor(request.user) else None


def frame_of(user: User | AnonymousUser) -> str:
    """What an error page stands in: the desk's frame, the phone's, or that of who can open neither."""
    if not isinstance(user, User) or user.owes_second_factor:
        return "public.html"
    if user.desk:
        return "desk.html"
    return "public.html" if user.is_superuser else "phone.html"


def is_staff_without_factor(user: User | AnonymousUser) -> bool:
    """Past the last day; who never had a post costs no query."""
    return isinstance(user, User) and (user.is_staff or user.is_superuser) and user.owes_second_factor


def to_second_factor(request: HttpRequest) -> HttpResponse:
    """The one page that is open."""
    return leads_to(request, reverse("mfa_index"))


def leads_to(request: HttpRequest, url: str) -> HttpResponse:
    """A redirect of the whole page, also where a script asked for a part: it is not put into that."""
    return HttpResponse(headers={"HX-Redirect": url}) if request.htmx else redirect(url)  # type: ignore[attr-defined]


class LogInFirst(LoginRequiredMiddleware):
    """After the log-in one is back on the page, not on the part of it that a script asked for."""

    def handle_no_permission(self, request: HttpRequest, view_func: Any) -> Any:
        page = request.htmx.current_url_abs_path or request.get_full_path()  # type: ignore[attr-defined]
        return leads_to(request, redirect_to_login(page, entrance.log_in_page(request, page)).url)


type View[R: HttpRequest, **P] = Callable[Concatenate[R, P], HttpResponse]


def desk_required[**P](
    *capabilities: str,
) -> Callable[[View[StaffRequest, P]], View[HttpRequest, P]]:
    """The view needs a desk that holds one of the capabilities; otherwise 403 with what to do."""

    def decorate(view: View[StaffRequest, P]) -> View[HttpRequest, P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            require(cast(User, request.user), *capabilities)
            return view(cast(StaffRequest, request), *args, **kwargs)

        return guarded

    return decorate


def is_staff_by_code(user: User | AnonymousUser) -> bool:
    """A person with a post, now or soon, or proposed for one, in a session that a code opened."""
    if not (isinstance(user, User) and user.is_by_code):
        return False
    return (user.is_staff and user.has_post_ahead) or user.elevations.open().exists()


def require(user: User, *capabilities: str) -> Appointment:
    """The user's desk. Raises PermissionDenied where there is none or it holds none of the capabilities,
    where its term began after the log-in, and where a second factor is owed.
    """
    desk = user.desk
    if is_staff_by_code(user):
        raise PermissionDenied(STAFF_LOG_IN)
    if user.owes_second_factor:
        raise PermissionDenied(SECOND_FACTOR)
    if not desk and user.awaits_log_in:
        raise PermissionDenied(LOG_IN_ANEW)
    if not desk or not any(map(desk.can, capabilities)):
        raise PermissionDenied(_("您当前的任职没有这项权限。如需办理，请切换组织或联系上级。"))
    return desk


def member_required[**P](view: View[MemberRequest, P]) -> View[HttpRequest, P]:
    """The view is for people on the roster; `request.member` comes with unit, community and estate."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        member = (
            Member.objects.select_related("unit", "community", "estate")
            .filter(user=cast(User, request.user))
            .first()
        )
        if member is None:
            raise PermissionDenied(_("您的账号还没有关联党员名册。请扫社区二维码报到，或联系单位。"))
        request.member = member  # type: ignore[attr-defined]
        return view(cast(MemberRequest, request), *args, **kwargs)

    return guarded
