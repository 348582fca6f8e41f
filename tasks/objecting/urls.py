from django.urls import path

from tasks.objecting import views

urlpatterns = [
    path("me/tasks/<int:pk>/object/", views.report, name="object"),
    path("me/tasks/<int:pk>/object/back/", views.take_back, name="take_back_object"),
    path("desk/tasks/<int:pk>/scope/", views.decide, name="decide_scope"),
]
