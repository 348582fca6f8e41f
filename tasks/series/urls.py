from django.urls import path

from tasks.series import phone, views

urlpatterns = [
    path("desk/tasks/series/", views.list_, name="series_list"),
    path("desk/tasks/series/new/", views.new, name="series_new"),
    path("desk/tasks/series/<int:pk>/", views.detail, name="series"),
    path("desk/tasks/series/<int:pk>/prolong/", views.prolong, name="series_prolong"),
    path("desk/tasks/<int:pk>/edit-following/", views.edit_following, name="edit_following"),
    path("desk/tasks/<int:pk>/cancel-following/", views.cancel_following, name="cancel_following"),
    path("me/tasks/series/<int:pk>/", phone.show, name="my_series"),
    path("me/tasks/series/<int:pk>/claim/", phone.claim, name="claim_series"),
    path("me/tasks/series/<int:pk>/withdraw/", phone.withdraw, name="withdraw_series"),
]
