from django.urls import path

from wishes.merging import views

urlpatterns = [
    path("desk/wishes/<int:pk>/merge/", views.choose, name="merge_with"),
    path("desk/wishes/<int:pk>/merge/<int:other>/", views.merge, name="merge"),
    path("desk/wishes/<int:pk>/part/", views.part, name="part"),
]
