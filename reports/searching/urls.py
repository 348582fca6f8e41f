from django.urls import path

from reports.searching import views

urlpatterns = [path("desk/search/", views.found, name="search")]
