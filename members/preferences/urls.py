from django.urls import path

from members.preferences import views

urlpatterns = [
    path("desk/lists/filters/", views.filters, name="keep_filters"),
    path("desk/lists/columns/", views.columns, name="keep_columns"),
]
