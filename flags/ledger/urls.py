from django.urls import path

from flags.ledger import views

urlpatterns = [
    path("desk/flags/", views.list_, name="ledger"),
    path("desk/flags/<int:seq>/", views.entry, name="entry"),
]
