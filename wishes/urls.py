"""Addresses of wishes; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "wishes"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"wishes.{errand}.urls")) for errand in ("stating", "handling", "merging", "reopening")
]
