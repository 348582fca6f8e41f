from django.urls import path

from tasks.sharing import views

urlpatterns = [path("desk/targets/<int:pk>/take-up/", views.take, name="take_up")]
