"""All addresses. Each app lists its own; the prefix is empty so that an app names its paths in full."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

from xianfeng import views
from xianfeng.ui.undo import undo

admin.autodiscover()

handler500 = "xianfeng.views.server_error"
urlpatterns = [
    path("livez", views.livez, name="livez"),
    path("healthz", views.healthz, name="healthz"),
    path("", include("xianfeng.operations.seeing.urls")),
    path("text-size/", views.text_size, name="text_size"),
    path("admin/", admin.site.urls),
    # Addresses are kept in one way, ours: this one of the library's only leads there.
    path("accounts/email/", RedirectView.as_view(pattern_name="members:email"), name="account_email"),
    path("accounts/", include("allauth.urls")),
    path("desk/undo/", undo, name="undo"),
    path("", include("members.urls")),
    path("", include("tasks.urls")),
    path("", include("wishes.urls")),
    path("", include("flags.urls")),
    path("", include("notices.urls")),
    path("", include("reports.urls")),
]
if settings.DEBUG:
    urlpatterns.append(path("styleguide/", include("xianfeng.ui.styleguide")))
