"""Migrations can be merged and read: one number each, a name that says what happens."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django_migration_linter import MigrationLinter

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


# --- Upgrade without a pause --------------------------------------------------------------------

# The last migration of each app before the rule; those were written for machines that stood still.
BEFORE_THE_RULE = {"members": 19, "notices": 5, "flags": 11, "tasks": 5, "wishes": 5, "reports": 2}
# Of later ones, those the linter refuses for a reason that does not hold here: name → why.
ALLOWED: dict[tuple[str, str], str] = {
    ("tasks", "0015_series_of_tasks"): "unique over two new columns, which the release before leaves empty",
}


@pytest.mark.postgres
@pytest.mark.parametrize("app", settings.FIRST_PARTY_APPS)
def test_the_release_before_still_works_on_the_new_tables(app: str, db: None):
    """While processes of two releases run, and after a step back, the old one reads and writes them too.

    So a migration adds, the next release fills, the one after tightens (CONTRIBUTING.md).
    """
    later = [name for name in migrations(app) if int(name[:4]) > BEFORE_THE_RULE[app]]
    linter = MigrationLinter(settings.BASE_DIR, no_cache=True, no_output=True)
    for name in later:
        linter.lint_migration(linter.migration_loader.disk_migrations[app, name])
        refused = linter.nb_erroneous > 0
        assert refused == ((app, name) in ALLOWED), f"{app} {name} breaks the release before it"
        linter.reset_counters()


@pytest.mark.postgres
def test_the_linter_would_refuse_a_column_that_the_release_before_cannot_fill(db: None):
    linter = MigrationLinter(settings.BASE_DIR, no_cache=True, no_output=True)
    linter.lint_migration(linter.migration_loader.disk_migrations["tasks", "0003_bound_hours"])
    assert linter.nb_erroneous == 1
