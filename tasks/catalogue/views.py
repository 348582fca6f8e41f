"""Pages of the catalogue."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from members.access import StaffRequest, desk_required
from tasks.catalogue.forms import ItemForm
from tasks.catalogue.items import save_item
from tasks.models import ServiceItem
from xianfeng.ui.views import posted, submit


@require_safe
@desk_required("tasks.see")
def list_(request: StaffRequest) -> HttpResponse:
    items = ServiceItem.objects.visible_to(request.user)
    return render(request, "tasks/catalogue/items.html", {"items": items})


@desk_required("catalogue.edit")
def edit(request: StaffRequest, pk: int | None = None) -> HttpResponse:
    item = get_object_or_404(ServiceItem.objects.visible_to(request.user), pk=pk) if pk else None
    form = ItemForm(posted(request), instance=item)
    if kept := submit(form, lambda: save_item(item, by=request.user, **form.cleaned_data)):
        messages.success(request, _("“%(name)s”已保存。") % {"name": kept.name})
        return redirect("tasks:items")
    return render(request, "tasks/catalogue/item.html", {"form": form, "item": item})
