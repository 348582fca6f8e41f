from django.urls import path

from members.registration import phone, public, views

urlpatterns = [
    path("desk/registrations/", views.list_, name="registrations"),
    path("desk/registrations/confirm/", views.confirm_many, name="confirm_many"),
    path("desk/registrations/<int:pk>/", views.detail, name="registration"),
    path("desk/registrations/<int:pk>/reveal/", views.reveal, name="registration_reveal"),
    path("desk/reconciliation/", views.reconciliation, name="reconciliation"),
    path("join/<str:public_code>/", public.who, name="join"),
    path("join/<str:public_code>/code/", public.code, name="join_code"),
    path("join/<str:public_code>/resend/", public.resend, name="join_resend"),
    path("join/<str:public_code>/home/", public.home, name="join_home"),
    path("join/<str:public_code>/service/", public.service, name="join_service"),
    path("join/<str:public_code>/promise/", public.promise, name="join_promise"),
    path("join/<str:public_code>/done/", public.done, name="join_done"),
    path("me/registrations/<int:pk>/withdraw/", phone.withdraw, name="withdraw_registration"),
]
