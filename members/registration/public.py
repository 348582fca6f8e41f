"""Registration from a community's QR code, one thing a page; no account needed to begin."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members import entrance, methods
from members.accounts import holding, proving
from members.accounts.forms import CodeForm
from members.models import MobileProof, Organization, Registration, User
from members.people.forms import ServiceForm
from members.people.privacy import mask_mobile
from members.registration import forms, registering
from members.registration.joining import Draft, community_of, forget
from xianfeng.lib.web.network import network_address
from xianfeng.ui.views import attempt, posted, submit

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"
PLACES = (Organization.Kind.COMMUNITY, Organization.Kind.ESTATE)

type Step = Callable[[HttpRequest, Organization, Draft], HttpResponse]


def step(*, proven: bool = True) -> Callable[[Step], Callable[[HttpRequest, str], HttpResponse]]:
    """A page of the walk: 404 for an unknown code; who has not proven a mobile starts at the front."""

    def decorate(view: Step) -> Callable[[HttpRequest, str], HttpResponse]:
        @login_not_required
        @never_cache
        @wraps(view)
        def guarded(request: HttpRequest, public_code: str) -> HttpResponse:
            places = Organization.objects.active().filter(kind__in=PLACES).select_related("parent")
            place = places.of_public_code(public_code)
            if place is None:
                raise Http404("No poster bears this code.")
            draft = Draft.of(request.session, place)
            if proven and not draft.is_proven:
                return redirect("members:join", place.public_code)
            return view(request, place, draft)

        return guarded

    return decorate


def page(
    request: HttpRequest, name: str, place: Organization, form: Form | None = None, **more: Any
) -> HttpResponse:
    context = {"place": place, "community": community_of(place), "form": form, **more}
    return render(request, f"members/registration/join_{name}.html", context)


@require_http_methods(["GET", "POST"])
@step(proven=False)
def who(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    form = forms.JoinForm(posted(request), initial=stated_before(request.user, draft))
    if form.is_valid():
        answers = form.cleaned_data
        draft = Draft(place.public_code, answers["name"], answers["mobile"], answers["unit"].pk)
        if place.kind == Organization.Kind.ESTATE:
            draft.estate = place.pk
        if has_proven(request.user, draft):
            return enter(request, place, draft)
        if send(request, draft):
            return redirect("members:join_code", place.public_code)
    return page(request, "who", place, form)


def stated_before(user: User | AnonymousUser, draft: Draft) -> dict[str, Any]:
    """What is in the form already: this visit's answers, or those of an earlier application."""
    if draft.name or not isinstance(user, User):
        return {"name": draft.name, "mobile": draft.mobile, "unit": draft.unit}
    earlier = user.registrations.first()
    return {"name": user.name, "mobile": user.mobile, "unit": earlier.unit_id if earlier else None}


def has_proven(user: User | AnonymousUser, draft: Draft) -> bool:
    """Who is logged in by this mobile has proven it, unless it leads to another person's account by now."""
    is_own = isinstance(user, User) and user.mobile == draft.mobile and may_log_in(user)
    return is_own and holding.account_of(draft.mobile, draft.name) == user


def send(request: HttpRequest, draft: Draft) -> bool:
    """Send a code; every mobile gets the same answer. A refusal is shown on the page."""
    proof = attempt(request, lambda: proving.send_code(draft.mobile, address=network_address(request)))
    if proof is None:
        return False
    draft.proof = proof.pk
    draft.save(request.session)
    return True


