"""Every address × role × method gives the declared answer, and no address is undeclared."""

from collections.abc import Iterator
from fnmatch import fnmatchcase

import pytest
from django.contrib import admin
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from xianfeng.testing.cast import Cast, make_staff
from xianfeng.tests.access_table import ACCESS, LIBRARY, ROLES, SHARED, Access, nothing

CLOSED = {403, 404, 405}


def url_names(resolver: URLResolver, namespace: str = "") -> Iterator[str]:
    """Names as `reverse` takes them; an address without a name gives its path instead."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from url_names(entry, inner)
        elif isinstance(entry, URLPattern):
            yield f"{namespace}{entry.name}" if entry.name else f"{namespace}unnamed {entry.pattern}"


def is_library(name: str) -> bool:
    return any(fnmatchcase(name, pattern) for pattern in LIBRARY)


NAMES = sorted(set(url_names(get_resolver())))
OURS = [name for name in NAMES if not is_library(name)]


def client_of(cast: Cast, role: str) -> Client:
    users = {
        "city": cast.city_officer,
        "street": cast.street_officer,
        "community": cast.secretary,
        "estate": cast.estate_clerk,
        "unit": cast.unit_clerk,
        "auditor": cast.auditor,
        "member": cast.li.user,
        "sysadmin": cast.sysadmin,
    }
    client = Client(raise_request_exception=False)
    if role != "anonymous":
        client.force_login(users[role], backend="django.contrib.auth.backends.ModelBackend")
    return client


def answer(client: Client, method: str, path: str, data: dict) -> int:
    """The status of one request, whose effects are taken back."""
    with transaction.atomic():
        response = client.generic("GET", path) if method == "get" else client.post(path, data)
        transaction.set_rollback(True)
    return response.status_code


def test_every_address_is_declared():
    assert [name for name in OURS if name not in ACCESS] == []


def test_no_declaration_outlives_its_address():
    assert sorted(set(ACCESS) - set(NAMES)) == []
    assert [pattern for pattern in LIBRARY if not any(fnmatchcase(name, pattern) for name in NAMES)] == []


@pytest.mark.parametrize("name", sorted(ACCESS))
def test_each_role_gets_the_declared_answer(name: str, cast: Cast):
    access: Access = ACCESS[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    data = access.data(cast)
    surprises = []
    for role in ROLES:
        client = client_of(cast, role)
        for method, declared in (("get", access.get), ("post", access.post)):
            status = answer(client, method, path, data)
            expected = {declared[role]} if declared else CLOSED | ({302} if role == "anonymous" else set())
            if status not in expected:
                surprises.append(f"{method.upper()} {path} as {role}: {status}, expected {expected}")
    assert surprises == []


OWNED = sorted(name for name in ACCESS if ACCESS[name].kwargs is not nothing and name not in SHARED)


@pytest.mark.parametrize("name", OWNED)
def test_what_lies_outside_the_scope_does_not_exist(name: str, cast: Cast):
    """Who may open it here gets 404 for it when they sit in the same chair elsewhere."""
    access: Access = ACCESS[name]
    path = reverse(name, kwargs=access.kwargs(cast)) + access.query
    data = access.data(cast)
    elsewhere = {
        "community": cast.other_secretary,
        "estate": make_staff("estate2", "马小区", cast.other_estate),
        "unit": cast.other_unit_clerk,
        "member": cast.zhao.user,
    }
    surprises = []
    for role, user in elsewhere.items():
        client = Client(raise_request_exception=False)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        for method, declared in (("get", access.get), ("post", access.post)):
            if declared and declared[role] < 400:
                status = answer(client, method, path, data)
                if status != 404:
                    surprises.append(f"{method.upper()} {path} as {role} elsewhere: {status}")
    assert surprises == []


def test_the_admin_opens_its_lists_to_staff_only(cast: Cast):
    """Nobody without the staff mark gets a page; staff get a page or a refusal, never an error."""
    surprises = []
    for role in ROLES:
        client = client_of(cast, role)
        for model, options in admin.site._registry.items():
            path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
            status = answer(client, "get", path, {})
            expected = {302} if role in ("anonymous", "member") else {200, 403}
            if role == "sysadmin":
                # Accounts and settings, no flags and no awards.
                theirs = getattr(options, "for_sysadmin", None)
                expected = {None: {200, 403}, True: {200}, False: {403}}[theirs]
            if status not in expected:
                surprises.append(f"{path} as {role}: {status}, expected {expected}")
    assert surprises == []
