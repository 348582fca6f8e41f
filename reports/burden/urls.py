from django.urls import path

from reports.burden import views

urlpatterns = [
    path("desk/burden/", views.burden, name="burden"),
    path("desk/burden/<int:pk>/", views.burden_of, name="burden_of"),
]
