from django.urls import path

from tasks.presence import views

urlpatterns = [
    path("desk/tasks/<int:pk>/presence/", views.presence, name="presence"),
    path("desk/tasks/<int:pk>/sheet/", views.sheet, name="sheet"),
]
