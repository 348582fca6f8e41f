from django.urls import path

from tasks.reviewing import views

urlpatterns = [
    path("desk/reviews/", views.list_, name="reviews"),
    path("desk/tasks/<int:pk>/approve/", views.approve, name="approve"),
    path("desk/tasks/<int:pk>/send-back/", views.send_back, name="send_back"),
    path("desk/tasks/<int:pk>/take-back/", views.take_back, name="take_back"),
]
