from django.urls import URLPattern, URLResolver, path

from reports import views

app_name = "reports"

urlpatterns: list[URLPattern | URLResolver] = [
    path("desk/", views.desk_home, name="desk_home"),
    path("desk/waiting/", views.waiting, name="waiting"),
    path("me/", views.me, name="me"),
]
