from django.urls import path

from notices import views

app_name = "notices"

urlpatterns = [
    path("me/notices/", views.inbox, name="inbox"),
    path("me/notices/read/", views.read_all, name="read_all"),
    path("me/notices/<int:pk>/read/", views.read, name="read"),
    path("desk/notices/", views.unreached, name="unreached"),
    path("desk/notices/handle/", views.handle, name="handle"),
]
