"""First screens: the desk's and the member's."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from flags.models import MemberYear
from flags.policy.policies import policy_for
from members.access import StaffRequest, desk_required
from members.models import Member, Registration, User
from reports.workbench import figures
from xianfeng.lib.times import today


@require_safe
@desk_required("members.see")
def desk_home(request: StaffRequest) -> HttpResponse:
    user = request.user
    context = {
        "figures": list(figures.todo(user, request.desk)),
        "progress": figures.progress(user),
        "flags": figures.year_of_flags(user),
        "coming": figures.coming_tasks(user) if request.desk.can("tasks.see") else [],
    }
    return render(request, "reports/workbench/desk_home.html", context)


@require_safe
@desk_required("members.see")
def waiting(request: StaffRequest) -> HttpResponse:
    """The badge in the top bar: how much waits for this desk, or nothing."""
    waiting = figures.todo(request.user, request.desk)
    count = sum(figure.value for figure in waiting if figure.tone)
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
    context = {
        **own_year(member),
        "member": member,
        "claims": figures.next_claims(member),
        "offers": figures.offers(member) if member.is_registered else [],
        "registration": None if member.is_registered else member.registrations.first(),
    }
    return render(request, "reports/workbench/me.html", context)


def own_year(member: Member) -> dict[str, int]:
    """Flags and minutes of this year so far, and what the rules ask for."""
    year = today().year
    total = MemberYear.objects.filter(member=member, year=year).first()
    policy = policy_for(year)
    required = policy.min_flags_leader if member.is_leader else policy.min_flags
    flags, minutes = (total.flags, total.minutes) if total else (0, 0)
    missing = max(required - flags, 0)
    return {"year": year, "flags": flags, "minutes": minutes, "required": required, "missing": missing}
