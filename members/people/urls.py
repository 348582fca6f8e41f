from django.urls import path

from members.people import phone, views

urlpatterns = [
    path("desk/members/", views.list_, name="list"),
    path("desk/members/<int:pk>/", views.detail, name="detail"),
    path("desk/members/<int:pk>/reveal/", views.reveal, name="reveal"),
    path("desk/members/<int:pk>/exempt/", views.exempt, name="exempt"),
    path("desk/exemptions/", views.waiting_exemptions, name="waiting_exemptions"),
    path("desk/exemptions/<int:pk>/confirm/", views.confirm_exemption, name="confirm_exemption"),
    path("desk/exemptions/<int:pk>/withdraw/", views.withdraw_exemption, name="withdraw_exemption"),
    path("desk/reveals/", views.reveals, name="reveals"),
    path("me/profile/", phone.profile, name="profile"),
    path("me/profile/edit/", phone.edit, name="profile_edit"),
    path("me/profile/correct/", phone.correct, name="profile_correct"),
    path("me/looked-up/", phone.looked_up, name="looked_up"),
]
