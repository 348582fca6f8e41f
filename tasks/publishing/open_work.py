"""Tasks that an organisation has under way, those to verify included."""

from collections.abc import Iterator

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from members.desks import Work
from members.models import Organization
from tasks.models import Task
from tasks.phases import BY_CODE, phase_counts

PHASES = [BY_CODE[code] for code in ("draft", "in_review", "open", "running", "to_verify")]


def open_work(organization: Organization) -> Iterator[Work]:
    """Its own and, for a community, which verifies them, those of its estates."""
    publishers = Organization.objects.filter(Q(pk=organization.pk) | Q(parent=organization, kind="estate"))
    for publisher in publishers.filter(published_tasks__state__in=Task.State.CANCELLABLE).distinct():
        counts = phase_counts(Task.objects.filter(publisher=publisher), timezone.now())
        for phase in PHASES:
            label = _("%(phase)s任务") % {"phase": phase.word}
            if publisher != organization:
                label = f"{publisher} · {label}"
            url = f"{reverse('tasks:list')}?tab={phase.code}&publisher={publisher.pk}"
            yield Work(label, counts[phase.code], url)
