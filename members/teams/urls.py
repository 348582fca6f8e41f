from django.urls import path

from members.teams import phone, views

urlpatterns = [
    path("desk/teams/", views.list_, name="teams"),
    path("desk/teams/new/", views.found, name="team_found"),
    path("desk/teams/<int:pk>/", views.detail, name="team"),
    path("me/teams/", phone.list_, name="my_teams"),
    path("me/teams/new/", phone.propose, name="team_propose"),
    path("me/teams/<int:pk>/", phone.team, name="my_team"),
    path("me/teams/<int:pk>/edit/", phone.edit, name="team_edit"),
]
