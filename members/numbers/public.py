"""Asking for a new number without the old one: no log-in, and the same answer for everybody."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from members.accounts.forms import CodeForm
from members.models import Organization
from members.numbers import changing
from members.numbers.forms import LostNumberForm
from members.numbers.proven import Walk, forget
from xianfeng.ui.views import posted, submit


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def lost(request: HttpRequest) -> HttpResponse:
    form = LostNumberForm(posted(request))
    if form.is_valid():
        asked = form.cleaned_data
        walk = Walk(asked["mobile"], name=asked["name"], unit=asked["unit"].pk, old=asked["old"])
        if walk.send(request):
            return redirect("members:lost_number_code")
    return render(request, "members/numbers/lost_number.html", {"form": form})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    walk = Walk.of(request.session)
    if walk is None or not walk.name:
        return redirect("members:lost_number")
    form = CodeForm(posted(request))
    if submit(form, lambda: prove(request, walk, form.cleaned_data["code"])):
        forget(request.session)
        return redirect("members:lost_number_done")
    return render(request, "members/numbers/lost_number_code.html", {"form": form, "walk": walk})


def prove(request: HttpRequest, walk: Walk, text: str) -> bool:
    """Raises CodeRefused. Whether the roster knows the person, the page does not say."""
    walk.prove(request, text)
    unit = Organization.objects.get(pk=walk.unit)
    changing.ask(name=walk.name, unit=unit, old=walk.old, mobile=walk.mobile)
    return True


@login_not_required
@require_safe
def done(request: HttpRequest) -> HttpResponse:
    return render(request, "members/numbers/lost_number_done.html")
