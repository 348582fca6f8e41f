from django.urls import path

from reports.retention import views

urlpatterns = [path("desk/retention/", views.table, name="retention")]
