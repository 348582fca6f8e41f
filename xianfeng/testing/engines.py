"""The second engine's pass leaves out what the first has shown: tests that reach no database.

They cannot: pytest-django lets only those in that ask for it.
"""

import pytest
from django.test import SimpleTestCase

ASKS_BY_FIXTURE = {"db", "transactional_db", "django_db_setup", "live_server"}
ASKS_BY_MARK = {"django_db", "postgres", "browser", "processes"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--second-engine", action="store_true", help="leave out tests that reach no database")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--second-engine"):
        config.hook.pytest_deselected(items=[item for item in items if not reaches_the_database(item)])
        items[:] = filter(reaches_the_database, items)


def reaches_the_database(item: pytest.Item) -> bool:
    by_fixture = ASKS_BY_FIXTURE.intersection(getattr(item, "fixturenames", ()))
    by_mark = ASKS_BY_MARK.intersection(mark.name for mark in item.iter_markers())
    test_case = getattr(item, "cls", None)
    return bool(by_fixture or by_mark or (test_case and issubclass(test_case, SimpleTestCase)))
