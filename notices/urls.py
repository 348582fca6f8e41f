"""Addresses of messages: everybody's inbox, and what did not arrive."""

from django.urls import URLPattern, URLResolver, path

from notices.inbox import views as inbox
from notices.outbox import views as outbox

app_name = "notices"

urlpatterns: list[URLPattern | URLResolver] = [
    path("me/notices/", inbox.list_, name="inbox"),
    path("me/notices/read/", inbox.read_all, name="read_all"),
    path("me/notices/<int:pk>/read/", inbox.read, name="read"),
    path("desk/notices/", outbox.unreached, name="unreached"),
    path("desk/notices/handle/", outbox.handle, name="handle"),
]
