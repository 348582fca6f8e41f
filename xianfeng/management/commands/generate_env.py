from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xianfeng.lib.machine.envfile import write_env_file


class Command(BaseCommand):
    help = "Write fresh secrets for development to var/.env (or --path), unless the file exists."
    requires_system_checks = []  # a missing SECRET_KEY is what it is there to mend

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--path", type=Path, default=settings.VAR_DIR / ".env")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        written = write_env_file(path)
        self.stdout.write(f"{path}: {'written' if written else 'exists, left as it is'}")
