"""Pages: my other account, proven by its mobile; and for the city, who of the staff may be one person."""

from typing import cast

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from members.access import STAFF_LOG_IN, StaffRequest, desk_required
from members.accounts.forms import CodeForm
from members.models import Member, PersonCheck, User
from members.numbers.proven import Walk, forget
from members.persons import suspecting, uniting
from members.persons.forms import OwnNumberForm
from xianfeng.lib.ids import id_of
from xianfeng.lib.refusal import NotPossible
from xianfeng.ui.views import attempt, page_of, posted, submit


@require_http_methods(["GET", "POST"])
def own(request: HttpRequest) -> HttpResponse:
    """I am on the roster as well: the mobile there, a code goes to it."""
    user = staff_only(request)
    form = OwnNumberForm(posted(request))
    if form.is_valid() and Walk(form.cleaned_data["mobile"]).send(request):
        return redirect("members:own_record_code")
    entries = Member.objects.filter(person=user.person).exclude(person=None)
    context = {"form": form, "entries": list(entries.select_related("unit", "community"))}
    return render(request, "members/persons/own.html", context)


@require_http_methods(["GET", "POST"])
def own_code(request: HttpRequest) -> HttpResponse:
    user, walk = staff_only(request), Walk.of(request.session)
    if walk is None:
        return redirect("members:own_record")
    form = CodeForm(posted(request))
    if submit(form, lambda: prove(request, walk, form.cleaned_data["code"], user)):
        forget(request.session)
        messages.success(request, _("已记下。您本人的事今后由同事办理。"))
        return redirect("members:own_record")
    return render(request, "members/persons/own_code.html", {"form": form, "walk": walk})


def staff_only(request: HttpRequest) -> User:
    """Whoever has a post or keeps accounts, in a session that a password opened."""
    user = cast(User, request.user)
    if user.is_by_code or not (user.desk or user.is_superuser):
        raise PermissionDenied(STAFF_LOG_IN)
    return user


def prove(request: HttpRequest, walk: Walk, text: str, user: User) -> PersonCheck:
    """Raises CodeRefused, NotPossible."""
    walk.prove(request, text)
    entry = Member.objects.filter(mobile=walk.mobile).select_related("user", "merged_into").first()
    if entry is None:
        raise NotPossible(_("名册上没有这个手机号。请核对，或请单位更正名册。"))
    return uniting.unite(user, entry.kept_record, by=user)


@require_http_methods(["GET", "POST"])
@desk_required("appointments.grant")
def namesakes(request: StaffRequest) -> HttpResponse:
    """Each pair of one name is one person, or two; until somebody says so, the checks know nothing of it."""
    found = suspecting.pairs(request.user)
    if request.method == "POST":
        pair = asked(request, found)
        said = uniting.unite if request.POST.get("answer") == "same" else uniting.keep_apart
        if attempt(request, lambda: said(pair.user, pair.other, by=request.user)):
            messages.success(request, _("已记下：%(name)s。") % {"name": pair.user})
        return redirect(request.get_full_path())  # the same page of the list
    return render(request, "members/persons/namesakes.html", {"page": page_of(request, found)})


def asked(request: HttpRequest, found: list[suspecting.Pair]) -> suspecting.Pair:
    kind = "Member" if request.POST.get("kind") == "entry" else "User"
    key = id_of(request.POST.get("user")), kind, id_of(request.POST.get("other"))
    pair = next((pair for pair in found if pair.key == key), None)
    if pair is None:
        raise Http404
    return pair
