"""Addresses of tasks; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "tasks"

ERRANDS = (
    "claiming", "claiming.waiting", "teams", "publishing", "presence", "verifying", "recording", "catalogue",
    "inviting", "matching", "balancing", "scope", "reviewing", "objecting", "breakdown", "sharing",
    "series", "poster", "calendar", "mustering",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"tasks.{errand}.urls")) for errand in ERRANDS
]
