from django.urls import path

from reports.exports import views

urlpatterns = [
    path("desk/exports/", views.list_, name="exports"),
    path("desk/exports/log/", views.log, name="export_log"),
    # The one door to every list: `reverse("reports:export_new", args=["members"])`.
    path("desk/exports/new/<str:name>/", views.new, name="export_new"),
    path("desk/exports/<int:pk>/", views.detail, name="export"),
    path("desk/exports/<int:pk>/progress/", views.progress, name="export_progress"),
    path("desk/exports/<int:pk>/file/", views.file, name="export_file"),
]
