"""`client.force_login` stands for the staff log-in, `log_in_by_code` for that of a member's phone."""

from typing import Any

import pytest
from django.test import Client

from members import methods
from members.models import User

_force_login = Client.force_login


def log_in(client: Client, user: User, backend: str | None = None, *, method: str = methods.PASSWORD) -> None:
    _force_login(client, user, backend)
    session = client.session
    methods.note(session, user, method)
    session.save()


def log_in_by_code(client: Client, user: User) -> None:
    log_in(client, user, method=methods.CODE)


@pytest.fixture(autouse=True, scope="session")
def _sessions_say_how_they_were_opened() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", log_in)
        yield
