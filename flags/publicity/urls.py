from django.urls import path

from flags.publicity import views

urlpatterns = [
    path("desk/assessments/<int:pk>/take-back/", views.take_back, name="take_back_publicity"),
]
