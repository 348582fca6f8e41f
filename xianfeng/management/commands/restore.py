"""`manage.py restore DIR`: a backup into the place of the database and media in use."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from xianfeng.operations.backups.command import OutcomeCommand
from xianfeng.operations.backups.restoring import restore


class Command(OutcomeCommand):
    help = "Restore one backup. Refuses a database that is not empty, unless --replace names it."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("directory", type=Path, metavar="DIR", help="one backup: DIR/<moment>")
        parser.add_argument("--identity", type=Path, help="file of the private key of encrypted backups")
        parser.add_argument(
            "--replace", default="", metavar="NAME",
            help="the name of the database that is replaced; it is kept under another name",
        )  # fmt: skip

    def handle(self, *args: Any, directory: Path, **options: Any) -> None:
        self.report(
            lambda: restore(directory, replace=options["replace"], identity=options["identity"]),
            as_json=options["json"],
        )
