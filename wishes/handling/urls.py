from django.urls import path

from wishes.handling import views

urlpatterns = [
    path("desk/wishes/", views.list_, name="list"),
    path("desk/wishes/<int:pk>/", views.detail, name="detail"),
    path("desk/wishes/<int:pk>/accept/", views.accept, name="accept"),
    path("desk/wishes/<int:pk>/decline/", views.decline, name="decline"),
    path("desk/wishes/<int:pk>/brief/", views.open_brief, name="brief"),
]
