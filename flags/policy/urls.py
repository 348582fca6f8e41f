from django.urls import path

from flags.policy import views

urlpatterns = [path("desk/policies/<int:year>/", views.policy, name="policy")]
