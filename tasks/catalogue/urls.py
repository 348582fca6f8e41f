from django.urls import path

from tasks.catalogue import views

urlpatterns = [
    path("desk/items/", views.list_, name="items"),
    path("desk/items/new/", views.edit, name="item_new"),
    path("desk/items/<int:pk>/", views.edit, name="item"),
]
