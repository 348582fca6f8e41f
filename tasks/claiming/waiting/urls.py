from django.urls import path

from tasks.claiming.waiting import views

urlpatterns = [
    path("me/tasks/<int:pk>/wait/", views.wait, name="wait"),
    path("me/claims/<int:pk>/leave-line/", views.leave_line, name="leave_line"),
    path("me/claims/<int:pk>/accept/", views.accept, name="accept"),
    path("me/claims/<int:pk>/decline/", views.decline, name="decline"),
]
