from django.urls import path

from members.numbers import phone, public, views

urlpatterns = [
    path("desk/registrations/numbers/", views.list_, name="numbers"),
    path("desk/registrations/numbers/<int:pk>/", views.detail, name="number"),
    path("desk/registrations/numbers/<int:pk>/reveal/", views.reveal, name="number_reveal"),
    path("desk/members/<int:pk>/number/", views.correct, name="number_correct"),
    path("me/number/", phone.number, name="my_number"),
    path("me/number/code/", phone.code, name="my_number_code"),
    path("me/number/<int:pk>/object/", phone.object_to, name="number_object"),
    path("lost-number/", public.lost, name="lost_number"),
    path("lost-number/code/", public.code, name="lost_number_code"),
    path("lost-number/done/", public.done, name="lost_number_done"),
]
