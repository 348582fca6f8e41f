from django.urls import URLPattern, URLResolver, include, path

from members import import_urls

app_name = "members"

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(import_urls)),
]
