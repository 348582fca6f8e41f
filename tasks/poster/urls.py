from django.urls import path

from tasks.poster import views

urlpatterns = [path("desk/tasks/<int:pk>/poster/", views.poster, name="poster")]
