"""Residents' pages: no account, one thing a page."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from members.models import Organization
from wishes.models import PLACES, Wish
from wishes.reopening import reopening
from wishes.reopening.rules import asking_of
from wishes.stating import progress, stating
from wishes.stating.draft import Draft, answers, contact_answers, forget
from wishes.stating.forms import AskAgainForm, ContactForm, NeedForm, TrackForm, moved
from xianfeng.lib.limits import Limit, TooOften
from xianfeng.lib.web.network import network_address
from xianfeng.ui.views import posted, submit

# A phone network hides many people behind one address: room for them, none for a flood.
SUBMISSIONS = Limit("wish", times=20, seconds=3600)
DRAFTS = Limit("wish-draft", times=120, seconds=3600)
LOOK_UPS = Limit("wish-code", times=60, seconds=600)


def of_place(view: Callable[[HttpRequest, Organization], HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the community or estate of the code."""

    @wraps(view)
    def page(request: HttpRequest, public_code: str) -> HttpResponse:
        places = Organization.objects.active().filter(kind__in=PLACES).select_related("parent")
        place = places.of_public_code(public_code)
        if place is None:
            raise Http404("No poster bears this code.")
        return view(request, place)

    return page


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@of_place
def ask(request: HttpRequest, place: Organization) -> HttpResponse:
    """First the need. Every page answers a POST with a page to come back to."""
    if request.method == "POST":
        return take_need(request, place)
    form = Draft.of(request.session, place).need_form()
    form.is_valid()  # finds what the page points at
    return render(request, "wishes/stating/ask_need.html", {"place": place, "form": form})


def take_need(request: HttpRequest, place: Organization) -> HttpResponse:
    """Another need is another person's: whom the last one was to reach is forgotten."""
    try:
        DRAFTS.take(network_address(request))
    except TooOften:
        return render(request, "429.html", status=429)
    draft, written = Draft.of(request.session, place), answers(NeedForm, request.POST)
    found = dict[str, str]()
    if "use" in request.POST:
        found, written["need"] = moved(written["need"]), NeedForm(written).suggestion
    if written["need"] != draft.need.get("need"):
        draft.contact, draft.is_sent = {}, False
    draft.need, draft.contact = written, draft.contact | found
    draft.save(request.session)
    is_fit = draft.need_form().is_valid()
    return redirect("wishes:ask_contact" if is_fit else "wishes:ask", place.public_code)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@of_place
def ask_contact(request: HttpRequest, place: Organization) -> HttpResponse:
    """Then how to reach the person. The page carries the need, so that sent twice it is one wish."""
    if request.method == "POST":
        return take_contact(request, place)
    draft = Draft.of(request.session, place)
    need = draft.need_form()
    if not need.is_valid():
        return redirect("wishes:ask", place.public_code)
    return contact_page(request, place, need, draft.contact_form())


def take_contact(request: HttpRequest, place: Organization) -> HttpResponse:
    """Without consent nothing is kept: what is missing is said in the answer itself then."""
    written = answers(NeedForm, request.POST)
    need, contact = NeedForm(written), ContactForm(request.POST)
    goes_back, kept = "back" in request.POST, contact_answers(request.POST)
    is_sent = bool(kept) and not goes_back
    Draft(place.public_code, need=written, contact=kept, is_sent=is_sent).save(request.session)
    if goes_back or not need.is_valid():
        return redirect("wishes:ask", place.public_code)
    if kept and not contact.is_valid():
        return redirect("wishes:ask_contact", place.public_code)
    if wish := submit(contact, lambda: state_wish(request, place, need, contact)):
        forget(request.session)
        return redirect("wishes:asked", wish.code)
    return contact_page(request, place, need, contact)


def contact_page(
    request: HttpRequest, place: Organization, need: NeedForm, form: ContactForm
) -> HttpResponse:
    limited = any(error.code == TooOften.code for error in form.non_field_errors().as_data())
    context = {
        "place": place,
        "need": need.cleaned_data["need"],
        "keep": need.cleaned_data["keep"],
        "form": form,
    }
    return render(request, "wishes/stating/ask_contact.html", context, status=429 if limited else 200)


def state_wish(request: HttpRequest, place: Organization, need: NeedForm, form: ContactForm) -> Wish:
    """Raises TooOften and what `stating.submit` raises."""
    SUBMISSIONS.take(network_address(request))
    return stating.submit(organization=place, need=need.cleaned_data["need"], **form.brief())


# --- With the code ------------------------------------------------------------------------------


def of_code(view: Callable[[HttpRequest, Wish], HttpResponse]) -> Callable[..., HttpResponse]:
    """The view gets the wish of the code.

    Every wrong code gets the same answer, and right ones count for the limit too.
    """

    @wraps(view)
    def page(request: HttpRequest, code: str) -> HttpResponse:
        try:
            LOOK_UPS.take(network_address(request))
        except TooOften:
            return render(request, "429.html", status=429)
        rows = Wish.objects.without_brief().select_related("organization__parent")
        wish = rows.filter(code=code).first()
        return view(request, wish) if wish else no_such_code(request, code)

    return page


def no_such_code(request: HttpRequest, code: str) -> HttpResponse:
    form = TrackForm({"code": code})
    form.add_error("code", _("没有找到这个查询码。请对照提交成功的页面再输一次，或问社区工作人员。"))
    return render(request, "wishes/stating/track.html", {"form": form}, status=404)


@login_not_required
@never_cache
@require_GET
@of_code
def asked(request: HttpRequest, wish: Wish) -> HttpResponse:
    """The tracking code to keep, right after stating the wish."""
    return render(request, "wishes/stating/asked.html", {"wish": wish})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    form = TrackForm(posted(request))
    if form.is_valid():
        return redirect("wishes:tracked", form.cleaned_data["code"] or "-")
    return render(request, "wishes/stating/track.html", {"form": form})


@login_not_required
@never_cache
@require_GET
@of_code
def tracked(request: HttpRequest, wish: Wish) -> HttpResponse:
    """How far the wish is; whoever has the code sees no personal data."""
    leading = progress.leading(wish)
    context = {
        "wish": wish,
        "leading": leading,
        "events": progress.of(wish),
        "stage": progress.stage(leading),
        "asking": asking_of(wish) if wish.is_declined else None,
    }
    return render(request, "wishes/stating/tracked.html", context)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
@of_code
def ask_again(request: HttpRequest, wish: Wish) -> HttpResponse:
    """A declined wish is asked for once more, with a word what has changed."""
    asking = asking_of(wish)
    if asking.refusal:  # the progress page says it
        return redirect("wishes:tracked", wish.code)
    form = AskAgainForm(posted(request))
    if submit(form, lambda: reopening.ask_again(wish, **form.cleaned_data)):
        text = _("已再次提出，已通知%(place)s的工作人员。") % {"place": asking.told}
        messages.success(request, text)
        return redirect("wishes:tracked", wish.code)
    context = {"wish": wish, "form": form, "asking": asking}
    return render(request, "wishes/stating/ask_again.html", context)
