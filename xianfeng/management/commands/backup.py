"""`manage.py backup DIR`: the whole platform at one moment, into a folder of its own under DIR."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from xianfeng.operations.backups.command import OutcomeCommand
from xianfeng.operations.backups.taking import take


class Command(OutcomeCommand):
    help = "Back up database and media to DIR/<moment>. Exit code 1 where that failed, with the reason."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("directory", type=Path, metavar="DIR")

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        self.report(lambda: take(directory), as_json=options["json"])
