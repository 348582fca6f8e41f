from django.urls import path, re_path

from reports.help import views
from reports.help.manuals import MANUALS

OPEN = "|".join(manual.name for manual in MANUALS if manual.is_open)

urlpatterns = [
    path("desk/help/", views.desk_help, name="desk_help"),
    re_path(rf"^help/(?P<name>{OPEN})/$", views.open_manual, name="open_manual"),
    path("help/<slug:name>/", views.manual, name="manual"),
]
