from django.urls import path

from tasks.verifying import views

urlpatterns = [
    path("desk/tasks/<int:pk>/verify/", views.verify, name="verify"),
    path("desk/verifications/", views.to_verify, name="to_verify"),
    path("desk/verifications/many/", views.verify_many, name="verify_many"),
    path("desk/verifications/<int:pk>/reverse/", views.reverse_verification, name="reverse"),
]
