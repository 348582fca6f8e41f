"""Addresses of people and organisations; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "members"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"members.{errand}.urls"))
    for errand in (
        "accounts",
        "people",
        "leaving",
        "importing",
        "registration",
        "numbers",
        "merging",
        "organizations",
        "persons",
        "teams",
        "preferences",
    )
]
