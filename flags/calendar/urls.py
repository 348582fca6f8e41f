from django.urls import path

from flags.calendar import views

urlpatterns = [
    path("desk/workdays/<int:year>/", views.workdays, name="workdays"),
    path("desk/workdays/take-back/", views.take_back, name="take_back_days"),
]
