from django.urls import path

from tasks.balancing import views

urlpatterns = [
    path("desk/balance/", views.balance, name="balance"),
    path("desk/balance/make/", views.make, name="balance_make"),
    path("desk/balance/<int:pk>/", views.row, name="balance_row"),
    path("desk/balance/<int:pk>/drop/", views.drop, name="balance_drop"),
    path("desk/year-end/", views.year_end, name="year_end"),
    path("desk/year-end/more/", views.want_more, name="want_more"),
]
