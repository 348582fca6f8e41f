from django.urls import path

from tasks.mustering import phone, views

urlpatterns = [
    path("desk/musters/", views.list_, name="musters"),
    path("desk/musters/new/", views.new, name="muster_new"),
    path("desk/musters/<int:pk>/", views.detail, name="muster"),
    path("desk/musters/<int:pk>/live/", views.live, name="muster_live"),
    path("desk/musters/<int:pk>/change/", views.change, name="muster_change"),
    path("desk/musters/<int:pk>/off/", views.call_off, name="muster_off"),
    path("desk/musters/<int:pk>/stand-down/", views.stand_down, name="muster_stand_down"),
    path("desk/musters/<int:pk>/roll-call/", views.roll_call, name="roll_call"),
    path("desk/musters/<int:pk>/roll-call/mark/", views.mark, name="roll_call_mark"),
    path("me/musters/<int:pk>/", phone.show, name="muster_call"),
    path("me/musters/<int:pk>/accept/", phone.accept, name="muster_accept"),
    path("me/musters/<int:pk>/decline/", phone.decline, name="muster_decline"),
]
