from django.urls import path

from tasks.claiming import views

urlpatterns = [
    path("me/tasks/", views.browse, name="browse"),
    path("me/tasks/<int:pk>/", views.offer, name="offer"),
    path("me/tasks/<int:pk>/claim/", views.claim, name="claim"),
    path("me/claims/", views.my_claims, name="my_claims"),
    path("me/claims/<int:pk>/", views.my_claim, name="my_claim"),
    path("me/claims/<int:pk>/withdraw/", views.withdraw, name="withdraw"),
    path("me/claims/<int:pk>/brief/", views.open_brief, name="open_brief"),
]
