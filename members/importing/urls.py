"""Addresses of the import pages; included by members/urls.py."""

from django.urls import path

from members.importing import views

urlpatterns = [
    path("desk/imports/", views.list_, name="imports"),
    path("desk/imports/new/", views.new, name="import_new"),
    path("desk/imports/template/", views.template, name="import_template"),
    path("desk/imports/<int:pk>/", views.batch, name="import"),
    path("desk/imports/<int:pk>/progress/", views.progress, name="import_progress"),
    path("desk/imports/<int:pk>/decide/", views.decide, name="import_decide"),
    path("desk/imports/<int:pk>/repair/", views.repair, name="import_repair"),
    path("desk/imports/<int:pk>/columns/", views.columns, name="import_columns"),
    path("desk/imports/<int:pk>/confirm/", views.confirm, name="import_confirm"),
    path("desk/imports/<int:pk>/undo/", views.undo, name="import_undo"),
    path("desk/imports/<int:pk>/discard/", views.discard, name="import_discard"),
    path("desk/imports/<int:pk>/rejected/", views.rejected, name="import_rejected"),
]
