"""`manage.py demo`: fill an empty database with the model city."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.models import Organization
from tools.demo import SCALES, build, logins


class Command(BaseCommand):
    help = "Fill an empty database with the model city: a settled year, and a believable one up to today."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--scale", choices=sorted(SCALES), default="small")
        parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same city")

    def handle(self, *args: Any, scale: str, seed: int, **options: Any) -> None:
        if settings.IS_PRODUCTION:
            raise CommandError("Demo data has known passwords and never enters production.")
        if Organization.objects.exists():
            raise CommandError("The database is not empty. Demo data only goes into an empty one.")
        build(scale, seed, self.tell)
        for role, login, password in logins():
            self.stdout.write(f"  {role}\t{login}\t{password}")

    def tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
