"""Addresses of tasks; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "tasks"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"tasks.{errand}.urls"))
    for errand in (
        "claiming",
        "publishing",
        "presence",
        "verifying",
        "recording",
        "catalogue",
        "scope",
        "reviewing",
        "objecting",
        "breakdown",
        "sharing",
    )
]
