"""Shared by the tests of this app."""

from typing import Any

from django.test import Client

from members.models import Organization, User
from wishes.models import Wish
from wishes.stating.stating import submit

BRIEF = {
    "contact_name": "钱奶奶",
    "contact_mobile": "13700000009",
    "contact_address": "3幢2单元201室",
    "detail": "下雨天不方便",
}


def stated(organization: Organization, **fields: Any) -> Wish:
    """A wish that a resident stated; further fields are set behind the services' back."""
    wish = submit(organization=organization, need="想请人上门理发", **BRIEF)
    if fields.get("state") == Wish.State.MERGED and "merged_into" not in fields:
        fields["merged_into"] = submit(organization=organization, need="想请人上门理发", **BRIEF)
    for name, value in fields.items():
        setattr(wish, name, value)
    if fields:
        wish.save(update_fields=list(fields))
    return wish


def logged_in(user: User | None) -> Client:
    client = Client()
    assert user
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client
