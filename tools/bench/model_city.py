"""How long the model city takes to build."""

from django.core.management import call_command

from flags.models import FlagEntry
from members.models import Member
from tasks.models import Task
from tools.bench import Figure, seconds
from wishes.models import Wish

MINUTES = 5


def measure() -> list[Figure]:
    """Needs a migrated, empty database; leaves the city in it."""
    taken = seconds(lambda: call_command("demo", scale="city"))
    activities = Task.objects.filter(kind=Task.Kind.ACTIVITY).count()
    return [
        Figure("model city: build", taken, "s", MINUTES * 60),
        Figure("model city: members", Member.objects.count(), "", 11_000, at_least=True),
        Figure("model city: activities", activities, ""),
        Figure("model city: wishes", Wish.objects.count(), ""),
        Figure("model city: ledger lines", FlagEntry.objects.count(), ""),
    ]
