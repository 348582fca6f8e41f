"""Addresses of the reports; each errand lists its own."""

from django.urls import URLPattern, URLResolver, include, path

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("reports.workbench.urls")),
    path("", include("reports.searching.urls")),
    path("", include("reports.help.urls")),
    path("", include("reports.exports.urls")),
    path("", include("reports.retention.urls")),
    path("", include("reports.burden.urls")),
]
