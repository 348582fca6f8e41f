from django.urls import path

from xianfeng.operations.seeing import views

app_name = "operations"

urlpatterns = [
    path("metrics", views.metrics, name="metrics"),
    path("admin/operations/", views.state, name="state"),
]
