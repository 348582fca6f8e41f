from django.urls import path

from wishes import public_views, views

app_name = "wishes"

urlpatterns = [
    path("w/track/", public_views.track, name="track"),
    path("w/track/<str:code>/", public_views.tracked, name="tracked"),
    path("w/asked/<str:code>/", public_views.asked, name="asked"),
    path("w/<str:public_code>/", public_views.ask, name="ask"),
    path("desk/wishes/", views.wish_list, name="list"),
    path("desk/wishes/new/", views.wish_enter, name="enter"),
    path("desk/wishes/<int:pk>/", views.wish_detail, name="detail"),
    path("desk/wishes/<int:pk>/accept/", views.wish_accept, name="accept"),
    path("desk/wishes/<int:pk>/decline/", views.wish_decline, name="decline"),
    path("desk/wishes/<int:pk>/brief/", views.wish_brief, name="brief"),
]
