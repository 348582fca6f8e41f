"""Desk pages: the rules, one rule, the form's warning, and the figures."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members.access import StaffRequest, desk_required
from tasks.models import ScopeRule, ServiceItem
from tasks.scope import figures, screening, trying
from tasks.scope.editing import prove, save_rule
from tasks.scope.forms import PeriodForm, RuleForm
from tasks.scope.warning import warning
from xianfeng.lib.ids import id_of
from xianfeng.ui.views import page_of, posted, submit

# --- Rules --------------------------------------------------------------------------------------


@require_safe
@desk_required("tasks.see")
def rules(request: StaffRequest) -> HttpResponse:
    """The catalogue of what does not belong, and a title to try on it (?title=)."""
    every = list(ScopeRule.objects.visible_to(request.user))
    title = request.GET.get("title", "").strip()[:60]
    context = {
        "rules": every,
        "title": title,
        "found": screening.while_written(title, "") if title else [],
        "trial": trying.tried(trying.matchers(every), trying.past_tasks(request.user)),
    }
    return render(request, "tasks/scope/rules.html", context)


@desk_required("catalogue.edit")
def edit(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    """`step=try` saves nothing: it shows what the rule as written would have found."""
    rule = get_object_or_404(ScopeRule.objects.visible_to(request.user), pk=pk) if pk else None
    form, trial = RuleForm(posted(request), instance=rule), None
    if request.POST.get("step") == "try":
        trial = submit(form, lambda: try_out(request, form))
    elif kept := submit(form, lambda: save_rule(rule, by=request.user, **form.cleaned_data)):
        messages.success(request, _("“%(name)s”已保存，以后发布的任务按它提醒。") % {"name": kept.name})
        return redirect("tasks:scope_rules")
    return render(request, "tasks/scope/rule.html", {"form": form, "rule": rule, "trial": trial})


def try_out(request: StaffRequest, form: RuleForm) -> trying.Trial:
    values: Any = form.cleaned_data
    return trying.tried([prove(values)], trying.past_tasks(request.user))


# --- The form's warning -------------------------------------------------------------------------


@require_POST
@desk_required("tasks.publish")
def warn(request: StaffRequest) -> HttpResponse:
    """What speaks against the form as it stands: a fragment of its page. Posted, for its text may be long."""
    item = ServiceItem.objects.active().filter(pk=id_of(request.POST.get("item", ""))).first()
    given = {name: request.POST.get(name, "") for name in ("title", "text", "flags")}
    return render(request, "tasks/scope/_warning.html", warning(item, **given))


# --- Figures ------------------------------------------------------------------------------------


@require_safe
@desk_required("tasks.see")
def share(request: StaffRequest) -> HttpResponse:
    """Per community in a period; `?of=` a figure and `?place=` show the rows behind it."""
    form = PeriodForm(request.GET)
    words = figures.conditions(figures.Period.of(*form.period()), with_reports=request.desk.can("scope.see"))
    tasks, of = figures.tasks_of(request.desk), request.GET.get("of", "")
    if of and of not in words:
        raise Http404(f"No figure {of!r} here.")
    every = figures.places(tasks, words)
    context = {
        "form": form,
        "period": form.period(),
        "words": [word for word, _rows in words.values()],
        "places": every,
        "total": figures.total_of(every),
        "of": words[of][0] if of else "",
        "page": rows_behind(request, tasks, words, of) if of else None,
    }
    return render(request, "tasks/scope/share.html", context)


def rows_behind(request: StaffRequest, tasks: Any, words: dict[str, Any], of: str) -> Any:
    rows = figures.narrowed(tasks, words[of][1], request.GET.get("place", ""))
    related = rows.select_related("publisher").prefetch_related("screenings")
    return page_of(request, related.order_by("-starts_at", "-pk"))
