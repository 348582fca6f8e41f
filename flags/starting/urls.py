from django.urls import path

from flags.starting import views

urlpatterns = [
    path("desk/assessments/start/<int:year>/", views.start, name="start"),
]
