"""`client.force_login` stands for the staff log-in, `log_in_by_code` for that of a member's phone."""

from importlib import import_module
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth import login
from django.http import HttpRequest
from django.test import Client

from members import methods
from members.models import User


def log_in(client: Client, user: User, backend: str | None = None, *, method: str = methods.PASSWORD) -> None:
    """A session written once: Django's own writes it four times, and three thousand tests begin with it."""
    request, cookie = HttpRequest(), settings.SESSION_COOKIE_NAME
    known = client.cookies[cookie].value if cookie in client.cookies else None
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(known)
    login(request, user, backend or settings.AUTHENTICATION_BACKENDS[0])
    methods.note(request.session, user, method)
    request.session.save()
    client.cookies[cookie] = str(request.session.session_key)


def log_in_by_code(client: Client, user: User) -> None:
    log_in(client, user, method=methods.CODE)


@pytest.fixture(autouse=True, scope="session")
def _sessions_say_how_they_were_opened() -> Any:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Client, "force_login", log_in)
        yield
