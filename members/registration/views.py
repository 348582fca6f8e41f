"""Desk pages of registration: what came in, the decision, and the comparison with the roster."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from members.access import StaffRequest, desk_required, require
from members.models import Member, Registration
from members.models.registration import RegistrationQuerySet
from members.people import privacy
from members.registration import matching, reconciling, registering, taking_back
from members.registration.filters import RegistrationFilter
from members.registration.rules import NotThisPerson
from xianfeng.lib.ids import ids_of
from xianfeng.ui import undo
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import PAGE, attempt, back_to_list, each_row, page_of

# A registration that was confirmed, what its roster entry said before (if that can come back), and says now.
type Change = tuple[int, dict[str, Any] | None, dict[str, Any]]


def seen(request: StaffRequest) -> RegistrationQuerySet:
    rows = Registration.objects.visible_to(request.user)
    return rows.select_related("unit", "community", "estate", "member", "user", "decided_by")


@require_safe
@desk_required("registrations.see")
def list_(request: StaffRequest) -> HttpResponse:
    """What waits comes first; every other state is one filter away."""
    asked = request.GET or QueryDict("state=submitted")
    found = RegistrationFilter(asked, queryset=seen(request), request=request)
    page = page_of(request, found.qs.defer("address"))
    may_decide = request.desk.can("registrations.decide")
    context = {"filter": found, "page": page, "may_decide": may_decide}
    if may_decide:
        count = seen(request).open().agreeing().count()
        context |= {"matching": min(count, PAGE), "more_match": count > PAGE}
    return render(request, "members/registration/list.html", context)


@require_http_methods(["GET", "POST"])
@desk_required("registrations.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    registration = get_object_or_404(seen(request), pk=pk)
    if request.method == "POST":
        require(request.user, "registrations.decide")
        return decide(request, registration)
    context = {
        "registration": registration,
        "opened": privacy.opened_fields(registration, request.user),
        "is_unit_desk": request.desk.organization.is_unit,
        "may_decide": request.desk.can("registrations.decide"),
        "namesakes": namesakes(registration),
        "events": registration.events.select_related("by").order_by("-id"),
    }
    return render(request, "members/registration/detail.html", context)


def namesakes(registration: Registration) -> list[dict[str, object]]:
    """Roster entries that may be the same person with an old mobile; only while it is undecided."""
    if registration.member_id or not registration.is_open:
        return []
    people = matching.namesakes(registration.name, registration.unit)
    return [{"pk": member.pk, "mobile": privacy.mask_mobile(member.mobile)} for member in people]


def decide(request: StaffRequest, registration: Registration) -> HttpResponse:
    """POST `decision` = confirm or return, with `reason` or `same_person`."""
    decision = return_ if request.POST.get("decision") == "return" else confirm
    if attempt(request, lambda: decision(request, registration)):
        return back_to_list(request, "members:registrations")
    return redirect("members:registration", registration.pk)


def return_(request: StaffRequest, registration: Registration) -> Registration:
    done = registering.return_(registration, reason=request.POST.get("reason", ""), by=request.user)
    messages.success(request, _("已退回，本人会收到原因。"))
    return done


def confirm(request: StaffRequest, registration: Registration) -> Registration:
    """Raises NotThisPerson where the named entry is none of those that were offered."""
    chosen = request.POST.get("same_person", "")
    people = matching.namesakes(registration.name, registration.unit) if chosen else []
    same_person = next((member for member in people if str(member.pk) == chosen), None)
    if chosen and same_person is None:
        raise NotThisPerson(_("名册上的这位同志已不可关联，请刷新页面。"))
    was = taking_back.before(registration) if same_person is None else None
    done = registering.confirm(registration, by=request.user, same_person=same_person)
    text = _("已确认%(name)s同志报到。") % {"name": registration.name}
    say_confirmed(request, text, [change_of(done, was)])
    return done


def change_of(done: Registration, was: dict[str, Any] | None) -> Change:
    """Which registration, what its entry said before, and what it says now."""
    entry = Member.objects.get(pk=done.member_id or 0)
    return done.pk, was, taking_back.as_it_is(entry)


def say_confirmed(request: StaffRequest, text: str, done: list[Change]) -> None:
    """With a button that takes it back, where all of it can be."""
    if all(was is not None for _pk, was, _now in done):
        return undo.offer(request, text, "confirm", done=done)
    return messages.success(request, text)


@undo.undoes("confirm")
def take_back(request: StaffRequest, facts: dict[str, Any]) -> str:
    """All that were confirmed in one step, or none."""
    require(request.user, "registrations.decide")
    with transaction.atomic():
        for pk, was, now in facts["done"]:
            taking_back.take_back(get_object_or_404(seen(request), pk=pk), was, now, by=request.user)
    return reverse("members:registrations")


@require_POST
@desk_required("registrations.decide")
def confirm_many(request: StaffRequest) -> HttpResponse:
    """The ticked ones, or with `matching` all that agree; a refusal is told with its name, others go on."""
    if "matching" in request.POST:
        rows = seen(request).open().agreeing().order_by("submitted_at", "pk")[:PAGE]
    else:
        rows = seen(request).filter(pk__in=ids_of(request.POST.getlist("pk"))[:PAGE])
    done = list[Change]()

    def confirm_one(row: Registration) -> None:
        was = taking_back.before(row)
        registering.confirm(row, by=request.user)
        done.append(change_of(row, was))

    if each_row(request, rows, confirm_one, name=lambda row: row.name):
        text = ngettext("已确认 %(count)d 人报到。", "已确认 %(count)d 人报到。", len(done))
        say_confirmed(request, text % {"count": len(done)}, done)
    return back_to_list(request, "members:registrations")


@require_POST
@desk_required("registrations.see")
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    registration = get_object_or_404(seen(request), pk=pk)
    field, reason = request.GET.get("field", "mobile"), request.POST.get("reason", "")
    require(request.user, "members.reveal")
    attempt(request, lambda: privacy.reveal(registration, field, reason=reason, by=request.user))
    return redirect("members:registration", pk)


@require_safe
@desk_required("registrations.see")
def reconciliation(request: StaffRequest) -> HttpResponse:
    """三清: counts per unit or community, and the people behind each count."""
    user = request.user
    counts = reconciling.counts(user)
    faces = ((key, label, counts.get(key)) for key, label in reconciling.FACES)
    tabs = tabs_of(request, faces, default="unit", param="list", drop=["unit", "community", "show"])
    context: dict[str, Any] = {"which": tabs.chosen.key, "counts": counts, "tabs": tabs}
    if tabs.chosen.key in reconciling.LISTS:
        context["page"] = page_of(request, reconciling.rows(tabs.chosen.key, user, request.GET))
    else:
        context |= lines_of(request, reconciling.table(user, tabs.chosen.key))
    return render(request, "members/registration/reconciliation.html", context)


def lines_of(request: StaffRequest, table: list[dict[str, Any]]) -> dict[str, Any]:
    """The lines with a gap, unless all are asked for: `table`, and the two tabs that part them."""
    differing = [line for line in table if reconciling.gaps(line)]
    faces = (("gaps", _("只看有差异的"), len(differing)), ("all", _("全部"), len(table)))
    shown = tabs_of(request, faces, default="gaps", param="show")
    return {"shown": shown, "table": table if shown.chosen.key == "all" else differing, "is_empty": not table}
