"""The portal's addresses and one more: where a list is exported."""

from django.http import HttpRequest, HttpResponse
from django.urls import include, path

from xianfeng.urls import urlpatterns as portal


def export(request: HttpRequest, name: str) -> HttpResponse:
    return HttpResponse(name)


urlpatterns = [
    path("", include(([path("exports/<name>/", export, name="export_new")], "reports"))),
    *portal,
]
