"""Addresses of the bank and of the yearly check; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "flags"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"flags.{errand}.urls"))
    for errand in ("ledger", "policy", "previewing", "calendar", "starting", "assessment", "publicity")
]
