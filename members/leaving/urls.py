from django.urls import path

from members.leaving import views

urlpatterns = [
    path("desk/members/changes/", views.list_, name="roster_changes"),
    path("desk/members/changes/<int:pk>/", views.detail, name="roster_change"),
    path("desk/members/new/", views.join, name="roster_join"),
    path("desk/members/<int:pk>/leave/", views.leave, name="roster_leave"),
    path("desk/members/<int:pk>/return/", views.return_, name="roster_return"),
    path("desk/members/<int:pk>/transfer/", views.transfer, name="roster_transfer"),
]
