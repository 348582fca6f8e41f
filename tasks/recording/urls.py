from django.urls import path

from tasks.recording import views

urlpatterns = [
    path("desk/records/", views.records, name="records"),
    path("desk/records/new/", views.record, name="record"),
    path("desk/tasks/<int:pk>/enter/", views.enter, name="enter"),
    path("desk/claims/<int:pk>/take-out/", views.take_out, name="take_out"),
]
