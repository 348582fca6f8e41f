"""Which packages of ours have a file of a certain role: the apps and their errands."""

from importlib import import_module
from pathlib import Path
from types import ModuleType

from django.conf import settings

ROOT = Path(__file__).resolve().parent.parent.parent


def rooms_with(role: str) -> list[str]:
    """Dotted names of the packages that have a `{role}.py`: "members.registration"."""
    apps = ["xianfeng", *settings.FIRST_PARTY_APPS]
    found = sorted(path.parent for app in apps for path in (ROOT / app).rglob(f"{role}.py"))
    return [".".join(folder.relative_to(ROOT).parts) for folder in found]


def load(role: str) -> list[ModuleType]:
    """Import the file of that role of every room."""
    return [import_module(f"{room}.{role}") for room in rooms_with(role)]
