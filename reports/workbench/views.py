"""First screens: the desk's and the member's."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from flags.assessment import standing
from flags.assessment.phone import fresh_results
from members.access import StaffRequest, desk_required
from members.models import Registration, User
from reports.workbench import figures, guide, waiting
from xianfeng.lib.times import today


@require_safe
@desk_required("members.see")
def desk_home(request: StaffRequest) -> HttpResponse:
    user, sees_tasks = request.user, request.desk.can("tasks.see")
    todo = [*waiting.todo(user, request.desk), *waiting.worries(user, request.desk)]
    flags = figures.year_of_flags(user)
    year = [*figures.of_the_year(figures.progress(user), flags)]
    steps = guide.shown(request.desk, has_lit=not flags.is_empty)
    context = {
        "own": [figure for figure in todo if figure.is_own],
        "others": [figure for figure in todo if not figure.is_own],
        "others_heading": waiting.others(request.desk),
        "year": year + ([figures.open_places(user)] if sees_tasks else []),
        "flags": flags,
        "steps": steps,
        "next_step": next((step for step in steps if not step.is_done), None),
        "coming": figures.coming_tasks(user) if sees_tasks else [],
    }
    return render(request, "reports/workbench/desk_home.html", context)


@require_POST
@desk_required("members.see")
def put_guide(request: StaffRequest) -> HttpResponse:
    """POST `guide` = away or back; afterwards the first page, where it stands or is gone from."""
    if request.POST.get("guide") == "back":
        guide.bring_back(request.desk)
    else:
        guide.put_away(request.desk)
        messages.success(request, _("首次使用引导已收起，在“帮助”里可以重新显示。"))
    return redirect("reports:desk_home")


@require_safe
@desk_required("members.see")
def badge(request: StaffRequest) -> HttpResponse:
    """The badge in the top bar: how much waits for this desk, or nothing."""
    todo = waiting.todo(request.user, request.desk)
    count = sum(figure.value for figure in todo if figure.is_own and figure.tone)
    return render(request, "reports/workbench/_waiting.html", {"count": count})


@require_safe
def me(request: HttpRequest) -> HttpResponse:
    """The member's home; a person whose registration still waits sees where it stands."""
    user: User = request.user  # type: ignore[assignment]
    member = user.own_member
    if member is None:
        registration = Registration.objects.filter(user=user).select_related("community").first()
        if registration is None and user.desk:
            return redirect("reports:desk_home")
        return render(request, "reports/workbench/me_waiting.html", {"registration": registration})
    year = today().year
    context = {
        "year": year,
        "standing": standing.own(member, year),
        "results": fresh_results(member),
        "member": member,
        "answers": figures.answers_due(member),
        "claims": figures.next_claims(member),
        "invitations": figures.invitations(member),
        "offers": figures.offers(member) if member.is_registered else [],
        "registration": None if member.is_registered else member.registrations.first(),
    }
    return render(request, "reports/workbench/me.html", context)
