from django.urls import path

from members.merging import views

urlpatterns = [
    path("desk/members/<int:pk>/merge/", views.choose, name="merge_with"),
    path("desk/members/<int:pk>/merge/<int:other>/", views.compare, name="merge_compare"),
    path("desk/merges/<int:pk>/", views.detail, name="merge"),
    path("desk/merges/<int:pk>/undo/", views.undo, name="merge_undo"),
]
