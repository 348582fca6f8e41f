"""Before rules of a running year change: who changes side, and the button that confirms."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from flags.ledger.rules import settled_years
from flags.models import Policy, PolicyChange
from flags.policy import policies
from flags.policy.forms import PolicyForm
from flags.policy.views import context_of, in_words
from flags.previewing.turning import turns_of
from members.access import StaffRequest, desk_required
from xianfeng.lib.refusal import refusal_of
from xianfeng.lib.times import FIRST_YEAR, today

NOT_RULES = ("reason", "seen")  # what the form asks besides


@require_POST
@desk_required("policy.edit")
def preview(request: StaffRequest, year: int) -> HttpResponse:
    """What the form would change, and whom it turns; or the form again with what is wrong."""
    if not FIRST_YEAR <= year <= today().year + 1:
        raise Http404
    found = policies.policy_for(year)
    form = PolicyForm(request.POST, instance=policies.policy_for(year))
    changes = changes_of(form, found)
    if not form.is_valid():
        return render(request, "flags/policy/policy.html", context_of(found, form))
    context = {
        "year": year,
        "form": form,
        "changes": in_words(PolicyChange(changes=changes)),
        "turns": turns_of(year, {name: new for name, (_old, new) in changes.items()}),
        "posted": [(name, value) for name in form.fields for value in request.POST.getlist(name)],
    }
    return render(request, "flags/policy/preview.html", context)


def changes_of(form: PolicyForm, policy: Policy) -> dict[str, list[Any]]:
    """What there is to confirm; what the service would refuse stands on the form."""
    if not form.is_valid():
        return {}
    fields = {name: value for name, value in form.values().items() if name not in NOT_RULES}
    changes = policies.differences(policy, fields)
    if not changes:
        form.add_error(None, _("没有改动。"))
    if settled_years([policy.year]):
        form.add_error(None, _("该年度考核已定案，办法不能再改。"))
    if refusal := refusal_of(policies.check_unchanged, policy.year, form.cleaned_data["seen"]):
        form.add_error(None, refusal)
    return changes
