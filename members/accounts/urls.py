from django.urls import path

from members.accounts import views

urlpatterns = [
    path("", views.home, name="home"),
    path("code/again/", views.SendAgain.as_view(), name="code_again"),
    path("code/number/", views.OtherNumber.as_view(), name="code_other_number"),
    path("desk/switch/", views.switch, name="switch"),
    path("account/email/", views.email, name="email"),
    path("account/email/confirm/<str:token>/", views.confirm_email, name="confirm_email"),
    path("dev/messages/", views.dev_messages, name="dev_messages"),
]
