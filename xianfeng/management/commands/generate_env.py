from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser

from xianfeng.lib.machine.envfile import renew_env_file, write_env_file


class Command(BaseCommand):
    help = "Write fresh secrets to var/.env (or --path), unless the file exists; one of before loses DEBUG."
    requires_system_checks = []  # a missing SECRET_KEY is what it is there to mend

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--path", type=Path, default=settings.VAR_DIR / ".env")

    def handle(self, *args: Any, path: Path, **options: Any) -> None:
        done = "written" if write_env_file(path) else "exists, left as it is"
        if done != "written" and renew_env_file(path):
            done = "renewed: DEBUG is off, the secrets are the same"
        self.stdout.write(f"{path}: {done}")
