from django.urls import path

from tasks.calendar import views

urlpatterns = [
    path("desk/tasks/calendar/", views.desk, name="calendar"),
    path("me/tasks/calendar/", views.phone, name="my_calendar"),
]
