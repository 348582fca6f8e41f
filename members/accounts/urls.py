from django.urls import path

from members.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("desk/switch/", views.switch, name="switch"),
    path("dev/messages/", views.dev_messages, name="dev_messages"),
]
