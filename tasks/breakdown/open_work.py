"""Targets that an organisation has not answered, or has promised people for."""

from collections.abc import Iterator

from django.urls import reverse

from members.desks import Work
from members.models import Organization
from tasks.models import Target, Task


def open_work(organization: Organization) -> Iterator[Work]:
    """Counted as their tabs count them: what nobody answered in time waits for nobody any more."""
    targets = Target.objects.filter(organization=organization)
    groups = {
        Target.State.OPEN: targets.open(),
        Target.State.TAKEN: targets.filter(state=Target.State.TAKEN, task__state=Task.State.PUBLISHED),
    }
    for state, found in groups.items():
        label = f"{Target._meta.verbose_name}：{state.label}"
        yield Work(label, found.count(), f"{reverse('tasks:targets')}?tab={state.value}")
