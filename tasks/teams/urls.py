from django.urls import path

from tasks.teams import views

urlpatterns = [
    path("me/tasks/<int:pk>/team/<int:team_pk>/", views.claim, name="team_claim"),
    path("me/teams/<int:team_pk>/done/", views.my_work, name="my_team_work"),
    path("desk/teams/<int:team_pk>/done/", views.work, name="team_work"),
]
