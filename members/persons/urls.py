from django.urls import path

from members.persons import views

urlpatterns = [
    path("desk/own-record/", views.own, name="own_record"),
    path("desk/own-record/code/", views.own_code, name="own_record_code"),
    path("desk/namesakes/", views.namesakes, name="namesakes"),
]
