from django.urls import path

from reports.workbench import views

urlpatterns = [
    path("desk/", views.desk_home, name="desk_home"),
    path("desk/guide/", views.put_guide, name="guide"),
    path("desk/waiting/", views.badge, name="waiting"),
    path("me/", views.me, name="me"),
]
