"""The rules of a year, read by every desk that sees results and set by the city."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from flags.ledger.rules import settled_years
from flags.models import Policy, PolicyChange
from flags.policy import policies
from flags.policy.forms import PolicyForm
from members.access import StaffRequest, desk_required, require
from xianfeng.lib.times import FIRST_YEAR, today
from xianfeng.ui.tabs import Tab, Tabs
from xianfeng.ui.views import posted, submit


@require_http_methods(["GET", "POST"])
@desk_required("assessments.see")
def policy(request: StaffRequest, year: int) -> HttpResponse:
    if not FIRST_YEAR <= year <= today().year + 1:
        raise Http404
    found = policies.policy_for(year)
    if request.method == "POST":
        require(request.user, "policy.edit")
    # The form writes into its instance; the service gets one of its own.
    seen = {"seen": policies.version_of(year)}
    form = PolicyForm(posted(request), instance=policies.policy_for(year), initial=seen)
    if submit(form, lambda: save(request, found, form)):
        messages.success(request, _("%(year)s 年考核办法已保存。") % {"year": year})
        return redirect("flags:policy", year)
    return render(request, "flags/policy/policy.html", context_of(found, form))


def context_of(policy: Policy, form: PolicyForm) -> dict[str, Any]:
    """What the page of a year's rules shows."""
    return {
        "policy": policy,
        "form": form,
        "tabs": tabs(policy.year),
        "year": policy.year,
        "is_settled": bool(settled_years([policy.year])),
        "has_begun": policies.has_begun(policy.year),
        "history": [(change, in_words(change)) for change in history_of(policy)],
    }


def history_of(policy: Policy) -> QuerySet[PolicyChange]:
    return PolicyChange.objects.filter(policy__year=policy.year).select_related("by")


def in_words(change: PolicyChange) -> list[tuple[str, Any, Any]]:
    """Label, old and new value of each figure; the long text is only said to be another."""
    labels = {field.name: str(field.verbose_name) for field in Policy._meta.concrete_fields}
    shown = {name: values for name, values in change.changes.items() if name != "text"}
    lines = [(labels[name], said(old), said(new)) for name, (old, new) in shown.items()]
    return lines + ([(labels["text"], "…", _("已修改"))] if "text" in change.changes else [])


def said(value: Any) -> Any:
    if isinstance(value, bool):
        return _("是") if value else _("否")
    return "、".join(value) if isinstance(value, list) else value


def tabs(year: int) -> Tabs:
    """Next year, this one and the three before; each has an address of its own."""
    years = range(today().year + 1, today().year - 4, -1)
    return Tabs(
        Tab(str(each), str(each), reverse("flags:policy", args=[each]), each == year) for each in years
    )


def save(request: StaffRequest, policy: Policy, form: PolicyForm) -> Policy:
    return policies.change(policy, by=request.user, **form.values())
