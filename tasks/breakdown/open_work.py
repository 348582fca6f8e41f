"""Targets that an organisation has not answered, or has promised people for."""

from collections.abc import Iterator

from django.urls import reverse

from members.desks import Work
from members.models import Organization
from tasks.models import Target, Task


def open_work(organization: Organization) -> Iterator[Work]:
    targets = Target.objects.filter(organization=organization, task__state=Task.State.PUBLISHED)
    for state in (Target.State.OPEN, Target.State.TAKEN):
        label = f"{Target._meta.verbose_name}：{state.label}"
        url = f"{reverse('tasks:targets')}?tab={state.value}"
        yield Work(label, targets.filter(state=state).count(), url)
