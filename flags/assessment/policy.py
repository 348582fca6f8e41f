"""The rules of a year, read by every desk that sees results and set by the city."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from flags.assessment import policies
from flags.assessment.forms import PolicyForm
from flags.ledger.rules import FIRST_YEAR, settled_years
from flags.models import Policy
from members.access import StaffRequest, desk_required, require
from xianfeng.lib.refusal import Refusal
from xianfeng.lib.times import today


@require_http_methods(["GET", "POST"])
@desk_required("assessments.see")
def policy(request: StaffRequest, year: int) -> HttpResponse:
    if not FIRST_YEAR <= year <= today().year + 1:
        raise Http404
    found = policies.policy_for(year)
    if request.method == "POST":
        require(request.user, "policy.edit")
    # The form writes into its instance; the service gets one of its own.
    form = PolicyForm(request.POST or None, instance=policies.policy_for(year))
    if request.method == "POST" and form.is_valid() and saved(request, found, form):
        return redirect("flags:policy", year)
    years = [(each, each == year) for each in range(today().year + 1, today().year - 4, -1)]
    context = {"policy": found, "form": form, "years": years, "year": year}
    context["is_settled"] = bool(settled_years([year]))
    return render(request, "flags/assessment/policy.html", context)


def saved(request: StaffRequest, policy: Policy, form: PolicyForm) -> bool:
    try:
        policies.change(policy, by=request.user, **form.values())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return False
    messages.success(request, _("%(year)s 年考核办法已保存。") % {"year": policy.year})
    return True
