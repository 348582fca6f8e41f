from django.urls import path

from tasks.inviting import views

urlpatterns = [
    path("desk/tasks/<int:pk>/invite/recall/", views.recall, name="recall"),
    path("me/invitations/<int:pk>/decline/", views.decline, name="decline_invitation"),
]
