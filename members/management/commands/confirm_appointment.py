"""`manage.py confirm_appointment 用户名`: the operator is the second person where there is none yet."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from members.models import Elevation
from members.organizations import elevating
from xianfeng.lib.refusal import Refusal


class Command(BaseCommand):
    help = "确认一项市级任命（只在还没有别人能确认时，例如第一位市级工作人员）。"

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("username", help="被任命人的用户名")

    def handle(self, *_args: Any, **options: Any) -> None:
        rows = Elevation.objects.open().select_related("user", "organization", "asked_by")
        found = list(rows.filter(user__username=options["username"]))
        if len(found) != 1:
            raise CommandError(f"{options['username']} 没有待确认的任命，或不止一项。")
        try:
            elevating.confirm(found[0], by=None)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"已确认：{found[0]}")
