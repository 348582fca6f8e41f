from django.urls import path

from tasks.publishing import views

urlpatterns = [
    path("desk/tasks/", views.list_, name="list"),
    path("desk/tasks/new/", views.new, name="new"),
    path("desk/tasks/fitting/", views.fits, name="fitting"),
    path("desk/wishes/<int:wish_pk>/publish/", views.new_for_wish, name="new_for_wish"),
    path("desk/tasks/<int:pk>/", views.detail, name="detail"),
    path("desk/tasks/<int:pk>/edit/", views.edit, name="edit"),
    path("desk/tasks/<int:pk>/publish/", views.publish, name="publish"),
    path("desk/tasks/<int:pk>/cancel/", views.cancel, name="cancel"),
]
