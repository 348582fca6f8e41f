from django.urls import path

from members.organizations import posts, views

urlpatterns = [
    path("desk/organizations/", views.list_, name="organizations"),
    path("desk/organizations/<int:pk>/", views.detail, name="organization"),
    path("desk/organizations/<int:pk>/edit/", views.edit, name="organization_edit"),
    path("desk/organizations/<int:pk>/phone/", views.phone, name="organization_phone"),
    path("desk/organizations/<int:pk>/move/", views.move, name="organization_move"),
    path("desk/organizations/<int:pk>/poster/", views.poster, name="poster"),
    path("desk/appointments/", posts.appointments, name="appointments"),
    path("desk/appointments/<int:pk>/end/", posts.end_appointment, name="end_appointment"),
    path("desk/elevations/<int:pk>/", posts.elevation, name="elevation"),
]
