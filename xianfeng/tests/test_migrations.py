"""Migrations can be merged and read: one number each, a name that says what happens."""

import re
from pathlib import Path

import pytest
from django.conf import settings

NAME = re.compile(r"^(?P<number>\d{4})_(?P<words>[a-z0-9_]+)$")


def migrations(app: str) -> list[str]:
    folder = Path(settings.BASE_DIR) / app / "migrations"
    return sorted(path.stem for path in folder.glob("*.py") if path.stem != "__init__")


@pytest.mark.parametrize("app", settings.FIRST_PARTY_APPS)
def test_numbers_are_unique_and_without_gaps(app: str):
    numbers = [int(name[:4]) for name in migrations(app)]
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize("app", settings.FIRST_PARTY_APPS)
def test_names_are_descriptive(app: str):
    for name in migrations(app):
        match = NAME.match(name)
        assert match, name
        assert "auto" not in match["words"].split("_"), name


@pytest.mark.parametrize("app", settings.FIRST_PARTY_APPS)
def test_migrations_use_no_code_of_an_app(app: str):
    """A migration must still run when the code it was written with is gone.

    The plain top-level imports that makemigrations itself writes (a default's function) stay.
    """
    ours = "|".join(settings.FIRST_PARTY_APPS)
    forbidden = re.compile(rf"^(\s*from ({ours})\b|\s+import ({ours})\b)", re.MULTILINE)
    for name in migrations(app):
        source = (Path(settings.BASE_DIR) / app / "migrations" / f"{name}.py").read_text(encoding="utf-8")
        assert not forbidden.search(source), name
