"""The community's form: the city's task, with its own place, time and people."""

from django.http import HttpResponse
from django.shortcuts import redirect, render

from members.access import StaffRequest, desk_required
from tasks.breakdown import rules
from tasks.breakdown.views import fetch
from tasks.models import Target, Task
from tasks.publishing.forms import TaskForm, part_initial
from tasks.publishing.views import saved
from tasks.rights import Kind, demand
from tasks.sharing.sharing import take_up
from xianfeng.lib.refusal import refusal_of
from xianfeng.ui.views import posted, submit


@desk_required("targets.answer")
def take(request: StaffRequest, pk: int) -> HttpResponse:
    target = fetch(request, pk)
    demand(rules.may_answer(request.user, target) and target.organization.kind == Kind.COMMUNITY)
    if refusal_of(rules.check_still_asked, target):
        return redirect("tasks:target", pk)
    initial = {**part_initial(target.task, target.places), "organiser_name": str(request.user)}
    form = TaskForm(posted(request), publisher=target.organization, whole=target.task, initial=initial)
    if part := submit(form, lambda: save(request, form, target)):
        return saved(request, part)
    return render(request, "tasks/publishing/form.html", {"form": form, "target": target})


def save(request: StaffRequest, form: TaskForm, target: Target) -> Task:
    """The item and the audience follow from the target, whatever was posted."""
    terms = {name: value for name, value in form.values().items() if name not in ("item", "audience")}
    how = {"publish_now": request.POST.get("action") == "publish", "insist": form.cleaned_data["insist"]}
    return take_up(target, by=request.user, key=form.cleaned_data["key"] or None, **how, **terms)
