from django.urls import path

from tasks.objecting import views

urlpatterns = [
    path("me/objections/<int:pk>/", views.report, name="object"),
    path("me/objections/<int:pk>/back/", views.take_back, name="take_back_object"),
    path("desk/tasks/<int:pk>/scope/", views.decide, name="decide_scope"),
]
