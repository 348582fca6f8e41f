from django.urls import path

from tasks.matching import views

urlpatterns = [
    path("desk/tasks/<int:pk>/invite/", views.invite, name="invite"),
    path("me/tasks/suited/", views.suited, name="suited"),
]
