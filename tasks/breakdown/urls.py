from django.urls import path

from tasks.breakdown import views

urlpatterns = [
    path("desk/tasks/<int:pk>/breakdown/", views.roll_up, name="breakdown"),
    path("desk/tasks/<int:pk>/breakdown/live/", views.live, name="breakdown_live"),
    path("desk/tasks/<int:pk>/breakdown/set/", views.set_, name="set_targets"),
    path("desk/targets/", views.list_, name="targets"),
    path("desk/targets/<int:pk>/", views.detail, name="target"),
    path("desk/targets/<int:pk>/promise/", views.promise, name="promise"),
    path("desk/targets/<int:pk>/decline/", views.decline, name="decline_target"),
    path("desk/targets/<int:pk>/reopen/", views.reopen, name="reopen_target"),
    path("desk/targets/<int:pk>/withdraw/", views.withdraw, name="withdraw_target"),
]
