"""`manage.py drill [DIR]`: does the newest backup of DIR come back? Nothing in use is touched."""

from pathlib import Path
from typing import Any

from django.core.management.base import CommandParser

from xianfeng.operations.backups import engines
from xianfeng.operations.backups.command import OutcomeCommand
from xianfeng.operations.backups.drilling import done_elsewhere, drill


class Command(OutcomeCommand):
    help = "Restore the newest backup into a scratch database, compare, drop it. Exit code 1: it is no good."

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "directory", type=Path, nargs="?", metavar="DIR",
            help="a folder of backups or one of them; the folder of the last backup where left out",
        )  # fmt: skip
        parser.add_argument("--identity", type=Path, help="file of the private key of encrypted backups")
        parser.add_argument(
            "--done-elsewhere", metavar="FILE",
            help="note a drill of another machine by what its --json printed; - reads standard input",
        )  # fmt: skip
        parser.add_argument("--server", metavar="URL", help="another server for the scratch database")

    def handle(self, *args: Any, directory: Path | None, **options: Any) -> None:
        if file := options["done_elsewhere"]:
            self.report(lambda: done_elsewhere(file), as_json=options["json"])
            return
        scratch = engines.at(options["server"]) if options["server"] else None
        self.report(
            lambda: drill(directory, identity=options["identity"], scratch=scratch), as_json=options["json"]
        )
