"""Desk pages of the tree: the branch one sees, one organisation, its poster, and appointments."""

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from members import desks
from members.access import StaffRequest, desk_required
from members.models import Organization
from members.organizations import counting, finding, following, tree
from members.organizations.forms import (
    MoveForm,
    NeighboursForm,
    OrganizationForm,
    PhoneForm,
    RenameForm,
    TreeSearch,
)
from xianfeng.lib.ids import ids_of
from xianfeng.lib.refusal import Refusal
from xianfeng.ui.tabs import tabs_of
from xianfeng.ui.views import attempt, page_of, valid

Kind = Organization.Kind


@require_safe
@desk_required("organizations.see")
def list_(request: StaffRequest) -> HttpResponse:
    """The branch as a tree; the two lines (条 and 块) are two tabs, and what wants looking after two more."""
    search = TreeSearch(request.GET)
    text = search.text()
    rows = Organization.objects.visible_to(request.user)
    picked = {"deserted": desks.deserted(rows), "idle": counting.idle(rows)}
    if text:
        hits = finding.found(rows, text)
        picked = {key: found.filter(pk__in=hits) for key, found in picked.items()}
    faces = (
        ("places", _("街道、社区、小区"), None),
        ("units", _("单位"), None),
        ("deserted", _("无人任职"), picked["deserted"].count()),
        ("idle", _("还没有人报到"), picked["idle"].count()),
    )
    tabs = tabs_of(request, faces, default="places", param="line")
    context = {"tabs": tabs, "search": search, "text": text}
    if tabs.chosen.key in picked:
        chosen = picked[tabs.chosen.key].select_related("parent")
        page = page_of(request, chosen, total=tabs.chosen.count)
        return render(request, f"members/organizations/{tabs.chosen.key}.html", {"page": page, **context})
    branch = counting.branch(request.user, units=tabs.chosen.key == "units", text=text)
    context["parts"] = counting.parts(branch, opened(request, text))
    return render(request, "members/organizations/list.html", context)


def opened(request: StaffRequest, text: str) -> list[int] | None:
    """The streets that the address names as open; all where something is looked for, or below the city."""
    asked = request.GET.get("open", "")
    is_city = request.desk.organization.kind == Kind.CITY
    return None if asked == "all" or text or not is_city else ids_of(asked.split(","))


@require_safe
@desk_required("organizations.see")
def detail(request: StaffRequest, pk: int) -> HttpResponse:
    rows = Organization.objects.visible_to(request.user).select_related("parent")
    organization = get_object_or_404(rows, pk=pk)
    may_edit = request.desk.can("organizations.edit")
    context = {
        "organization": organization,
        "people": counting.people_of(organization),
        "children": organization.children.order_by("-is_active", "path"),
        "appointments": organization.appointments.current().select_related("user"),
        "events": organization.events.select_related("by")[:20],
        "may_edit": may_edit,
        "change": request.GET.get("change"),
        "is_deserted": desks.is_deserted(organization),
        "phone_form": phone_form(request, organization),
        "has_poster": organization.kind in (Kind.COMMUNITY, Kind.ESTATE),
        **(edit_forms(request, organization) if may_edit else {}),
    }
    return render(request, "members/organizations/detail.html", context)


def phone_form(request: StaffRequest, organization: Organization) -> Form | None:
    if request.desk.can("organizations.phone"):
        return PhoneForm(initial={"phone": organization.phone}, prefix="phone")
    return None


def edit_forms(request: StaffRequest, organization: Organization) -> dict[str, Form]:
    return {
        "add_form": OrganizationForm(parent=organization, prefix="add"),
        "rename_form": RenameForm(initial={"name": organization.name}, prefix="rename"),
        "move_form": MoveForm(organization=organization, user=request.user, prefix="move"),
        **neighbours_form(organization),
    }


def neighbours_form(organization: Organization) -> dict[str, Form]:
    if not organization.is_community:
        return {}
    return {"neighbours_form": NeighboursForm(organization=organization, prefix="neighbours")}


@require_POST
@desk_required("organizations.edit")
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """POST `change` = add, rename, move, close or open."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    if attempt(request, lambda: change(request, organization)):
        messages.success(request, _("组织已更新。"))
    return redirect("members:organization", pk)


@require_POST
@desk_required("organizations.phone")
def phone(request: StaffRequest, pk: int) -> HttpResponse:
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    form = PhoneForm(request.POST, prefix="phone")
    if attempt(request, lambda: tree.set_phone(organization, **valid(form), by=request.user)):
        messages.success(request, _("联系电话已更新。"))
    return redirect("members:organization", pk)


def change(request: StaffRequest, organization: Organization) -> Organization:
    """Raises a Refusal for input that does not fit as well as for a rule that says no."""
    data, by = request.POST, request.user
    match data.get("change"):
        case "add":
            form = OrganizationForm(data, parent=organization, prefix="add")
            return tree.add(parent=organization, **valid(form), by=by)
        case "rename":
            return tree.rename(organization, **valid(RenameForm(data, prefix="rename")), by=by)
        case "neighbours":
            form = NeighboursForm(data, organization=organization, prefix="neighbours")  # type: ignore[assignment]
            return tree.set_neighbours(organization, **valid(form), by=by)
        case "move":
            form = MoveForm(data, organization=organization, user=by, prefix="move")  # type: ignore[assignment]
            return tree.move_branch(organization, **valid(form), by=by)
        case "close" | "open":
            return tree.set_active(organization, is_active=data["change"] == "open", by=by)
        case _:
            raise Refusal(_("没有这项操作，请刷新页面。"), "unknown_change")


@require_safe
@desk_required("organizations.edit")
def move(request: StaffRequest, pk: int) -> HttpResponse:
    """What would move to the parent chosen, before it is confirmed."""
    organization = get_object_or_404(Organization.objects.visible_to(request.user), pk=pk)
    form = MoveForm(request.GET, organization=organization, user=request.user, prefix="move")
    parent = attempt(request, lambda: valid(form)["parent"])
    if parent is None:
        return redirect("members:organization", pk)
    is_estate = organization.kind == Kind.ESTATE
    context = {
        "organization": organization,
        "parent": parent,
        "is_estate": is_estate,
        "follows": list(following.preview(organization)) if is_estate else [],
    }
    return render(request, "members/organizations/move.html", context)


@require_safe
@desk_required("organizations.see", "wishes.see")
def poster(request: StaffRequest, pk: int) -> HttpResponse:
    """Two sheets to print, one for each audience, with the QR codes of a community or estate."""
    rows = Organization.objects.visible_to(request.user).active().select_related("parent")
    place = get_object_or_404(rows.filter(kind__in=[Kind.COMMUNITY, Kind.ESTATE]), pk=pk)
    faces = (("", _("两张"), None), ("residents", _("居民点单"), None), ("members", _("党员报到"), None))
    tabs = tabs_of(request, faces, default="", param="for")
    context = {
        "place": place,
        "tabs": tabs,
        "which": tabs.chosen.key,
        "phone_place": place if request.desk.can("organizations.phone") else None,
        "join_url": settings.SITE_URL + reverse("members:join", args=[place.public_code]),
        # The residents' page lies in an app above this one: by its name only.
        "wish_url": settings.SITE_URL + reverse("wishes:ask", args=[place.public_code]),
    }
    return render(request, "members/organizations/poster.html", context)
