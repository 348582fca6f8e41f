from django.urls import path

from flags.previewing import views

urlpatterns = [path("desk/policies/<int:year>/preview/", views.preview, name="policy_preview")]
