"""Sessions end when the rights or the credentials that they stand on change (GB/T 22239-2019 8.1.4.1)."""

from collections.abc import Iterable
from typing import cast

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest
from django.utils import timezone

from members.models import User


def end_all(users: Iterable[User]) -> None:
    """Every session of these accounts is over with its next request; whoever goes on logs in anew."""
    by_pk = {user.pk: user for user in users}
    now = timezone.now()
    User.objects.filter(pk__in=by_pk).update(rights_since=now)
    for user in by_pk.values():
        user.rights_since = now


def go_on(request: HttpRequest) -> None:
    """All but this one, under another key: its user made the change in it."""
    user = cast(User, request.user)
    user.refresh_from_db(fields=["rights_since", "password", "mobile"])
    update_session_auth_hash(request, user)
    UserSession.objects.create_from_request(request)
