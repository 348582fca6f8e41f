from django.urls import path

from wishes.stating import public, views

urlpatterns = [
    path("w/track/", public.track, name="track"),
    path("w/track/<str:code>/", public.tracked, name="tracked"),
    path("w/track/<str:code>/again/", public.ask_again, name="ask_again"),
    path("w/asked/<str:code>/", public.asked, name="asked"),
    path("w/<str:public_code>/", public.ask, name="ask"),
    path("w/<str:public_code>/contact/", public.ask_contact, name="ask_contact"),
    path("desk/wishes/new/", views.enter, name="enter"),
]
