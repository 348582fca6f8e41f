"""How desk pages find their task."""

from django.shortcuts import get_object_or_404

from members.access import StaffRequest
from tasks.models import Task


def fetch(request: StaffRequest, pk: int) -> Task:
    """A task of the desk's branch, with what its pages show; else 404."""
    tasks = Task.objects.visible_to(request.user)
    related = ("item", "publisher__parent", "wish__organization", "created_by", "parent__item", "series")
    return get_object_or_404(tasks.select_related(*related), pk=pk)