@require_http_methods(["GET", "POST"])
@step(proven=False)
def code(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    if draft.proof is None:
        return redirect("members:join", place.public_code)
    form = CodeForm(posted(request))
    if submit(form, lambda: prove(request, draft, form.cleaned_data["code"])):
        return enter(request, place, draft)
    return page(request, "code", place, form, mobile=mask_mobile(draft.mobile))


def prove(request: HttpRequest, draft: Draft, text: str) -> MobileProof:
    return proving.check_code(draft.proof or 0, draft.mobile, text, address=network_address(request))


@require_POST
@step(proven=False)
def resend(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    if draft.proof is None:
        return redirect("members:join", place.public_code)
    if send(request, draft):
        messages.success(request, _("新的验证码已发送。"))
    return redirect("members:join_code", place.public_code)


def enter(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    """The mobile is proven: the person has an account from now on."""
    known = holding.account_of(draft.mobile, draft.name)
    if known and not may_enter(request.user, known):
        return to_the_log_in(request, place)
    user = registering.account_for(draft.mobile, draft.name)
    if not user.is_active:
        forget(request.session)
        messages.error(request, _("这个账号已停用，请联系社区。"))
        return redirect("members:join", place.public_code)
    if may_log_in(user) and request.user != user:  # a desk's session stays one
        login(request, user, backend=BACKEND)
        methods.note(request.session, user, methods.CODE)
    draft.user, draft.proof = user.pk, None
    returned = user.registrations.filter(state=Registration.State.RETURNED).first()
    if returned and returned.community_id == community_of(place).pk:
        draft.take_over(returned)
    draft.save(request.session)
    is_stated = user.registrations.open().exists()
    response = redirect("members:join_done" if is_stated else "members:join_home", place.public_code)
    if request.user == user and not methods.is_staff_session(request.session):
        entrance.remember(response, methods.CODE)
    return response


def may_enter(visitor: User | AnonymousUser, user: User) -> bool:
    """A code alone shows and files nothing of an account that it does not open: its owner logs in first."""
    return may_log_in(user) or visitor.pk == user.pk


def to_the_log_in(request: HttpRequest, place: Organization) -> HttpResponse:
    forget(request.session)
    messages.error(request, _("这个手机号的账号有登录保护。请先登录，再回到这里报到。"))
    page = reverse("members:join", args=[place.public_code])
    return redirect_to_login(page, entrance.log_in_page(request, page))


def may_log_in(user: User) -> bool:
    """A code alone opens no account that a second factor guards, and none that only has a post."""
    return holding.opens_by_code(user) and not is_mfa_enabled(user)


@require_http_methods(["GET", "POST"])
@step()
def home(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    initial = {"estate": draft.estate, "address": draft.address}
    form = forms.HomeForm(posted(request), initial=initial, community=community_of(place))
    if form.is_valid():
        estate = form.cleaned_data["estate"]
        draft.estate = estate.pk if estate else None
        draft.address, draft.has_home = form.cleaned_data["address"], True
        draft.save(request.session)
        return redirect("members:join_service", place.public_code)
    return page(request, "home", place, form)


@require_http_methods(["GET", "POST"])
@step()
def service(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    names = ("skills", "free_times", "intentions")
    form = ServiceForm(posted(request), initial={name: getattr(draft, name) for name in names})
    if form.is_valid():
        for name in names:
            setattr(draft, name, form.cleaned_data[name])
        draft.save(request.session)
        return redirect("members:join_promise", place.public_code)
    return page(request, "service", place, form)


@require_http_methods(["GET", "POST"])
@step()
def promise(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    if not draft.has_home:
        return redirect("members:join_home", place.public_code)
    form = forms.PromiseForm(posted(request))
    application = draft.application(place)
    if form.is_valid():
        attempt(request, lambda: registering.submit(application, by=draft.applicant()))
        return redirect("members:join_done", place.public_code)
    return page(request, "promise", place, form, application=application, mobile=mask_mobile(draft.mobile))


@require_safe
@step()
def done(request: HttpRequest, place: Organization, draft: Draft) -> HttpResponse:
    registration = draft.applicant().registrations.select_related("community", "estate", "unit").first()
    if registration is None:
        return redirect("members:join_home", place.public_code)
    return page(request, "done", place, registration=registration)
