from django.urls import path

from flags.assessment import behind, phone, views

urlpatterns = [
    path("desk/behind/", behind.behind, name="behind"),
    path("desk/behind/remind/", behind.remind, name="remind"),
    path("desk/assessments/", views.list_, name="assessments"),
    path("desk/assessments/run/", views.run, name="run"),
    path("desk/assessments/<int:pk>/", views.detail, name="assessment"),
    path("desk/assessments/<int:pk>/progress/", views.progress, name="progress"),
    path("desk/assessments/<int:pk>/publicise/", views.publicise, name="publicise"),
    path("desk/assessments/<int:pk>/settle/", views.settle, name="settle"),
    path("desk/assessments/results/<int:pk>/", views.result, name="result"),
    path("desk/assessments/results/<int:pk>/adjust/", views.adjust, name="adjust"),
    path("me/flags/", phone.my_flags, name="my_flags"),
]
