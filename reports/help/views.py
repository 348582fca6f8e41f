"""Manuals as pages of the portal, and the help of each page of the desk."""

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from reports.help import asking, manuals, rendering, texts
from reports.help.manuals import Manual
from reports.workbench import guide


@require_safe
@desk_required("members.see")
def desk_help(request: StaffRequest) -> HttpResponse:
    """`?page=` names the page that somebody looks at, by the name of its address."""
    desk, text = request.desk, texts.about(request.GET.get("page", ""))
    own = manuals.of_desk(desk.organization.kind)
    context = {
        "text": text,
        "manual": own,
        "section": rendering.section_of(own, text.sections.get(own.name, "")),
        "topic": manuals.BY_NAME.get(text.topic),
        "contact": asking.above(desk),
        "has_guide": guide.is_put_away(desk) and bool(guide.unfinished(desk)),
    }
    return render(request, "reports/help/desk_help.html", context)


@login_not_required
@require_safe
def open_manual(request: HttpRequest, name: str) -> HttpResponse:
    """Residents' and members': whoever stands before a poster has no account yet."""
    return page(request, manuals.BY_NAME[name])


@require_safe
def manual(request: HttpRequest, name: str) -> HttpResponse:
    if name not in manuals.BY_NAME:
        raise Http404
    if not manuals.is_staff(request.user):
        raise PermissionDenied(_("这本手册写给工作人员。您的在“我的”页面里。"))
    return page(request, manuals.BY_NAME[name])


def page(request: HttpRequest, manual: Manual) -> HttpResponse:
    """In the frame of who asks, with the other manuals that they may read."""
    if not manual.path.is_file():  # an installation without docs/
        raise Http404
    context = {
        "manual": manual,
        "page": rendering.page_of(manual),
        "others": list(manuals.readable_by(request.user)),
    }
    return render(request, "reports/help/manual.html", context)
